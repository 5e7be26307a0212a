#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/table_writing.hpp"
#include "core/text.hpp"
#include "sources/postgres/fixture.hpp"
#include "sources/registry.hpp"
#include "support/pgbouncer.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Location;
using sources::WriteMode;

namespace {

const PostgresServer& server() { return shared_postgres_server(); }

sources::Connection connection() { return connection_to(server()); }

TableSink read_table(const std::string& table) {
    return read_whole(connection(), {.database = "shop", .table = table});
}

void write(const sources::Connection& to, const std::string& table,
           const std::vector<sources::OutgoingColumn>& columns, const Rows& rows, WriteMode mode) {
    write_rows(to, {.database = "shop", .table = table}, columns, rows, mode);
}

const std::string long_name(70, 'n');
const std::string cut_name(63, 'n');

}  // namespace

TEST_CASE("a name that the server would cut is not found") {
    server().query(fmt::format(
        "DROP SCHEMA IF EXISTS {0} CASCADE; DROP TABLE IF EXISTS {0}; CREATE TABLE {0} (n int); CREATE SCHEMA {0}; "
        "CREATE TABLE {0}.t (n int);",
        cut_name));
    CHECK(read_table(cut_name).header.size() == 1);
    for (const auto& table : {long_name, long_name + ".t"}) {
        const auto error = error_of([&] { read_table(table); });
        CHECK(error.error_class() == ErrorClass::not_found);
        CHECK_THAT(error.what(), Catch::Contains("cuts the name"));
    }
    Cancellation cancellation;
    const auto source = sources::open_source(connection(), cancellation);
    CHECK(source->list("shop/" + cut_name).size() == 1);
    CHECK(error_of([&] { static_cast<void>(source->list("shop/" + long_name)); }).error_class() ==
          ErrorClass::not_found);
}

TEST_CASE("a database whose name the server would cut is not found") {
    server().query(fmt::format("CREATE DATABASE {};", cut_name));
    const auto read = [](const std::string& database) {
        return read_whole(connection(), {.database = database, .request = "SELECT 1"});
    };
    CHECK(read(cut_name).rows.size() == 1);
    CHECK(error_of([&] { read(long_name); }).error_class() == ErrorClass::not_found);
    server().query(fmt::format("DROP DATABASE {};", cut_name));
}

TEST_CASE("an export to a name that the server would cut is refused, and the other table keeps its rows") {
    server().query(fmt::format(
        "DROP TABLE IF EXISTS {0}; CREATE TABLE {0} (n int); INSERT INTO {0} VALUES (1);", cut_name));
    const auto refused = [](const std::string& table, const std::vector<sources::OutgoingColumn>& columns) {
        const auto error =
            error_of([&] { write(connection(), table, columns, {{"2"}}, WriteMode::replace); });
        CHECK(error.error_class() == ErrorClass::invalid);
    };
    refused(long_name, {"n"});
    CHECK(trim(server().query(fmt::format("SELECT n FROM {};", cut_name))) == "1");

    server().query(fmt::format("DROP TABLE {};", cut_name));
    refused(long_name, {"n"});
    refused("new_one", {long_name});
    CHECK(trim(server().query(fmt::format("SELECT count(*) FROM pg_class WHERE relname IN ('{}', 'new_one');",
                                          cut_name))) == "0");
    server().query(fmt::format("CREATE TABLE cut_column ({} int);", cut_name));
    refused("cut_column", {long_name});
}

TEST_CASE("a table that is emptied and filled again in a transaction is read whole") {
    server().query(
        "DROP TABLE IF EXISTS refilled; CREATE TABLE refilled AS SELECT generate_series(1, 10) AS n;");
    std::thread other([] {
        server().query(
            "BEGIN; TRUNCATE refilled; DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM pg_locks WHERE relation = "
            "'refilled'::regclass AND NOT granted) LOOP PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); "
            "END LOOP; END $$; INSERT INTO refilled SELECT generate_series(1, 20); COMMIT;");
    });
    while (
        trim(server().query("SELECT count(*) FROM pg_locks WHERE relation = 'refilled'::regclass AND mode = "
                            "'AccessExclusiveLock' AND granted;")) != "1") {
    }
    CHECK(read_table("refilled").rows.size() == 20);
    other.join();
}

