#include <filesystem>
#include <fstream>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/connecting_contract.hpp"
#include "contract/table_writing.hpp"
#include "core/text.hpp"
#include "sources/postgres/fixture.hpp"
#include "sources/registry.hpp"
#include "support/cutting_proxy.hpp"
#include "support/raw_server.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Location;

namespace {

const Location one_row{.database = "shop", .request = "SELECT 1"};

PostgresServer& tls_server() {
    static PostgresServer server(
        {.tls = true,
         .host_rules = "hostssl all only_tls all scram-sha-256\nhost all only_tls all reject\n"});
    return server;
}

std::string packet(char type, const std::string& body) {
    const auto size = body.size() + 4;
    std::string bytes(1, type);
    for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(size >> shift & 0xFFU);
    return bytes + body;
}

class PostgresConnecting final : public ConnectingFixture {
  public:
    [[nodiscard]] sources::Connection connection() const override {
        return connection_to(shared_postgres_server());
    }
    [[nodiscard]] Location location() const override { return one_row; }
    [[nodiscard]] std::vector<std::string> wrong_answers() const override {
        return {"HTTP/1.1 400 Bad Request\r\n\r\n",
                "",
                "\r\n",
                "S",
                "SSH-2.0-OpenSSH_9.2\r\n",
                "N",
                "NN",
                "ERROR",
                "E",
                std::string("R\0\0\0\0\0\0\0\0", 9),
                std::string("R\x7f\xff\xff\xff\0\0\0\0", 9),
                packet('R', std::string("\0\0\0\x63", 4)),
                packet('R', std::string("\0\0\0\x0cxyz", 7)),
                packet('R', ""),
                packet('E', "SFATAL"),
                packet('E', std::string(1000, 'x')),
                packet('Z', "I"),
                std::string(5000, '\0'),
                std::string(5000, '\xff')};
    }
    [[nodiscard]] FullAnswer full_answer() const override {
        return {"too many clients",
                packet('E', std::string("SFATAL\0VFATAL\0C53300\0Mtoo many clients\0\0", 40))};
    }
    void read_question(RawConnection& client) const override { client.read(8); }
};

const PostgresConnecting fixture;

Error check_fails(const sources::Connection& connection, const std::string& stage, ErrorClass error_class) {
    return testing::check_fails(fixture, connection, stage, error_class);
}

bool is_encrypted(const sources::Connection& connection) {
    const Location asked{.database = "shop",
                         .request = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"};
    return read_whole(connection, asked).rows.at(0).at(0) == "true";
}

Environment with(const std::string& name, const std::string& value) {
    return Environment(std::map<std::string, std::string>{{name, value}});
}

/// A password file, as the library wants it: for its owner alone.
std::string write_password_file(const std::filesystem::path& file, const std::string& password) {
    std::string escaped;
    for (const char c : password)
        escaped += c == ':' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    std::ofstream(file) << fmt::format("other:1:*:*:no\n127.0.0.1:{}:*:tester:{}\n",
                                       shared_postgres_server().port(), escaped);
    std::filesystem::permissions(file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return file.string();
}

}  // namespace

TEST_CASE("connecting to PostgreSQL keeps the contract") { check_connecting_contract(fixture); }

TEST_CASE("without a password the hint names the password file") {
    auto connection = connection_to(shared_postgres_server());
    connection.password = Secret();
    CHECK_THAT(check_fails(connection, "auth", ErrorClass::auth).hint(), Catch::Contains(".pgpass"));
}

TEST_CASE("a password comes from the connector, else from the password file") {
    const TemporaryDirectory home;
    const auto& right = shared_postgres_server().password();
    auto connection = connection_to(shared_postgres_server());
    connection.password = Secret();
    connection.environment = with("PGPASSFILE", write_password_file(home / "mine", right));
    CHECK_FALSE(run_test(connection, one_row).error);

    write_password_file(home / ".pgpass", right);
    connection.environment = with("HOME", home.path().string());
    CHECK_FALSE(run_test(connection, one_row).error);

    write_password_file(home / ".pgpass", "wrong:\\one");
    CHECK(check_fails(connection, "auth", ErrorClass::auth).error_class() == ErrorClass::auth);
    connection.password = Secret(right);
    CHECK_FALSE(run_test(connection, one_row).error);
    connection.password = Secret("wrong as well");
    write_password_file(home / ".pgpass", right);
    check_fails(connection, "auth", ErrorClass::auth);
}

TEST_CASE("a database that is not there is not found") {
    const auto connection = connection_to(shared_postgres_server());
    for (const auto* name : {"nowhere", "SHOP", "no' where\"", "dbname=shop", "postgres://127.0.0.1/shop"}) {
        CAPTURE(name);
        const Location location{.database = name, .request = "SELECT 1"};
        CHECK(error_of([&] { read_whole(connection, location); }).error_class() == ErrorClass::not_found);
        const auto run = run_test(connection, location);
        REQUIRE(run.error);
        CHECK(run.last().name == "list");
        CHECK(run.error->error_class() == ErrorClass::not_found);
    }
}

namespace {

const std::string let_in = packet('R', std::string(4, '\0'));
const std::string ready = packet('Z', "I");

}  // namespace

TEST_CASE("a server that lets anyone in and then sends rubbish is unreachable") {
    const std::vector<std::string> answers{
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "",
        std::string(5000, '\0'),
        std::string(5000, '\xff'),
        packet('D', std::string("\0\1\0\0\0\4abcd", 10)),
        packet('T', "\x7f\x7f"),
        packet('T', std::string("\0\1x", 3)) + packet('D', std::string("\0\1\x7f\xff\xff\xff", 6)),
        packet('E', "SERROR"),
        packet('G', std::string("\0\0\0", 3)),
        packet('H', std::string("\0\0\0", 3)) + packet('d', "x"),
        packet('C', "SELECT") + packet('C', "SELECT"),
        packet('I', "") + ready,
        packet('C', "SET") + ready + packet('Q', "what?"),
    };
    for (const auto& answer : answers) {
        CAPTURE(answer.substr(0, 20));
        RawServer server([&](RawConnection& client) {
            client.read(8);
            client.send(let_in + ready);
            client.read_until("BEGIN");  // of the start packet and the first statement
            client.send(answer);
        });
        auto rubbish = connection_to_port(fixture, server.port());
        rubbish.options["tls"] = "disable";
        const auto run = run_test(rubbish);
        REQUIRE(run.error);
        CHECK(run.last().name == "list");
        CHECK(run.error->error_class() == ErrorClass::unreachable);
        CHECK_FALSE(run.error->hint().empty());
    }
}

TEST_CASE("a connection cut anywhere is unreachable, and what came before is not taken for the whole") {
    shared_postgres_server().query(
        "DROP TABLE IF EXISTS cut; CREATE TABLE cut AS SELECT n, repeat('x', 100) FROM generate_series(1, "
        "20000) AS g(n);");
    std::vector<std::uint64_t> cuts{0,   1,   2,   50,  100, 200, 300, 400, 450,
                                    500, 550, 600, 650, 700, 800, 900, 1000};
    std::mt19937_64 random(std::random_device{}());
    for (int i = 0; i < 10; ++i) cuts.push_back(random() % 2'000'000);
    for (const auto cut : cuts) {
        CAPTURE(cut);
        CuttingProxy proxy(shared_postgres_server().port(), CuttingProxy::Kind::plain, {cut});
        auto connection = connection_to(shared_postgres_server());
        connection.port = proxy.port();
        Cancellation cancellation;
        const auto source = sources::open_source(connection, cancellation);
        CallbackSink sink([](auto) {});
        const auto error = error_of([&] { source->read({.database = "shop", .table = "cut"}, {}, sink); });
        CHECK(error.error_class() == ErrorClass::unreachable);
        CHECK_FALSE(error.hint().empty());
        CHECK(sink.count < 20'000);
    }
}

TEST_CASE("encryption is used where the server can, and only when it is wanted") {
    auto connection = connection_to(tls_server());
    for (const auto* tls : {"", "prefer", "require"}) {
        CAPTURE(tls);
        connection.options["tls"] = tls;
        CHECK_THAT(tls_message(connection), Catch::StartsWith("TLSv1."));
        CHECK(is_encrypted(connection));
    }
    for (const auto* tls : {"disable", "allow"}) {
        CAPTURE(tls);
        connection.options["tls"] = tls;
        CHECK(tls_message(connection) == "not used");
        CHECK_FALSE(is_encrypted(connection));
    }
    connection.options["tls"] = "";
    connection.environment = with("PGSSLMODE", "disable");
    CHECK_FALSE(is_encrypted(connection));
    connection.options["tls"] = "require";
    CHECK(is_encrypted(connection));

    auto plain = connection_to(shared_postgres_server());
    CHECK(tls_message(plain) == "not used");
    for (const auto* tls : {"require", "verify", "verify-ca", "verify-full"}) {
        CAPTURE(tls);
        plain.options["tls"] = tls;
        CHECK_THAT(check_fails(plain, "tls", ErrorClass::unreachable).hint(), Catch::Contains("tls"));
    }
}

TEST_CASE("a user whom the server lets in over TLS alone") {
    tls_server().query("CREATE ROLE only_tls LOGIN PASSWORD 'x';");
    auto connection = connection_to(tls_server());
    connection.username = "only_tls";
    connection.password = Secret("x");
    for (const auto* tls : {"allow", "prefer", "require"}) {
        CAPTURE(tls);
        connection.options["tls"] = tls;
        CHECK(is_encrypted(connection));
    }
    connection.options["tls"] = "disable";
    CHECK_THAT(check_fails(connection, "auth", ErrorClass::auth).what(), Catch::Contains("no encryption"));
}

TEST_CASE("a certificate is checked when that is asked for") {
    auto connection = connection_to(tls_server());
    const auto trusted = tls_server().certificate().string();
    for (const auto* tls : {"verify", "verify-full", "verify-ca"}) {
        CAPTURE(tls);
        connection.options["tls"] = tls;
        connection.environment = Environment();
        const auto error = check_fails(connection, "tls", ErrorClass::unreachable);
        CHECK_THAT(error.what(), Catch::Contains("certificate"));
        CHECK_THAT(error.hint(), Catch::Contains("PGSSLROOTCERT"));
        for (const auto* variable : {"PGSSLROOTCERT", "SSL_CERT_FILE"}) {
            connection.environment = with(variable, trusted);
            CHECK_THAT(tls_message(connection), Catch::StartsWith("TLSv1."));
        }
    }
    const TemporaryDirectory home;
    std::filesystem::create_directory(home / ".postgresql");
    std::filesystem::copy_file(trusted, home / ".postgresql" / "root.crt");
    connection.environment = with("HOME", home.path().string());
    CHECK_THAT(tls_message(connection), Catch::StartsWith("TLSv1."));

    connection.host = "localhost";  // which the certificate does not name
    CHECK_THAT(tls_message(connection), Catch::StartsWith("TLSv1."));
    connection.options["tls"] = "verify";
    CHECK_THAT(check_fails(connection, "tls", ErrorClass::unreachable).what(), Catch::Contains("localhost"));
}

TEST_CASE("nothing of a login goes to a server that does not encrypt when it must") {
    std::string received;
    std::mutex mutex;
    RawServer server([&](RawConnection& client) {
        client.read(8);
        client.send("N");
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
    CHECK(received.empty());
}

TEST_CASE("a password is not sent in clear text without --tls disable") {
    std::string received;
    std::mutex mutex;
    RawServer server([&](RawConnection& client) {
        auto request = client.read(8);
        if (request.size() == 8 && request[4] == '\x04') {  // SSLRequest
            client.send("N");
            request = client.read(8);
        }
        client.read_until(std::string("\0\0", 2));  // the end of the start packet
        client.send(packet('R', std::string("\0\0\0\3", 4)));
        const auto answer = client.read_until("top-secret");
        const std::lock_guard lock(mutex);
        received += answer;
    });
    auto connection = connection_to_port(fixture, server.port());
    for (const auto* tls : {"allow", "prefer"}) {
        CAPTURE(tls);
        connection.options["tls"] = tls;
        const auto error = check_fails(connection, "auth", ErrorClass::auth);
        CHECK_THAT(error.what(), Catch::Contains("clear text"));
        CHECK_THAT(error.hint(), Catch::Contains("--tls disable"));
    }
    {
        const std::lock_guard lock(mutex);
        CHECK_THAT(received, !Catch::Contains("top-secret"));
    }
    connection.options["tls"] = "disable";
    CHECK(run_test(connection).error);  // this server lets nobody in
    const std::lock_guard lock(mutex);
    CHECK_THAT(received, Catch::Contains("top-secret"));
}

TEST_CASE("a server that is silent after the login is unreachable, whatever is asked of it") {
    RawServer server([&](RawConnection& client) {
        client.read(8);
        client.send(let_in + ready);
        client.wait_until_closed();
    });
    auto connection = connection_to_port(fixture, server.port());
    connection.options["tls"] = "disable";
    connection.wait_limit = std::chrono::milliseconds(100);
    const auto class_of = [](auto action) { return error_of(action).error_class(); };
    CHECK(class_of([&] { read_whole(connection, one_row); }) == ErrorClass::unreachable);
    CHECK(class_of([&] { read_whole(connection, {.database = "d", .table = "t"}); }) ==
          ErrorClass::unreachable);
    CHECK(run_test(connection).error->error_class() == ErrorClass::unreachable);
    Cancellation cancellation;
    const auto source = sources::open_source(connection, cancellation);
    for (const auto* path : {"", "d", "d/s", "d/s/t"})
        CHECK(class_of([&] { static_cast<void>(source->list(path)); }) == ErrorClass::unreachable);
    CHECK(class_of([&] { write_rows(connection, {.database = "d", .table = "t"}, {"n"}, {}); }) ==
          ErrorClass::unreachable);
}

TEST_CASE("a server that falls silent between two rows is unreachable") {
    shared_postgres_server().query(
        "DROP TABLE IF EXISTS stalls; CREATE TABLE stalls AS SELECT n, repeat('x', 100) AS x FROM generate_series(1, "
        "20000) AS g(n);");
    auto connection = connection_to(shared_postgres_server());
    connection.silence_limit = std::chrono::milliseconds(300);
    CuttingProxy stalling(shared_postgres_server().port(), CuttingProxy::Kind::stalling, {200'000});
    connection.port = stalling.port();
    const auto error = error_of([&] { read_whole(connection, {.database = "shop", .table = "stalls"}); });
    CHECK(error.error_class() == ErrorClass::unreachable);
    CHECK_THAT(error.what(), Catch::Contains("no answer within 300 ms"));
}

TEST_CASE("what cannot be a PostgreSQL connection is refused by its field") {
    const auto refused = [](auto change) {
        auto connection = connection_to_port(fixture, 5432);
        change(connection);
        Cancellation cancellation;
        return error_of([&] { sources::open_source(connection, cancellation); });
    };
    CHECK_THAT(refused([](auto& c) { c.host = "postgres://db/shop"; }).what(),
               Catch::StartsWith("invalid host"));
    CHECK_THAT(refused([](auto& c) { c.host = "postgres://u:p@db"; }).what(),
               Catch::StartsWith("invalid host"));
    CHECK_THAT(refused([](auto& c) { c.environment = with("PGSSLMODE", "maybe"); }).what(),
               Catch::StartsWith("invalid tls: PGSSLMODE"));
}
