#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/table_writing.hpp"
#include "core/text.hpp"
#include "sources/postgres/fixture.hpp"
#include "sources/registry.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Location;

namespace {

const PostgresServer& server() { return shared_postgres_server(); }

sources::Connection connection() { return connection_to(server()); }

TableSink read_request(const std::string& request) {
    return read_whole(connection(), {.database = "shop", .request = request});
}

std::vector<std::string> list(const sources::Connection& of, const std::string& path) {
    Cancellation cancellation;
    std::vector<std::string> names;
    for (const auto& entry : sources::open_source(of, cancellation)->list(path)) names.push_back(entry.name);
    return names;
}

const std::string long_name(70, 'm');
const std::string cut_name(63, 'm');

}  // namespace

TEST_CASE("a request with a name that the server would cut is refused") {
    server().query(fmt::format("DROP TABLE IF EXISTS {0}; CREATE TABLE {0} (n int);", cut_name));
    for (const auto& request : {"SELECT * FROM " + long_name, "SELECT 1 AS " + long_name,
                                fmt::format("SELECT 1 AS \"{}\"", long_name)}) {
        CAPTURE(request);
        const auto error = error_of([&] { read_request(request); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains("will be truncated"));
        CHECK_THAT(error.hint(), Catch::Contains("63 bytes"));
    }
    CHECK(read_request(fmt::format("SELECT '{0}' /* {0} */ FROM {1}", long_name, cut_name)).rows.empty());
}

TEST_CASE("a long name within a function that a request calls is the function's own") {
    server().query(fmt::format(
        "CREATE OR REPLACE FUNCTION long_inside() RETURNS int LANGUAGE plpgsql AS 'DECLARE {0} int := 5; BEGIN RETURN "
        "{0}; END';",
        long_name));
    CHECK(read_request("SELECT long_inside()").rows == Rows{{"5"}});
}

TEST_CASE("a user name that the server would cut does not log in as another role") {
    auto cut = connection_as(cut_name, "");
    CHECK_FALSE(run_test(cut).error);
    cut.username = long_name;
    const auto run = run_test(cut);
    REQUIRE(run.error);
    CHECK(run.last().name == "auth");
    CHECK(run.error->error_class() == ErrorClass::auth);
    CHECK_THAT(run.error->what(), Catch::Contains("cuts the name of the user"));
    CHECK(error_of([&] { read_whole(cut, {.database = "shop", .request = "SELECT 1"}); }).error_class() ==
          ErrorClass::auth);
    CHECK(error_of([&] { list(cut, ""); }).error_class() == ErrorClass::auth);
    server().query("DROP ROLE " + cut_name + ";");
}

TEST_CASE("tables, types and operators that the role's search_path finds first do not mislead us") {
    server().query(
        "DROP SCHEMA IF EXISTS decoy CASCADE; CREATE SCHEMA decoy; DROP TABLE IF EXISTS plain; CREATE TABLE plain (n int NOT "
        "NULL, s text); INSERT INTO plain VALUES (1, 'a'); CREATE DOMAIN decoy.text AS varchar(1); CREATE DOMAIN decoy.oid "
        "AS integer; CREATE TABLE decoy.pg_class (oid int, relname int); CREATE TABLE decoy.pg_namespace (oid int); "
        "CREATE FUNCTION decoy.never(oid, oid) RETURNS boolean LANGUAGE sql AS 'SELECT false'; CREATE FUNCTION "
        "decoy.never(name, pg_catalog.text) RETURNS boolean LANGUAGE sql AS 'SELECT false'; CREATE OPERATOR decoy.= (LEFTARG "
        "= oid, RIGHTARG = oid, FUNCTION = decoy.never); CREATE OPERATOR decoy.= (LEFTARG = name, RIGHTARG = "
        "pg_catalog.text, FUNCTION = decoy.never);");
    const auto misled = connection_as(
        "misled",
        "GRANT USAGE ON SCHEMA decoy TO misled; GRANT ALL ON SCHEMA public TO misled; GRANT ALL ON plain TO "
        "misled; ALTER ROLE misled SET search_path = decoy, public, pg_catalog;");
    for (const auto* path : {"", "shop", "shop/public/plain"}) {
        CAPTURE(path);
        CHECK(list(misled, path) == list(connection(), path));
    }
    const Location table{.database = "shop", .table = "public.plain"};
    const auto read = read_whole(misled, table);
    CHECK(read.rows == Rows{{"1", "a"}});
    REQUIRE(read.header.size() == 2);
    CHECK(read.header[0].type == "integer");
    CHECK_FALSE(read.header[0].nullable);
    CHECK(read_whole(misled, {.database = "shop", .request = "SELECT s FROM plain"}).header[0].type ==
          "text");
    write_rows(misled, table, {"n", "s"}, {{"2", "b"}}, sources::WriteMode::replace);
    write_rows(misled, {.database = "shop", .table = "public.made_by_misled"}, {"s"}, {{"long enough"}});
    CHECK(read_whole(connection(), table).rows == Rows{{"2", "b"}});
    server().query(
        "DROP TABLE made_by_misled; DROP SCHEMA decoy CASCADE; DROP OWNED BY misled; DROP ROLE misled;");
}

TEST_CASE("names in a database in SQL_ASCII are in the encoding that the connector names") {
    server().query(
        "DROP DATABASE IF EXISTS raw_names; CREATE DATABASE raw_names ENCODING 'SQL_ASCII' TEMPLATE template0;");
    server().query(
        "SET client_encoding = 'SQL_ASCII'; CREATE TABLE \"t\xe9\" (\"c\xe9\" text); INSERT INTO \"t\xe9\" VALUES "
        "('\xe9'), ('e');",
        "raw_names");
    const auto error = error_of([] { list(connection(), "raw_names/public"); });
    CHECK(error.error_class() == ErrorClass::integrity);
    CHECK_THAT(error.hint(), Catch::Contains("--encoding"));
    auto known = connection();
    known.options["encoding"] = "LATIN1";
    CHECK(list(known, "raw_names/public") == std::vector<std::string>{"té"});
    CHECK(list(known, "raw_names/public/té") == std::vector<std::string>{"cé"});
    const Location table{.database = "raw_names", .table = "té"};
    const auto found = read_whole(known, table);
    CHECK(found.names() == std::vector<std::string>{"cé"});
    CHECK(found.rows == Rows{{"é"}, {"e"}});
    CHECK(read_whole(known, {.database = "raw_names", .request = "SELECT * FROM té WHERE cé = 'é'"}).rows ==
          Rows{{"é"}});
    write_rows(known, table, {"cé"}, {{"é"}});
    CHECK(trim(server().query(
              "SET client_encoding = 'SQL_ASCII'; SELECT count(*) FROM \"t\xe9\" WHERE \"c\xe9\" = '\xe9';",
              "raw_names")) == "2");
    const auto outside = error_of([&] { write_rows(known, table, {"cé"}, {{"e"}, {"€"}}); });
    CHECK(outside.error_class() == ErrorClass::invalid);
    CHECK_THAT(outside.what(), Catch::Contains("row 2"));
    CHECK(error_of([&] { read_whole(known, {.database = "raw_names", .table = "t€"}); }).error_class() ==
          ErrorClass::invalid);
}

TEST_CASE("a column of a domain that is not null is not null in a table, and may be in a view") {
    server().query(
        "DROP DOMAIN IF EXISTS sure CASCADE; DROP DOMAIN IF EXISTS surer CASCADE; CREATE DOMAIN sure AS int NOT NULL; CREATE "
        "DOMAIN surer AS sure; DROP TABLE IF EXISTS certain CASCADE; CREATE TABLE certain (a sure, b surer, c int, d int "
        "NOT NULL); INSERT INTO certain VALUES (1, 1, 1, 1); CREATE VIEW joined AS SELECT a FROM (VALUES (2)) AS v (n) LEFT "
        "JOIN certain ON a = n;");
    const auto nullable = [](const std::string& table) {
        std::vector<bool> found;
        for (const auto& column : read_whole(connection(), {.database = "shop", .table = table}).header)
            found.push_back(column.nullable);
        return found;
    };
    CHECK(nullable("certain") == std::vector<bool>{false, false, true, false});
    CHECK(nullable("joined") == std::vector<bool>{true});
}

TEST_CASE("a time zone that the server does not know fails the test and the read with the same hint") {
    auto there = connection();
    there.options["time_zone"] = "Mars/X";
    const auto run = run_test(there);
    REQUIRE(run.error);
    CHECK(run.last().name == "list");
    CHECK(run.error->error_class() == ErrorClass::invalid);
    CHECK_THAT(run.error->hint(), Catch::Contains("--time-zone"));
    const auto error = error_of([&] { read_whole(there, {.database = "shop", .request = "SELECT 1"}); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK(error.hint() == run.error->hint());
}

TEST_CASE("the offset of a time zone is positive east of Greenwich") {
    auto there = connection();
    const Location noon{.database = "shop", .request = "SELECT '2020-07-01 12:00:00+00'::timestamptz"};
    for (const auto& [zone, expected] :
         {std::pair{"+05:30", "2020-07-01T17:30:00+05:30"}, std::pair{"-03:00", "2020-07-01T09:00:00-03"}}) {
        there.options["time_zone"] = zone;
        CHECK(read_whole(there, noon).rows == Rows{{expected}});
    }
}

TEST_CASE("a view or a request that fails while it runs has a hint") {
    server().query(
        "DROP VIEW IF EXISTS divides, mistyped; CREATE VIEW divides AS SELECT 1 / (n - 1) AS q FROM generate_series(1, 2) AS "
        "g (n); CREATE VIEW mistyped AS SELECT (n || 'x')::int AS n FROM generate_series(1, 2) AS g (n);");
    for (const Location& location :
         {Location{.database = "shop", .table = "divides"}, Location{.database = "shop", .table = "mistyped"},
          Location{.database = "shop", .request = "SELECT 1 / 0"},
          Location{.database = "shop", .request = "SELECT 'x'::int"},
          Location{.database = "shop", .request = "SELECT nothing FROM"}}) {
        CAPTURE(location.table, location.request);
        const auto error = error_of([&] { read_whole(connection(), location); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.hint(), Catch::Contains("psql"));
    }
}

TEST_CASE("a URL may have the path of a local socket as its host") {
    auto local = connection();
    local.port.reset();
    local.host = fmt::format("postgresql://{}:{}", percent_encode(server().socket_folder()), server().port());
    CHECK_FALSE(run_test(local, Location{.database = "shop", .request = "SELECT 1"}).error);
}