TEST_CASE("a request whose table is emptied before it is locked is read again") {
    server().query(
        "DROP TABLE IF EXISTS seen_late CASCADE; CREATE TABLE seen_late AS SELECT generate_series(1, 10) AS n; "
        "CREATE VIEW over_seen_late AS SELECT n FROM seen_late;");
    for (const Location& location : {Location{.database = "shop", .request = "SELECT n FROM seen_late"},
                                     Location{.database = "shop", .request = "TABLE over_seen_late"}}) {
        CAPTURE(location.request);
        std::thread other([] {
            server().query(
                "BEGIN; TRUNCATE seen_late; DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM pg_locks WHERE relation = "
                "'seen_late'::regclass AND NOT granted) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$; INSERT INTO "
                "seen_late SELECT generate_series(1, 20); COMMIT;");
        });
        while (trim(server().query(
                   "SELECT count(*) FROM pg_locks WHERE relation = 'seen_late'::regclass AND mode "
                   "= 'AccessExclusiveLock' AND granted;")) != "1") {
        }
        CHECK(read_whole(connection(), location).rows.size() == 20);
        other.join();
    }
}

TEST_CASE("a materialized view that is refreshed before it is read is read again") {
    server().query(
        "DROP MATERIALIZED VIEW IF EXISTS refreshed; DROP TABLE IF EXISTS below_it; CREATE TABLE below_it AS SELECT "
        "generate_series(1, 10) AS n; CREATE MATERIALIZED VIEW refreshed AS TABLE below_it; INSERT INTO below_it "
        "SELECT generate_series(11, 20);");
    std::thread other([] {
        server().query(
            "BEGIN; LOCK TABLE below_it; REFRESH MATERIALIZED VIEW refreshed; DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 "
            "FROM pg_locks WHERE relation = 'refreshed'::regclass AND NOT granted) LOOP PERFORM pg_sleep(0.01); END "
            "LOOP; END $$; COMMIT;");
    });
    while (
        trim(server().query("SELECT count(*) FROM pg_locks WHERE relation = 'refreshed'::regclass AND mode = "
                            "'AccessExclusiveLock' AND granted;")) != "1") {
    }
    CHECK(read_table("refreshed").rows.size() == 20);
    other.join();
}

TEST_CASE("row-level security does not make a snapshot or an export partial unless that is accepted") {
    server().query(
        "DROP TABLE IF EXISTS guarded CASCADE; CREATE TABLE guarded (n int); INSERT INTO guarded VALUES (1), (2); "
        "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON guarded USING (n = 1);");
    auto reader = connection_as("policed", "GRANT ALL ON guarded TO policed;");
    const Location table{.database = "shop", .table = "guarded"};
    const Location request{.database = "shop", .request = "SELECT * FROM guarded"};
    for (const auto& location : {table, request}) {
        const auto error = error_of([&] { read_whole(reader, location); });
        CHECK(error.error_class() == ErrorClass::auth);
        CHECK_THAT(error.hint(), Catch::Contains("--row-security"));
    }
    CHECK(error_of([&] { write(reader, "guarded", {"n"}, {{"1"}}, WriteMode::replace); }).error_class() ==
          ErrorClass::auth);
    CHECK(trim(server().query("SELECT count(*) FROM guarded;")) == "2");
    reader.options["row_security"] = "apply";
    CHECK(read_whole(reader, table).rows == Rows{{"1"}});
    CHECK(read_table("guarded").rows.size() == 2);  // the owner of the server sees all rows
    server().query("DROP TABLE guarded; DROP ROLE policed;");
}

TEST_CASE("settings of the role do not change what a snapshot holds, and do not end it") {
    server().query(
        "SET standard_conforming_strings = on; DROP TABLE IF EXISTS set_up; CREATE TABLE set_up AS SELECT '2020-01-02 00:00:00+00'::timestamptz "
        "AS t, '1 day -2 hours'::interval AS i, 0.1::float8 AS f, '\\x00'::bytea AS b, 12.5::money AS m;");
    const auto reader = connection_as(
        "odd",
        "GRANT SELECT ON set_up TO odd; ALTER ROLE odd SET datestyle = 'SQL, DMY'; ALTER ROLE odd SET "
        "intervalstyle = 'sql_standard'; ALTER ROLE odd SET timezone = 'America/New_York'; ALTER ROLE odd SET "
        "extra_float_digits = -5; ALTER ROLE odd SET bytea_output = 'escape'; ALTER ROLE odd SET "
        "statement_timeout = 200; ALTER ROLE odd SET default_transaction_isolation = 'serializable'; ALTER "
        "ROLE odd SET transform_null_equals = on; ALTER ROLE odd SET quote_all_identifiers = on;");
    const auto table = read_whole(reader, {.database = "shop", .table = "set_up"});
    CHECK(table.rows ==
          Rows{{"2020-01-02T00:00:00Z", "1 day -02:00:00", "0.1", std::string(1, '\0'), "12.50"}});
    CHECK(table.header[4].type == "money");
    CHECK(table.header[4].kind == sources::ValueKind::decimal);
    const auto asked =
        read_whole(reader, {.database = "shop", .request = "SELECT pg_sleep(0.4)::text = NULL"});
    CHECK(asked.rows == Rows{{std::nullopt}});
}

