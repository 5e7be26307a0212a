#include <algorithm>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <malloc.h>

#include "contract/sql_server_contract.hpp"
#include "contract/table_writing.hpp"
#include "core/text.hpp"
#include "sources/postgres/fixture.hpp"
#include "sources/registry.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Location;
using sources::ValueKind;

namespace {

TableSink read_table(const std::string& table) {
    return read_whole(PostgresFixture().connection(), {.database = "shop", .table = table});
}

TableSink read_request(const std::string& request) {
    return read_whole(PostgresFixture().connection(), {.database = "shop", .request = request});
}

const std::string as_text = "c::text";
const std::string as_iso = "to_char(c, 'YYYY-MM-DD\"T\"HH24:MI:SS')";

std::vector<ValueCase> postgres_value_cases() {
    using K = ValueKind;
    const std::string nines(40, '9');
    return {
        {"boolean", "true", "true", as_text, K::boolean, "boolean"},
        {"smallint", "-32768", "-32768", as_text, K::integer, "smallint"},
        {"bigint", "-9223372036854775808", "-9223372036854775808", as_text, K::integer, "bigint"},
        {"numeric", "-" + nines + ".000001", "-" + nines + ".000001", as_text, K::decimal, "numeric"},
        {"numeric(10,2)", "0.1", "0.10", as_text, K::decimal, "numeric(10,2)"},
        {"numeric", "'NaN'", "NaN", as_text, K::decimal, "numeric"},
        {"double precision", "0.1", "0.1", as_text, K::real, "double precision"},
        {"double precision", "'1.7976931348623157e308'", "1.7976931348623157e+308", as_text, K::real,
         "double precision"},
        {"double precision", "'-Infinity'", "-Infinity", as_text, K::real, "double precision"},
        {"real", "0.1", "0.1", as_text, K::real, "real"},
        {"date", "'2020-02-29'", "2020-02-29", as_text, K::date, "date"},
        {"date", "'infinity'", "infinity", as_text, K::date, "date"},
        {"date", "'0044-03-15 BC'", "0044-03-15 BC", as_text, K::date, "date"},
        {"time(3)", "'12:34:56.789'", "12:34:56.789", as_text, K::time, "time(3) without time zone"},
        {"timetz", "'12:34:56+02'", "12:34:56+02", as_text, K::text, "time with time zone"},
        {"timestamp", "'2020-01-01 00:00:00'", "2020-01-01T00:00:00", as_iso, K::timestamp,
         "timestamp without time zone"},
        {"timestamp", "'-infinity'", "-infinity", as_text, K::timestamp, "timestamp without time zone"},
        {"timestamptz", "'2020-01-01 05:30:00+05:30'", "2020-01-01T00:00:00Z", as_iso + " || 'Z'",
         K::timestamp, "timestamp with time zone"},
        {"timestamptz(3)", "'0044-03-15 00:00:00+00 BC'", "0044-03-15 00:00:00+00 BC", as_text, K::timestamp,
         "timestamp(3) with time zone"},
        {"interval", "'1 year 2 days 03:04:05'", "1 year 2 days 03:04:05", as_text, K::text, "interval"},
        {"text", "''", "", as_text, K::text, "text"},
        {"text", "'\\N'", "\\N", as_text, K::text, "text"},
        {"text", "E'a\\tb\\r\\n\\\\\\b\\f\\x0b\"'", "a\tb\r\n\\\b\f\v\"", as_text, K::text, "text"},
        {"varchar(20)", "'é ☕ 😀'", "é ☕ 😀", as_text, K::text, "character varying(20)"},
        {"char(5)", "'ab'", "ab   ", "rpad(c::text, 5)", K::text, "character(5)"},
        {"bytea", "'\\x00ff0a5c22'", std::string("\0\xff\n\\\"", 5), "c", K::binary, "bytea"},
        {"bytea", "''", "", "c", K::binary, "bytea"},
        {"json", "'{\"a\":  [1, \"é\\n\"]}'", "{\"a\":  [1, \"é\\n\"]}", as_text, K::text, "json"},
        {"jsonb", "'{\"b\":1,\"a\":null}'", "{\"a\": null, \"b\": 1}", as_text, K::text, "jsonb"},
        {"uuid", "'123e4567-e89b-12d3-a456-426655440000'", "123e4567-e89b-12d3-a456-426655440000", as_text,
         K::text, "uuid"},
        {"integer[]", "'{{1,NULL},{3,4}}'", "{{1,NULL},{3,4}}", as_text, K::text, "integer[]"},
        {"text[]", "ARRAY['a,b', 'c\"d', '', NULL]", "{\"a,b\",\"c\\\"d\",\"\",NULL}", as_text, K::text,
         "text[]"},
        {"timestamptz[]", "ARRAY['2020-01-01 00:00:00+00'::timestamptz]", "{\"2020-01-01 00:00:00+00\"}",
         as_text, K::text, "timestamp with time zone[]"},
        {"inet", "'::1/64'", "::1/64", as_text, K::text, "inet"},
        {"int4range", "'[1,5)'", "[1,5)", as_text, K::text, "int4range"},
        {"mood", "'so, so'", "so, so", as_text, K::text, "mood"},
        {"positive", "7", "7", as_text, K::integer, "positive"},
        {"money", "'-12345.6'", "-12345.60", "c::numeric::text", K::decimal, "money"},
    };
}

class PostgresServerFixture final : public PostgresFixtureOf<SqlServerFixture> {
  public:
    [[nodiscard]] std::string engine() const override { return "postgresql"; }
    [[nodiscard]] std::vector<ValueCase> value_cases() const override { return postgres_value_cases(); }
    void make_typed(const ValueCase& value) override {
        run(
            fmt::format("SET standard_conforming_strings = on; DROP TABLE IF EXISTS typed;"
                        "CREATE TABLE typed (before_c int, c {}, after_c boolean NOT NULL);"
                        "INSERT INTO typed VALUES (1, {}, false);",
                        value.declaration, value.inserted));
    }
    // With settings like ours.
    [[nodiscard]] std::string hex_by_client(const ValueCase& value) const override {
        const bool is_bytes = value.kind == ValueKind::binary;
        return std::string(trim(shared_postgres_server().query(
            fmt::format("SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET "
                        "extra_float_digits = 3; SELECT encode({}, 'hex') FROM typed;",
                        is_bytes ? value.check : fmt::format("convert_to({}, 'UTF8')", value.check)))));
    }
    [[nodiscard]] std::string long_request() const override { return "SELECT pg_sleep(300)"; }
    [[nodiscard]] int count_running(const std::string& text) const override {
        return static_cast<int>(*parse_integer(trim(
            shared_postgres_server().query(fmt::format("SELECT count(*) FROM {};", sessions_with(text))))));
    }
    void end_running(const std::string& text) const override {
        shared_postgres_server().query(
            fmt::format("SELECT pg_terminate_backend(pid) FROM {};", sessions_with(text)));
    }

