#include "sources/registry.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "sources/check.hpp"

using namespace prevision;
using namespace prevision::sources;

namespace {

Connection make(const std::string& host, std::optional<int> port = {}, const std::string& engine = "") {
    Connection connection;
    connection.type = "SQL";
    connection.engine = engine;
    connection.host = host;
    connection.port = port;
    return connection;
}

}  // namespace

TEST_CASE("an engine is found by its name and by its schemes") {
    REQUIRE(find_engine("mysql") != nullptr);
    CHECK(find_engine("mysql")->title == "MySQL and MariaDB");
    CHECK(find_engine("mariadb") == find_engine("mysql"));
    CHECK(find_engine("sqlite")->name == "sqlite");
    for (const auto* name : {"postgresql", "postgres", "pg"}) {
        CHECK(find_engine(name)->title == "PostgreSQL");
    }
    for (const auto* name : {"", "MySQL", "oracle", "mysql "}) CHECK(find_engine(name) == nullptr);
}

TEST_CASE("every engine describes itself whole") {
    for (const auto& engine : engines()) {
        CAPTURE(engine.name);
        CHECK_FALSE(engine.title.empty());
        CHECK_FALSE(engine.type.empty());
        CHECK(engine.open != nullptr);
        CHECK(engine.check_location != nullptr);
        for (const auto& options : {engine.connector_options, engine.datasource_options}) {
            std::set<std::string_view> names;
            for (const auto& option : options) {
                CHECK_FALSE(option.help.empty());
                CHECK(names.insert(option.name).second);
            }
        }
    }
}

TEST_CASE("the engine is told by name, by scheme or by port") {
    struct Case {
        Connection connection;
        std::string engine;  ///< empty: it cannot be told
    };
    const std::vector<Case> cases{
        {make("db", 3306), "mysql"},
        {make("db:3306"), "mysql"},
        {make("https://myserver.com", 3306), "mysql"},
        {make("mysql://db"), "mysql"},
        {make("mariadb://db", 5432), "mysql"},
        {make("db", 5432, "mysql"), "mysql"},
        {make("db", 9999, "mariadb"), "mysql"},
        {make("db", 5432), "postgresql"},
        {make("db:5432"), "postgresql"},
        {make("postgres://db"), "postgresql"},
        {make("postgresql://db", 3306), "postgresql"},
        {make("db", 9999, "postgres"), "postgresql"},
        {make("sqlite:///data/shop.db"), "sqlite"},
        {make("/data/shop.db"), "sqlite"},
        {make("shop.db", {}, "sqlite"), "sqlite"},
        {make("db"), ""},
        {make("https://myserver.com"), ""},
        {make("db", 9999), ""},
    };
    for (const auto& [connection, name] : cases) {
        CAPTURE(connection.host, connection.engine, connection.port.value_or(-1));
        const auto* engine = tell_engine(connection);
        CHECK((engine == nullptr ? "" : engine->name) == name);
    }
}

TEST_CASE("a connection that cannot be right is refused by its field") {
    struct Case {
        Connection connection;
        std::string message;
    };
    auto other_type = make("db", 3306);
    other_type.type = "HDFS";
    auto no_type = make("db", 3306);
    no_type.type = "";
    auto bad_tls = make("db", 3306);
    bad_tls.options["tls"] = "yes";
    auto sqlite_tls = make("/a.db");
    sqlite_tls.options["tls"] = "require";
    auto sqlite_user = make("/a.db");
    sqlite_user.username = "me";
    const std::vector<Case> cases{
        {other_type, "invalid type: "},
        {no_type, "invalid type: "},
        {make(""), "invalid host: "},
        {make("", {}, "mysql"), "invalid host: "},
        {make("", {}, "sqlite"), "invalid host: "},
        {make("a b", 3306), "invalid host: "},
        {make("gopher://db", 3306), "invalid host: "},
        {make("db", 0), "invalid port: "},
        {make("db", 70000), "invalid port: "},
        {make("db", -1, "mysql"), "invalid port: "},
        {make("db:3307", 3306), "invalid port: "},
        {make("db", 1433), "invalid port: 1433 is the port of SQL Server"},
        {make("db", 3306, "oracle"), "invalid engine: "},
        {make("sqlite:///a", {}, "mysql"), "invalid engine: "},
        {make("mysql://db", {}, "sqlite"), "invalid engine: "},
        {make("/a.db", 3306), "invalid port: "},
        {make("mysql://db/shop"), "invalid host: "},
        {make("postgres://db/shop?sslmode=require"), "invalid host: "},
        {bad_tls, "invalid tls: "},
        {sqlite_tls, "invalid tls: "},
        {sqlite_user, "invalid username: "},
    };
    for (const auto& [connection, message] : cases) {
        CAPTURE(connection.host, connection.engine, message);
        try {
            check_connection(connection);
            FAIL("taken");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::invalid);
            CHECK_THAT(error.what(), Catch::StartsWith(message));
        }
    }
}

TEST_CASE("a connection is right without the network") {
    for (const auto& connection : {make("no-such-host.invalid", 3306), make("no-such-host.invalid"),
                                   make("/no/such/file.db"), make("https://myserver.com", 3306)}) {
        CHECK_NOTHROW(check_connection(connection));
    }
}