TEST_CASE("through a pooler in transaction mode the first snapshot is right, and no setting stays behind") {
    server().query(
        "SET standard_conforming_strings = on; DROP TABLE IF EXISTS pooled; CREATE TABLE pooled AS SELECT '2020-01-02 03:04:05+00'::timestamptz "
        "AS t, '\\x00ff'::bytea AS b;");
    const PgBouncer pooler(server());
    const std::string asked =
        "SELECT string_agg(name || '=' || setting, ';' ORDER BY name) FROM pg_settings WHERE name NOT IN "
        "('application_name', 'client_min_messages');";
    const auto before = pooler.query(asked);
    auto through = connection();
    through.port = pooler.port();
    const auto rows = Rows{{"2020-01-02T03:04:05Z", std::string("\0\xff", 2)}};
    for (int i = 0; i < 2; ++i) {
        CHECK(read_whole(through, {.database = "shop", .table = "pooled"}).rows == rows);
        CHECK(pooler.query(asked) == before);
    }
    CHECK_FALSE(run_test(through, Location{.database = "shop", .table = "pooled"}).error);
    write(through, "pooled", {"t"}, {{"2020-01-02T03:04:05Z"}}, WriteMode::append);
    CHECK(pooler.query(asked) == before);
    CHECK(trim(server().query("SELECT count(*) FROM pooled;")) == "2");
}

TEST_CASE("browse, schema and rows agree on a table's columns") {
    server().query(
        "DROP TABLE IF EXISTS agreed; DROP DOMAIN IF EXISTS nonzero; CREATE DOMAIN nonzero AS numeric(5,2) CHECK "
        "(value <> 0); CREATE TABLE agreed (a nonzero, gone int, g int GENERATED ALWAYS AS (1 + 1) STORED, i int "
        "GENERATED ALWAYS AS IDENTITY, c char(3) COLLATE \"C\"); ALTER TABLE agreed DROP COLUMN gone; INSERT INTO "
        "agreed (a) VALUES (1);");
    Cancellation cancellation;
    const auto source = sources::open_source(connection(), cancellation);
    std::vector<std::string> listed;
    for (const auto& entry : source->list("shop/public/agreed"))
        listed.push_back(entry.name + " " + entry.detail);
    std::vector<std::string> described;
    const auto table = read_table("agreed");
    for (const auto& column : table.header) described.push_back(column.name + " " + column.type);
    CHECK(listed == described);
    CHECK(listed == std::vector<std::string>{"a nonzero", "g integer", "i integer", "c character(3)"});
    CHECK(table.rows == Rows{{"1.00", "2", "1", std::nullopt}});
}

TEST_CASE("the connector's time zone is that of the session") {
    auto there = connection();
    const auto hour = [&] {
        return read_whole(there,
                          {.database = "shop",
                           .request = "SELECT extract(hour FROM '2020-07-01 00:00:00+00'::timestamptz)::int, "
                                      "'2020-07-01 00:00:00+00'::timestamptz"})
            .rows;
    };
    CHECK(hour() == Rows{{"0", "2020-07-01T00:00:00Z"}});
    there.options["time_zone"] = "Europe/Paris";
    CHECK(hour() == Rows{{"2", "2020-07-01T02:00:00+02"}});
    there.options["time_zone"] = "No/Where";
    CHECK(error_of(hour).error_class() == ErrorClass::invalid);
    there.options["time_zone"] = "x'; DROP TABLE t; --";
    CHECK_THAT(error_of(hour).what(), Catch::StartsWith("invalid time_zone"));
}

