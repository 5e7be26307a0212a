#include <cstdlib>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "sources/mysql/fixture.hpp"
#include "sources/registry.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Location;

namespace {

// Sets a variable of this process's environment, and unsets it at the end.
class ScopedVariable {
  public:
    ScopedVariable(const char* name, const std::string& value) : name_(name) {
        ::setenv(name, value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no other thread runs
    }
    ~ScopedVariable() {
        ::unsetenv(name_);  // NOLINT(concurrency-mt-unsafe): likewise
    }
    ScopedVariable(const ScopedVariable&) = delete;
    ScopedVariable& operator=(const ScopedVariable&) = delete;

  private:
    const char* name_;
};

MariadbServer& tls_server() {
    static MariadbServer server({.tls = true});
    return server;
}

sources::Connection connection_to_port(int port) {
    sources::Connection connection;
    connection.type = "SQL";
    connection.engine = "mysql";
    connection.host = "127.0.0.1";
    connection.port = port;
    connection.username = "somebody";
    connection.password = Secret("top-secret");
    return connection;
}

// A test fails at that stage with that class and without the password in its message; a read fails with the same class.
Error check_fails(const sources::Connection& connection, const std::string& stage, ErrorClass error_class) {
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.last().name == stage);
    CHECK_FALSE(run.last().ok);
    CHECK(run.error->error_class() == error_class);
    CHECK(error_of([&] { read_whole(connection, {.request = "SELECT 1"}); }).error_class() == error_class);
    const auto words = run.error->what() + run.error->hint();
    if (!connection.password.empty()) CHECK_THAT(words, !Catch::Contains(connection.password.reveal()));
    return *run.error;
}

std::string tls_message(const sources::Connection& connection) {
    const auto run = run_test(connection);
    REQUIRE_FALSE(run.error);
    return run.stages.at(2).message;
}

}  // namespace

TEST_CASE("wrong credentials give the class auth") {
    auto connection = connection_to(shared_mariadb_server());
    connection.password = Secret("not the password");
    const auto error = check_fails(connection, "auth", ErrorClass::auth);
    CHECK_THAT(error.what(), Catch::Contains(fmt::format("127.0.0.1:{}", shared_mariadb_server().port())) &&
                                 Catch::Contains("'tester'"));
    CHECK_FALSE(error.hint().empty());

    connection.password = Secret();
    check_fails(connection, "auth", ErrorClass::auth);
    connection.username = "nobody' OR '1";
    check_fails(connection, "auth", ErrorClass::auth);
}

TEST_CASE("an empty password is not replaced by one of the environment") {
    auto connection = connection_to(shared_mariadb_server());
    connection.password = Secret();
    const ScopedVariable elsewhere("MYSQL_PWD", shared_mariadb_server().password());
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::auth);
}

TEST_CASE("a user without the right to SELECT gets the class auth and a hint") {
    shared_mariadb_server().query(
        "CREATE OR REPLACE USER limited@'%' IDENTIFIED BY 'x'; CREATE OR REPLACE TABLE hidden (n INT);"
        "CREATE OR REPLACE TABLE open_one (n INT); GRANT SELECT ON shop.open_one TO limited@'%';");
    auto connection = connection_to(shared_mariadb_server());
    connection.username = "limited";
    connection.password = Secret("x");
    CHECK_FALSE(run_test(connection, Location{.database = "shop", .table = "open_one"}).error);
    for (const Location& location :
         {Location{.database = "shop", .table = "hidden"}, Location{.database = "mysql", .table = "user"}}) {
        const auto error = error_of([&] { read_whole(connection, location); });
        CHECK(error.error_class() == ErrorClass::auth);
        CHECK_THAT(error.hint(), Catch::Contains("GRANT SELECT"));
    }
}

TEST_CASE("a refused connection, an unknown host and a silent port are unreachable") {
    const ClosedPort closed;
    CHECK_THAT(check_fails(connection_to_port(closed.port()), "connect", ErrorClass::unreachable).what(),
               Catch::Contains("refused"));

    auto unknown = connection_to_port(3306);
    unknown.host = "no-such-host.invalid";
    CHECK_THAT(check_fails(unknown, "resolve", ErrorClass::unreachable).what(),
               Catch::Contains("no-such-host.invalid"));

    const SilentPort silent;
    auto connection = connection_to_port(silent.port());
    connection.connect_timeout = std::chrono::milliseconds(100);
    CHECK_THAT(check_fails(connection, "connect", ErrorClass::unreachable).what(), Catch::Contains("100 ms"));
}