  private:
    static std::string sessions_with(const std::string& text) {
        return fmt::format("pg_stat_activity WHERE query LIKE 'COPY%{}%' AND pid <> pg_backend_pid()", text);
    }
};

}  // namespace

TEST_CASE("PostgreSQL keeps the contract of a source") {
    PostgresFixture fixture;
    check_source_contract(fixture);
}

TEST_CASE("PostgreSQL tells its estimate of the rows of a table that is read whole") {
    PostgresFixture fixture;
    fixture.run("CREATE TABLE estimated (n int); INSERT INTO estimated " + fixture.numbers(100) +
                "; ANALYZE estimated;");
    const Location table{.database = fixture.database(), .table = fixture.table("estimated")};
    const auto whole = read_whole(fixture.connection(), table);
    CHECK(whole.rows.size() == 100);
    CHECK(whole.about_rows == 100U);
    CHECK_FALSE(read_whole(fixture.connection(), table, 1).about_rows);
}

TEST_CASE("PostgreSQL keeps the contract of a server of SQL") {
    shared_postgres_server().query(
        "DROP TABLE IF EXISTS typed; DROP TYPE IF EXISTS mood; DROP DOMAIN IF EXISTS positive;"
        "CREATE TYPE mood AS ENUM ('so, so', 'good'); CREATE DOMAIN positive AS integer CHECK (value > 0);");
    PostgresServerFixture fixture;
    check_sql_server_contract(fixture);
}