TEST_CASE("a database in SQL_ASCII is read and written in the encoding that the connector names") {
    server().query(
        "DROP DATABASE IF EXISTS raw; CREATE DATABASE raw ENCODING 'SQL_ASCII' TEMPLATE template0;");
    server().query(
        "SET client_encoding = 'SQL_ASCII'; SET standard_conforming_strings = on; CREATE TABLE t (n int, s text); INSERT INTO t VALUES (1, "
        "'plain'), (2, E'caf\\xe9');",
        "raw");
    const Location location{.database = "raw", .table = "t"};
    const auto error = error_of([&] { read_whole(connection(), location); });
    CHECK(error.error_class() == ErrorClass::integrity);
    CHECK_THAT(error.what(), Catch::Contains("'s'") && Catch::Contains("row 2"));
    auto known = connection();
    known.options["encoding"] = "LATIN1";
    const Rows rows{{"1", "plain"}, {"2", "café"}};
    CHECK(read_whole(known, location).rows == rows);
    write_rows(known, location, {"n", "s"}, rows);
    CHECK(trim(server().query("SELECT count(DISTINCT s), count(*) FROM t;", "raw")) == "2|4");
    server().query("SET client_encoding = 'SQL_ASCII'; CREATE TABLE named (n int, \"caf\xe9\" text);", "raw");
    const Location named{.database = "raw", .table = "named"};
    const auto unnamed = error_of([&] { read_whole(connection(), named); });
    CHECK(unnamed.error_class() == ErrorClass::integrity);
    CHECK_THAT(unnamed.what(), Catch::Contains("the name of the column 2"));
    CHECK(read_whole(known, named).names() == std::vector<std::string>{"n", "café"});
    known.options["encoding"] = "no-such";
    CHECK_THAT(error_of([&] { read_whole(known, location); }).what(), Catch::StartsWith("invalid encoding"));
}

TEST_CASE("what fails on the server has its class and a hint") {
    server().query(
        "DROP MATERIALIZED VIEW IF EXISTS unfilled; CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS n WITH NO DATA; "
        "DROP FUNCTION IF EXISTS breaks() CASCADE; CREATE FUNCTION breaks() RETURNS int LANGUAGE plpgsql AS 'BEGIN "
        "RETURN no_such_function(); END'; CREATE VIEW broken AS SELECT breaks() AS n;");
    for (const Location& location :
         {Location{.database = "shop", .table = "unfilled"}, Location{.database = "shop", .table = "broken"},
          Location{.database = "shop", .request = "SELECT no_such_function(1)"},
          Location{.database = "shop", .request = "SELECT 'a' COLLATE \"no such collation\""}}) {
        CAPTURE(location.table, location.request);
        const auto error = error_of([&] { read_whole(connection(), location); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_FALSE(error.hint().empty());
    }
}

TEST_CASE("the wait for a lock ends at the limit") {
    server().query("DROP TABLE IF EXISTS locked_one; CREATE TABLE locked_one (n int);");
    std::thread holder([] {
        server().query(
            "BEGIN; LOCK TABLE locked_one; DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'let_go') LOOP PERFORM "
            "pg_sleep(0.01); END LOOP; END $$; COMMIT;");
    });
    while (trim(server().query(
               "SELECT count(*) FROM pg_locks WHERE relation = 'locked_one'::regclass AND mode = "
               "'AccessExclusiveLock' AND granted;")) != "1") {
    }
    auto hurried = connection();
    hurried.wait_limit = std::chrono::milliseconds(200);
    const auto error = error_of([&] { read_whole(hurried, {.database = "shop", .table = "locked_one"}); });
    CHECK(error.error_class() == ErrorClass::unreachable);
    CHECK_THAT(error.hint(), Catch::Contains("--timeout"));
    server().query("CREATE TABLE let_go ();");
    holder.join();
    server().query("DROP TABLE let_go;");
}

TEST_CASE("the path of a local socket is a host") {
    auto local = connection();
    local.port.reset();
    local.host = fmt::format("{}/.s.PGSQL.{}", server().socket_folder(), server().port());
    CHECK(run_test(local, Location{.database = "shop", .request = "SELECT 1"}).stages.size() == 6);
    local.host = server().socket_folder();
    local.port = server().port();
    const auto run = run_test(local, Location{.database = "shop", .request = "SELECT 1"});
    CHECK_FALSE(run.error);
    local.port = 1;
    CHECK(run_test(local).last().name == "connect");
    local.host = "/" + std::string(200, 'x');
    CHECK(run_test(local).error->error_class() == ErrorClass::invalid);
}

TEST_CASE("a user who may insert and not create can export into a table that exists") {
    server().query("DROP TABLE IF EXISTS inserted; CREATE TABLE inserted (n int);");
    const auto poor = connection_as("inserter", "GRANT INSERT ON inserted TO inserter;");
    write(poor, "inserted", {"n"}, {{"1"}}, WriteMode::append);
    CHECK(trim(server().query("SELECT count(*) FROM inserted;")) == "1");
    CHECK(error_of([&] { write(poor, "inserted", {"n"}, {}, WriteMode::replace); }).error_class() ==
          ErrorClass::auth);
}

TEST_CASE("an export that fails leaves no new table") {
    CHECK_THROWS_AS(write(connection(), "never_made", {"n"}, {{std::string("a\0b", 3)}}, WriteMode::append),
                    Error);
    CHECK(trim(server().query("SELECT to_regclass('never_made') IS NULL;")) == "t");
}