TEST_CASE("a server that does not speak the MySQL protocol is unreachable") {
    RawServer mute([](RawConnection& client) { client.wait_until_closed(); });
    auto connection = connection_to_port(mute.port());
    connection.connect_timeout = std::chrono::milliseconds(100);
    CHECK_THAT(check_fails(connection, "tls", ErrorClass::unreachable).what(), Catch::Contains("100 ms"));

    const std::vector<std::string> answers{
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "",
        "\r\n",
        std::string(5000, '\0'),
        std::string(5000, '\xff'),
        std::string("\x4a\0\0\0\x0a"
                    "10",
                    7),  // cut off in its greeting
        std::string("\x05\0\0\0\x0a"
                    "10.1",
                    9),  // a greeting without an end
        std::string("\x01\0\0\0\x0a", 5),
        std::string("\xff\xff\xff\0\x0a", 5) + std::string(3000, 'x'),
    };
    for (const auto& answer : answers) {
        CAPTURE(answer.substr(0, 20));
        RawServer server([&](RawConnection& client) { client.send(answer); });
        auto rubbish = connection_to_port(server.port());
        for (const auto* tls : {"prefer", "require", "disable"}) {
            rubbish.options["tls"] = tls;
            check_fails(rubbish, "tls", ErrorClass::unreachable);
        }
    }
}

TEST_CASE("a server with too many connections is unreachable") {
    RawServer full([](RawConnection& client) {
        client.send(std::string("\x17\0\0\0\xff\x10\x04Too many connections", 27));
        client.wait_until_closed();
    });
    const auto run = run_test(connection_to_port(full.port()));
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::unreachable);
    CHECK_THAT(run.error->what(), Catch::Contains("Too many connections"));
}

TEST_CASE("a cancellation ends a connection attempt") {
    Cancellation cancellation;
    RawServer mute([&](RawConnection& client) {
        cancellation.cancel();
        client.wait_until_closed();
    });
    auto connection = connection_to_port(mute.port());
    connection.connect_timeout = std::chrono::minutes(5);
    const auto source = sources::open_source(connection, cancellation);
    CHECK(error_of([&] { static_cast<void>(source->list("")); }).error_class() == ErrorClass::interrupted);
}

TEST_CASE("the option tls decides whether the connection is encrypted") {
    auto connection = connection_to(tls_server());
    CHECK_THAT(tls_message(connection), Catch::StartsWith("TLSv1."));
    connection.options["tls"] = "require";
    CHECK_THAT(tls_message(connection), Catch::StartsWith("TLSv1."));
    const Location cipher{.request =
                              "SELECT variable_value <> '' FROM information_schema.session_status "
                              "WHERE variable_name = 'Ssl_cipher'"};
    CHECK(read_whole(connection, cipher).rows.at(0).at(0) == "1");
    connection.options["tls"] = "disable";
    CHECK(tls_message(connection) == "not used");

    auto plain = connection_to(shared_mariadb_server());
    CHECK(tls_message(plain) == "not used");
    for (const auto* tls : {"require", "verify"}) {
        CAPTURE(tls);
        plain.options["tls"] = tls;
        const auto error = check_fails(plain, "tls", ErrorClass::unreachable);
        CHECK_THAT(error.hint(), Catch::Contains("tls"));
    }
}

TEST_CASE("tls=verify checks the certificate") {
    auto connection = connection_to(tls_server());
    connection.options["tls"] = "verify";
    CHECK_THAT(check_fails(connection, "tls", ErrorClass::unreachable).what(), Catch::Contains("self"));

    const ScopedVariable trusted("SSL_CERT_FILE", tls_server().certificate().string());
    const auto message = tls_message(connection);
    connection.host = "localhost";  // which the certificate does not name
    check_fails(connection, "tls", ErrorClass::unreachable);
    CHECK_THAT(message, Catch::StartsWith("TLSv1."));
}

TEST_CASE("with tls=require no login goes to a server that does not encrypt") {
    std::string received;
    std::mutex mutex;
    RawServer server([&](RawConnection& client) {
        // A greeting of MySQL 5.5 without the bit for TLS.
        const std::string greeting = std::string(
                                         "\x0a"
                                         "5.5.5\0"
                                         "\1\0\0\0"
                                         "abcdefgh\0"
                                         "\xff\xf7\x21\2\0\x0f\xa0\x15",
                                         28) +
                                     std::string(10, '\0') + std::string("abcdefghijkl\0", 13);
        client.send(std::string(1, static_cast<char>(greeting.size())) + std::string("\0\0\0", 3) + greeting);
        const auto bytes = client.read(1000);
        const std::lock_guard lock(mutex);
        received += bytes;
    });
    auto connection = connection_to_port(server.port());
    for (const auto* tls : {"require", "verify"}) {
        connection.options["tls"] = tls;
        check_fails(connection, "tls", ErrorClass::unreachable);
    }
    const std::lock_guard lock(mutex);
    CHECK_THAT(received, !Catch::Contains("somebody"));
}

