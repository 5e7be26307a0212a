#include <cstdlib>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/connecting_contract.hpp"
#include "core/text.hpp"
#include "sources/mysql/fixture.hpp"
#include "sources/registry.hpp"
#include "sources/table_writer.hpp"
#include "support/cutting_proxy.hpp"
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

std::string packet(int number, const std::string& body) {
    return std::string{static_cast<char>(body.size()), '\0', '\0', static_cast<char>(number)} + body;
}

class MysqlConnecting final : public ConnectingFixture {
  public:
    [[nodiscard]] sources::Connection connection() const override {
        return connection_to(shared_mariadb_server());
    }
    [[nodiscard]] Location location() const override { return {.request = "SELECT 1"}; }
    [[nodiscard]] std::vector<std::string> wrong_answers() const override {
        return {"HTTP/1.1 400 Bad Request\r\n\r\n",
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
                std::string("\xff\xff\xff\0\x0a", 5) + std::string(3000, 'x')};
    }
    [[nodiscard]] FullAnswer full_answer() const override {
        return {"Too many connections", packet(0, std::string("\xff\x10\x04Too many connections", 23))};
    }
    void read_question(RawConnection& /*client*/) const override {}  // the server speaks first
};

const MysqlConnecting fixture;

Error check_fails(const sources::Connection& connection, const std::string& stage, ErrorClass error_class) {
    return testing::check_fails(fixture, connection, stage, error_class);
}

// Of MySQL 5.5, which asks for mysql_native_password; `capabilities` is the second of their bytes.
std::string greeting(char capabilities) {
    return std::string(
               "\x0a"
               "5.5.5\0"
               "\1\0\0\0"
               "abcdefgh\0"
               "\xff",
               21) +
           capabilities + std::string("\x21\2\0\x0f\x80\x15", 6) + std::string(10, '\0') +
           std::string("abcdefghijkl\0mysql_native_password\0", 35);
}

constexpr char without_tls = '\xf7';

}  // namespace

TEST_CASE("connecting to MySQL keeps the contract") { check_connecting_contract(fixture); }

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

    connection.environment = Environment({{"SSL_CERT_FILE", tls_server().certificate().string()}});
    const auto message = tls_message(connection);
    connection.host = "localhost";  // which the certificate does not name
    check_fails(connection, "tls", ErrorClass::unreachable);
    CHECK_THAT(message, Catch::StartsWith("TLSv1."));
}

TEST_CASE("with tls=require no login goes to a server that does not encrypt") {
    std::string received;
    std::mutex mutex;
    RawServer server([&](RawConnection& client) {
        client.send(packet(0, greeting(without_tls)));
        const auto bytes = client.read(1000);
        const std::lock_guard lock(mutex);
        received += bytes;
    });
    auto connection = connection_to_port(fixture, server.port());
    for (const auto* tls : {"require", "verify"}) {
        connection.options["tls"] = tls;
        check_fails(connection, "tls", ErrorClass::unreachable);
    }
    const std::lock_guard lock(mutex);
    CHECK_THAT(received, !Catch::Contains("somebody"));
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
        auto unknown = connection_to_port(fixture, other.port());
        unknown.engine = "";
        unknown.connect_timeout = std::chrono::milliseconds(100);
        const auto error = error_of([&] { sources::detect_engine(unknown, cancellation); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.hint(), Catch::Contains("--engine"));
    }
    const ClosedPort closed;
    auto nobody = connection_to_port(fixture, closed.port());
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

const std::string ok_body("\0\0\0\2\0\0\0", 7);

/// A server that lets anyone in, answers that many statements with OK, and is silent after that.
void fall_silent(RawConnection& client, int answers) {
    const auto read_packet = [&] {
        const auto head = client.read(4);
        const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(head[i])}; };
        if (head.size() == 4) client.read(byte(0) | byte(1) << 8U);
    };
    client.send(packet(0, greeting(without_tls)));
    read_packet();
    client.send(packet(2, ok_body));
    for (int answer = 0; answer < answers; ++answer) {
        read_packet();
        client.send(packet(1, ok_body));
    }
    client.wait_until_closed();
}

}  // namespace