TEST_CASE("a table is in a schema, whatever characters their names hold") {
    shared_postgres_server().query(
        "DROP SCHEMA IF EXISTS \"odd.sch\"\"ema\" CASCADE; CREATE SCHEMA \"odd.sch\"\"ema\";"
        "CREATE TABLE \"odd.sch\"\"ema\".\"T\"\"x/y\" (\"C c\" int); INSERT INTO "
        "\"odd.sch\"\"ema\".\"T\"\"x/y\" VALUES (5);");
    CHECK(read_table("\"odd.sch\"\"ema\".\"T\"\"x/y\"").rows == Rows{{"5"}});
    const auto connection = PostgresFixture().connection();
    Cancellation cancellation;
    const auto source = sources::open_source(connection, cancellation);
    const auto columns = source->list("shop/\"odd.sch\"\"ema\"/\"T\"\"x/y\"");
    REQUIRE(columns.size() == 1);
    CHECK(columns[0].name == "C c");
    CHECK(columns[0].detail == "integer");
    for (const auto* path : {"shop/no_such", "shop/public/no_such", "no_such/public"}) {
        CAPTURE(path);
        CHECK(error_of([&] { static_cast<void>(source->list(path)); }).error_class() ==
              ErrorClass::not_found);
    }
    for (const auto* table : {"no_such.t", "public.no_such", "TYPED"}) {
        CAPTURE(table);
        CHECK(error_of([&] { read_table(table); }).error_class() == ErrorClass::not_found);
    }
    std::vector<std::string> found;
    source->browse("", true, [&](const sources::Entry& entry) { found.push_back(entry.path); });
    const std::string deep = "shop/\"odd.sch\"\"ema\"/\"T\"\"x/y\"";
    CHECK(std::find(found.begin(), found.end(), deep) != found.end());
}

TEST_CASE("a request may hold what only PostgreSQL writes") {
    CHECK(read_request("SELECT $$it's; fine$$, $a$ $$ $a$, E'it\\'s;', 'back\\' -- ;").rows ==
          Rows{{"it's; fine", " $$ ", "it's;", "back\\"}});
    CHECK(read_request("SELECT 1 AS a, 2 AS a; -- the end").names() == std::vector<std::string>{"a", "a"});
    CHECK(read_request("/* a /* b */ ; */ TABLE pg_catalog.pg_am LIMIT 0").rows.empty());
    const auto no_columns = read_request("SELECT FROM generate_series(1, 3)");
    CHECK(no_columns.header.empty());
    CHECK(no_columns.rows.size() == 3);
}

TEST_CASE("a request changes nothing, whatever it calls") {
    shared_postgres_server().query(
        "DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int); INSERT INTO kept VALUES (1);"
        "DROP SEQUENCE IF EXISTS counter; CREATE SEQUENCE counter;");
    for (const auto* request :
         {"SELECT nextval('counter')", "WITH d AS (DELETE FROM kept RETURNING n) SELECT * FROM d",
          "SELECT * INTO stolen FROM kept", "SELECT 1) TO STDOUT; DELETE FROM kept; COPY (SELECT 1",
          "SELECT E'\\'') TO PROGRAM 'x' --'", "SELECT set_config('transaction_read_only', 'off', false)"}) {
        CAPTURE(request);
        CHECK(error_of([&] { read_request(request); }).error_class() == ErrorClass::invalid);
    }
    CHECK(trim(shared_postgres_server().query("SELECT count(*) FROM kept;")) == "1");
}

TEST_CASE("a request that fails on its way is invalid, and says why") {
    const auto error =
        error_of([] { read_request("SELECT 1 / (3 - n) FROM generate_series(1, 5) AS g(n)"); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.what(), Catch::Contains("request") && Catch::Contains("division by zero"));
}

TEST_CASE("a user who may log in and not read gets the class auth and a hint") {
    shared_postgres_server().query(
        "DROP TABLE IF EXISTS hidden; CREATE TABLE hidden (n int);"
        "CREATE ROLE limited LOGIN PASSWORD 'x'; CREATE SCHEMA closed; CREATE TABLE closed.t (n int);"
        "CREATE DATABASE locked; REVOKE CONNECT ON DATABASE locked FROM public;");
    auto connection = PostgresFixture().connection();
    connection.username = "limited";
    connection.password = Secret("x");
    for (const Location& location :
         {Location{.database = "shop", .table = "hidden"}, Location{.database = "shop", .table = "closed.t"},
          Location{.database = "locked", .request = "SELECT 1"}}) {
        const auto error = error_of([&] { read_whole(connection, location); });
        CHECK(error.error_class() == ErrorClass::auth);
        CHECK_THAT(error.hint(), Catch::Contains("GRANT"));
    }
    connection.password = Secret("wrong");
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::auth);
    CHECK(run.last().name == "auth");
    CHECK_THAT(run.error->what(), !Catch::Contains("wrong"));
}