TEST_CASE("an impossible connection is refused, and the message names the field") {
    const auto refused = [](auto change) {
        auto connection = connection_to_port(3306);
        change(connection);
        Cancellation cancellation;
        return error_of([&] { sources::open_source(connection, cancellation); });
    };
    CHECK_THAT(refused([](auto& c) { c.host = "mysql://db/shop"; }).what(),
               Catch::StartsWith("invalid host"));
    CHECK_THAT(refused([](auto& c) { c.options["tls"] = "maybe"; }).what(), Catch::StartsWith("invalid tls"));
    CHECK_THAT(refused([](auto& c) { c.options["region"] = "x"; }).what(),
               Catch::StartsWith("invalid region"));
    CHECK_THAT(refused([](auto& c) { c.username = std::string("a\0b", 3); }).what(),
               Catch::StartsWith("invalid username"));
    CHECK_THAT(refused([](auto& c) { c.password = Secret(std::string("a\0b", 3)); }).what(),
               Catch::StartsWith("invalid password"));
}

TEST_CASE("the greeting of the server on an unusual port decides the engine") {
    auto connection = connection_to(shared_mariadb_server());
    connection.engine = "";
    CHECK_FALSE(run_test(connection, Location{.request = "SELECT 1"}).error);
    connection.host = "https://127.0.0.1";
    CHECK_FALSE(run_test(connection, Location{.request = "SELECT 1"}).error);

    Cancellation cancellation;
    for (const std::string answer : {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 400\r\n", "\r\n", ""}) {
        CAPTURE(answer);
        RawServer other([&](RawConnection& client) {
            client.send(answer);
            if (answer.empty()) client.wait_until_closed();
        });
        auto unknown = connection_to_port(other.port());
        unknown.engine = "";
        unknown.connect_timeout = std::chrono::milliseconds(100);
        const auto error = error_of([&] { sources::detect_engine(unknown, cancellation); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.hint(), Catch::Contains("--engine"));
    }
    const ClosedPort closed;
    auto nobody = connection_to_port(closed.port());
    nobody.engine = "";
    std::vector<std::string> stages;
    const auto tell = [&](const sources::Stage& stage) {
        stages.push_back(stage.name + (stage.ok ? " ok" : " failed"));
    };
    CHECK(error_of([&] { sources::detect_engine(nobody, cancellation, tell); }).error_class() ==
          ErrorClass::unreachable);
    CHECK(stages == std::vector<std::string>{"resolve ok", "connect failed"});
    stages.clear();
    nobody.host = "nobody.invalid";
    CHECK(error_of([&] { sources::detect_engine(nobody, cancellation, tell); }).error_class() ==
          ErrorClass::unreachable);
    CHECK(stages == std::vector<std::string>{"resolve failed"});
}

namespace {

std::string packet(int number, const std::string& body) {
    return std::string{static_cast<char>(body.size()), '\0', '\0', static_cast<char>(number)} + body;
}

const std::string ok_body("\0\0\0\2\0\0\0", 7);

}  // namespace

TEST_CASE("a server that is silent after the login is unreachable") {
    // A greeting of MySQL 5.5, which asks for mysql_native_password.
    const auto greeting = std::string(
                              "\x0a"
                              "5.5.5\0"
                              "\1\0\0\0"
                              "abcdefgh\0"
                              "\xff\xf7\x21\2\0\x0f\x80\x15",
                              28) +
                          std::string(10, '\0') + std::string("abcdefghijkl\0", 13);
    for (const int answers : {0, 1}) {
        CAPTURE(answers);
        RawServer server([&](RawConnection& client) {
            const auto read_packet = [&] {
                const auto head = client.read(4);
                if (head.size() == 4) client.read(static_cast<unsigned char>(head[0]));
            };
            client.send(packet(0, greeting));
            read_packet();
            client.send(packet(2, ok_body));
            for (int answer = 0; answer < answers; ++answer) {
                read_packet();
                client.send(packet(1, ok_body));
            }
            client.wait_until_closed();
        });
        auto connection = connection_to_port(server.port());
        connection.connect_timeout = std::chrono::milliseconds(100);
        CHECK(error_of([&] { read_whole(connection, {.request = "SELECT 1"}); }).error_class() ==
              ErrorClass::unreachable);
    }
}

TEST_CASE("the path of a socket is a host") {
    auto& server = shared_mariadb_server();
    auto connection = connection_to(server);
    connection.port.reset();
    connection.host = (server.process().folder() / "socket").string();
    CHECK_FALSE(run_test(connection, Location{.request = "SELECT 1"}).error);
    CHECK(read_whole(connection, {.request = "SELECT 1"}).rows.size() == 1);
    connection.host += ".none";
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::unreachable);
    CHECK(run.last().name == "connect");
}

TEST_CASE("a scheme may name another program's driver") {
    auto connection = connection_to(shared_mariadb_server());
    connection.engine = "";
    connection.host = "mysql+pymysql://127.0.0.1";
    CHECK_FALSE(run_test(connection).error);
}