TEST_CASE("a server that is silent after the login is unreachable, whatever is asked of it") {
    const auto* engine = sources::find_engine("mysql");
    for (const int answers : {0, 1}) {
        CAPTURE(answers);
        RawServer server([&](RawConnection& client) { fall_silent(client, answers); });
        auto connection = connection_to_port(fixture, server.port());
        connection.wait_limit = std::chrono::milliseconds(100);
        const auto class_of = [](auto action) { return error_of(action).error_class(); };
        CHECK(class_of([&] { read_whole(connection, {.request = "SELECT 1"}); }) == ErrorClass::unreachable);
        CHECK(class_of([&] { read_whole(connection, {.database = "d", .table = "t"}); }) ==
              ErrorClass::unreachable);
        CHECK(run_test(connection).error->error_class() == ErrorClass::unreachable);
        Cancellation cancellation;
        const auto source = sources::open_source(connection, cancellation);
        for (const auto* path : {"", "d", "d/t"})
            CHECK(class_of([&] { static_cast<void>(source->list(path)); }) == ErrorClass::unreachable);
        const auto writer = engine->open_table_writer(connection, cancellation);
        const auto error = error_of(
            [&] { writer->begin({.database = "d", .table = "t"}, {"n"}, sources::WriteMode::append); });
        CHECK(error.error_class() == ErrorClass::unreachable);
        CAPTURE(error.what());
        CHECK_THAT(error.hint(), Catch::Contains("--timeout"));
    }
}

TEST_CASE("a server that falls silent between two rows is unreachable") {
    CuttingProxy proxy(shared_mariadb_server().port(), CuttingProxy::Kind::stalling, {200'000});
    shared_mariadb_server().query(
        "CREATE OR REPLACE TABLE stalls AS SELECT seq, REPEAT('x', 100) FROM seq_1_to_20000;");
    auto connection = connection_to(shared_mariadb_server());
    connection.port = proxy.port();
    connection.silence_limit = std::chrono::milliseconds(300);
    CHECK(error_of([&] { read_whole(connection, {.database = "shop", .table = "stalls"}); }).error_class() ==
          ErrorClass::unreachable);
}

TEST_CASE("a statement that nobody waits for any more ends at the server too") {
    const std::string request = "SELECT BENCHMARK(1000000000, MD5('abandoned'))";
    const auto running = [] {
        const auto count = shared_mariadb_server().query(
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT BENCHMARK%';");
        return trim(count) != "0";
    };
    const bool is_socket = GENERATE(false, true);
    const bool is_cancelled = GENERATE(false, true);
    CAPTURE(is_socket, is_cancelled);
    auto connection = connection_to(shared_mariadb_server());
    if (is_socket) {
        connection.port.reset();
        connection.host = (shared_mariadb_server().process().folder() / "socket").string();
    }
    if (!is_cancelled) connection.silence_limit = std::chrono::milliseconds(500);
    Cancellation cancellation;
    std::thread canceller;
    if (is_cancelled) {
        canceller = std::thread([&] {
            while (!running()) std::this_thread::yield();
            cancellation.cancel();
        });
    }
    const auto error = error_of([&] {
        TableSink sink;
        sources::open_source(connection, cancellation)->read({.request = request}, {}, sink);
    });
    if (canceller.joinable()) canceller.join();
    CHECK(error.error_class() == (is_cancelled ? ErrorClass::interrupted : ErrorClass::unreachable));
    const auto begun = std::chrono::steady_clock::now();
    while (running() && std::chrono::steady_clock::now() - begun < std::chrono::seconds(10))
        std::this_thread::yield();
    CHECK_FALSE(running());
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

TEST_CASE("a user name that the server would cut is refused") {
    auto& server = shared_mariadb_server();
    const std::string longest(128, 'u');
    server.query("CREATE OR REPLACE USER " + longest + "@'%' IDENTIFIED BY 'x';");
    auto connection = connection_to(server);
    connection.password = Secret("x");
    connection.username = longest;
    CHECK(read_whole(connection, {.request = "SELECT 1"}).rows.size() == 1);
    connection.username += "v";
    const auto error = error_of([&] { read_whole(connection, {.request = "SELECT 1"}); });
    CHECK(error.error_class() == ErrorClass::auth);
    CHECK_THAT(error.what(), Catch::Contains("takes that name for '" + longest + "'"));
}