TEST_CASE("100,000 tables are listed without holding them in memory") {
    auto& server = shared_postgres_server();
    server.query("DROP DATABASE IF EXISTS crowd; CREATE DATABASE crowd;");
    // Entries of the catalogue without what they stand for: to create them one by one would take minutes.
    server.query(
        "SET allow_system_table_mods = on; CREATE SCHEMA empty; CREATE SCHEMA crowded; CREATE TABLE "
        "crowded.model ();"
        "CREATE TEMPORARY TABLE more AS SELECT c.* FROM pg_class c WHERE c.relname = 'model';"
        "UPDATE more SET reltype = 0; INSERT INTO pg_class SELECT (m.c).* FROM (SELECT "
        "jsonb_populate_record(more, "
        "jsonb_build_object('oid', 1000000 + n, 'relname', 'table ' || n)) AS c FROM more, "
        "generate_series(1, "
        "100000) AS g(n)) AS m;",
        "crowd");
    Cancellation cancellation;
    const auto source = sources::open_source(PostgresFixture().connection(), cancellation);
    const auto in_use = [] { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; };
    const auto before = in_use();
    for (const auto* path : {"", "crowd", "crowd/crowded"}) {
        CAPTURE(path);
        std::size_t most = before;
        std::size_t tables = 0;
        std::vector<std::string> others;
        const bool recursive = std::string(path) != "crowd/crowded";
        source->browse(path, recursive, [&](const sources::Entry& entry) {
            most = std::max(most, in_use());
            if (entry.name.starts_with("table ")) {
                ++tables;
            } else if (entry.path.find("shop") == std::string::npos) {
                others.push_back(entry.path + " " + entry.kind);
            }
        });
        CHECK(tables == 100'000);
        CHECK(most - before < 1'000'000);  // the names are more than 1 MB, and entries many times that
        const std::string place = *path == '\0' ? "crowd/" : "";
        const auto has = [&](const std::string& entry) {
            return std::find(others.begin(), others.end(), entry) != others.end();
        };
        if (recursive) {
            CHECK(has(place + "empty schema"));
            CHECK(has(place + "crowded schema"));
            CHECK(has(place + "crowded/model table"));
        } else {
            CHECK(others == std::vector<std::string>{"model table"});
        }
    }
    CHECK(source->list("crowd").size() == 3);  // and public
    server.query("DROP DATABASE crowd;");
}

TEST_CASE("a user who may enter only the own database can test and browse") {
    PostgresServer server;
    server.query(
        "REVOKE CONNECT ON DATABASE postgres, shop FROM public; CREATE ROLE tenant LOGIN PASSWORD 'x';"
        "CREATE DATABASE tenant OWNER tenant; CREATE ROLE homeless LOGIN PASSWORD 'x';");
    auto connection = connection_to(server);
    connection.username = "tenant";
    connection.password = Secret("x");
    CHECK_FALSE(run_test(connection).error);
    Cancellation cancellation;
    const auto source = sources::open_source(connection, cancellation);
    CHECK(source->list("").size() == 3);
    std::vector<std::string> found;
    source->browse("", true, [&](const sources::Entry& entry) { found.push_back(entry.path); });
    CHECK(found == std::vector<std::string>{"tenant", "tenant/public"});

    connection.username = "homeless";
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.last().name == "list");
    CHECK(run.error->error_class() == ErrorClass::auth);
    CHECK_THAT(run.error->what(), Catch::Contains("database \"postgres\""));
    connection.password = Secret("wrong");
    CHECK(run_test(connection).last().name == "auth");
}

TEST_CASE("two readers of a table at once get its rows in the same order") {
    // More than a quarter of the server's memory: it would let the second join the first in the middle.
    PostgresServer server({.settings = {"shared_buffers=1MB"}});
    server.query("CREATE TABLE big AS SELECT n, repeat('x', 100) FROM generate_series(1, 300000) AS g(n);");
    const Location location{.database = "shop", .table = "big"};
    Cancellation cancellation;
    const auto first = sources::open_source(connection_to(server), cancellation);
    CallbackSink sink([&](auto) {
        if (sink.count != 20'000) return;
        std::string seen;
        const auto second = sources::open_source(connection_to(server), cancellation);
        CallbackSink other([&](std::span<const sources::Value> row) {
            if (other.count == 1) seen = row[0].text();
        });
        second->read(location, {}, other);
        CHECK(seen == "1");
    });
    first->read(location, {}, sink);
    CHECK(sink.count == 300'000);
}

TEST_CASE("a database that nobody may connect to is listed without its schemas") {
    PostgresServer server({.host_rules = "host keep all all reject\n"});
    server.query("CREATE DATABASE keep; CREATE TABLE seen (n int);");
    Cancellation cancellation;
    const auto source = sources::open_source(connection_to(server), cancellation);
    std::vector<std::string> found;
    source->browse("", true, [&](const sources::Entry& entry) { found.push_back(entry.path); });
    CHECK(found == std::vector<std::string>{"keep", "postgres", "postgres/public", "shop", "shop/public",
                                            "shop/public/seen"});
    CHECK(error_of([&] { static_cast<void>(source->list("keep")); }).error_class() == ErrorClass::auth);
}
