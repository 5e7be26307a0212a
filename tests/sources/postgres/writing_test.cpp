#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/table_writing.hpp"
#include "core/cancellation.hpp"
#include "core/text.hpp"
#include "sources/postgres/fixture.hpp"
#include "sources/postgres/writer.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Location;
using sources::WriteMode;

namespace {

const PostgresServer& server() { return shared_postgres_server(); }

std::string ask(const std::string& query) { return std::string(trim(server().query(query))); }

void write(const std::string& table, const Rows& rows, WriteMode mode = WriteMode::append,
           const sources::Connection& to = connection_to(server())) {
    write_rows(to, {.database = "shop", .table = table}, {"n"}, rows, mode);
}

/// The Error with which replacing the table's rows by one row is refused.
Error refused(const std::string& table) {
    const auto error = error_of([&] { write(table, {{"1"}}, WriteMode::replace); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_FALSE(error.hint().empty());
    return error;
}

}  // namespace

TEST_CASE("an export whose rows the server leaves out is refused") {
    server().query(
        "DROP TABLE IF EXISTS ruled, triggered CASCADE; CREATE TABLE ruled (n int); CREATE RULE nothing AS ON INSERT TO "
        "ruled DO INSTEAD NOTHING; CREATE TABLE triggered (n int); CREATE OR REPLACE FUNCTION drop_two() RETURNS "
        "trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.n = 2 THEN RETURN NULL; END IF; RETURN NEW; END'; CREATE TRIGGER t "
        "BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION drop_two();");
    for (const auto* table : {"ruled", "triggered"}) {
        CAPTURE(table);
        const auto error = error_of([&] { write(table, {{"1"}, {"2"}, {"3"}}); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains("trigger"));
        CHECK(ask(fmt::format("SELECT count(*) FROM {};", table)) == "0");
    }
    write("triggered", {{"1"}, {"3"}});
    CHECK(ask("SELECT count(*) FROM triggered;") == "2");
}

TEST_CASE("rows that a partitioned table or a view's trigger passes on count as written") {
    server().query(
        "DROP TABLE IF EXISTS parted, below CASCADE; CREATE TABLE parted (n int) PARTITION BY LIST (n); CREATE TABLE "
        "parted_1 PARTITION OF parted FOR VALUES IN (1); CREATE TABLE parted_2 PARTITION OF parted DEFAULT; CREATE "
        "TABLE below (n int); CREATE VIEW over_below AS SELECT n FROM below; CREATE OR REPLACE FUNCTION pass_on() RETURNS "
        "trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO below VALUES (NEW.n); RETURN NEW; END'; CREATE TRIGGER t "
        "INSTEAD OF INSERT ON over_below FOR EACH ROW EXECUTE FUNCTION pass_on();");
    for (const auto* table : {"parted", "over_below"}) {
        CAPTURE(table);
        write(table, {{"1"}, {"2"}}, WriteMode::replace);
        write(table, {{"3"}, {"4"}}, WriteMode::replace);
        CHECK(ask(fmt::format("SELECT string_agg(n::text, ',' ORDER BY n) FROM {};", table)) == "3,4");
    }
}

TEST_CASE("replacing a table never deletes the rows of a table that inherits from it") {
    server().query(
        "DROP TABLE IF EXISTS parent CASCADE; CREATE TABLE parent (n int); CREATE TABLE child () INHERITS (parent); "
        "CREATE VIEW over_parent AS SELECT n FROM parent; INSERT INTO child VALUES (7);");
    for (const auto* table : {"parent", "over_parent"})
        CHECK_THAT(refused(table).what(), Catch::Contains("'public.child' inherits"));
    CHECK(ask("SELECT n FROM child;") == "7");
    write("child", {{"8"}}, WriteMode::replace);
    write("parent", {{"1"}});
    CHECK(ask("SELECT string_agg(n::text, ',' ORDER BY n) FROM parent;") == "1,8");
}

TEST_CASE("replacing a table never changes the rows of a table that refers to it") {
    for (const auto* action : {"CASCADE", "SET NULL", "SET DEFAULT"}) {
        CAPTURE(action);
        server().query(fmt::format(
            "DROP TABLE IF EXISTS named, refers CASCADE; CREATE TABLE named (n int PRIMARY KEY, up int REFERENCES named ON "
            "DELETE {0}); CREATE TABLE refers (to_n int REFERENCES named ON DELETE {0}); CREATE VIEW over_named AS SELECT "
            "n FROM named; INSERT INTO named VALUES (1), (2); INSERT INTO refers VALUES (2), (NULL);",
            action));
        for (const auto* table : {"named", "over_named"})
            CHECK_THAT(refused(table).what(), Catch::Contains("'public.refers'"));
        CHECK(ask("SELECT count(*), count(to_n) FROM refers;") == "2|1");
        server().query("DELETE FROM refers WHERE to_n = 2;");
        write("named", {{"3"}}, WriteMode::replace);
        CHECK(ask("SELECT n FROM named;") == "3");
        CHECK(ask("SELECT count(*) FROM refers;") == "1");
    }
}

TEST_CASE("a foreign key to a partition is one to its table") {
    server().query(
        "DROP TABLE IF EXISTS whole, of_part CASCADE; CREATE TABLE whole (n int) PARTITION BY LIST (n); CREATE TABLE part "
        "PARTITION OF whole (PRIMARY KEY (n)) DEFAULT; CREATE TABLE of_part (n int REFERENCES part ON DELETE CASCADE); "
        "INSERT INTO whole VALUES (1); INSERT INTO of_part VALUES (1);");
    CHECK_THAT(refused("whole").what(), Catch::Contains("'public.of_part'"));
    CHECK(ask("SELECT count(*) FROM of_part;") == "1");
}

TEST_CASE("a user who may not read the table that refers is refused, too") {
    server().query(
        "DROP TABLE IF EXISTS seen, unseen CASCADE; CREATE TABLE seen (n int PRIMARY KEY); CREATE TABLE unseen (n int "
        "REFERENCES seen ON DELETE CASCADE);");
    const auto poor = connection_as("half_blind", "GRANT ALL ON seen TO half_blind;");
    const auto error = error_of([&] { write("seen", {{"1"}}, WriteMode::replace, poor); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.what(), Catch::Contains("'public.unseen'"));
    server().query("DROP TABLE seen, unseen; DROP ROLE half_blind;");
}

TEST_CASE("a replace whose old rows a trigger or a rule keeps is refused") {
    server().query(
        "DROP TABLE IF EXISTS keeps, keeps_too CASCADE; CREATE TABLE keeps (n int); INSERT INTO keeps VALUES (7); CREATE OR "
        "REPLACE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER t BEFORE "
        "DELETE ON keeps FOR EACH ROW EXECUTE FUNCTION keep(); CREATE TABLE keeps_too (n int); INSERT INTO keeps_too "
        "VALUES (7); CREATE RULE r AS ON DELETE TO keeps_too DO INSTEAD NOTHING;");
    for (const auto* table : {"keeps", "keeps_too"}) {
        CHECK_THAT(refused(table).what(), Catch::Contains("keeps rows"));
        CHECK(ask(fmt::format("SELECT n FROM {};", table)) == "7");
    }
}

TEST_CASE("of two exports that replace a table at once, one waits for the other") {
    server().query("DROP TABLE IF EXISTS contended; CREATE TABLE contended (n int);");
    Cancellation cancellation;
    const auto first = sources::postgres::open_writer(connection_to(server()), cancellation);
    first->begin({.database = "shop", .table = "contended"}, {"n"}, WriteMode::replace);
    std::thread second([] { write("contended", {{"2"}}, WriteMode::replace); });
    while (ask("SELECT count(*) FROM pg_locks WHERE relation = 'contended'::regclass AND NOT granted;") !=
           "1") {
    }
    const TableSink::Row row{"1"};
    first->row(values_of(row));
    first->commit();
    second.join();
    CHECK(ask("SELECT n FROM contended;") == "2");
}

TEST_CASE("an export checks foreign keys and fires triggers, whatever the role's settings say") {
    server().query(
        "DROP TABLE IF EXISTS held, holds CASCADE; CREATE TABLE held (n int PRIMARY KEY); CREATE TABLE holds (n int "
        "REFERENCES held);");
    const auto poor = connection_as(
        "unchecked",
        "GRANT ALL ON holds TO unchecked; ALTER ROLE unchecked SET session_replication_role = 'replica';");
    const auto error = error_of([&] { write("holds", {{"5"}}, WriteMode::append, poor); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.what(), Catch::Contains("session_replication_role"));
    CHECK_THAT(error.hint(), Catch::Contains("administrator"));
    const auto rich = connection_as("unchecked_admin",
                                    "ALTER ROLE unchecked_admin SUPERUSER; ALTER ROLE unchecked_admin SET "
                                    "session_replication_role = 'replica';");
    CHECK_THAT(error_of([&] { write("holds", {{"5"}}, WriteMode::append, rich); }).what(),
               Catch::Contains("foreign key"));
    CHECK(ask("SELECT count(*) FROM holds;") == "0");
    server().query("DROP TABLE holds; DROP ROLE unchecked, unchecked_admin;");
}

TEST_CASE("names within values mean the same, whatever the search_paths of who reads and who writes") {
    server().query(
        "DROP SCHEMA IF EXISTS evil CASCADE; CREATE SCHEMA evil; DROP TABLE IF EXISTS other, named_from, named_to CASCADE; "
        "DROP TYPE IF EXISTS naming; CREATE TABLE other (); CREATE TABLE evil.other (); CREATE TABLE evil.pg_class (); "
        "CREATE TYPE naming AS (c regclass); CREATE TABLE named_from (c regclass, a regclass[], r naming); CREATE TABLE "
        "named_to (LIKE named_from); INSERT INTO named_from VALUES ('public.other', '{public.other,pg_class}', "
        "ROW('public.other'));");
    const auto reader = connection_as("plain_path", "GRANT SELECT ON named_from TO plain_path;");
    const Location from{.database = "shop", .table = "named_from"};
    CHECK(read_whole(reader, from).rows ==
          Rows{{"public.other", "{public.other,pg_class}", "(public.other)"}});
    const auto writer = connection_as(
        "evil_path",
        "GRANT ALL ON named_to TO evil_path; GRANT USAGE ON SCHEMA evil TO evil_path; ALTER ROLE evil_path "
        "SET search_path = evil, public, pg_catalog;");
    copy_table(reader, from, writer, {.database = "shop", .table = "public.named_to"});
    CHECK(ask("SELECT count(*) FROM named_from f JOIN named_to t USING (c, a) WHERE (f.r).c = (t.r).c;") ==
          "1");
    server().query(
        "DROP TABLE named_from, named_to; DROP SCHEMA evil CASCADE; DROP ROLE plain_path, evil_path;");
}

TEST_CASE("functions that an export or a snapshot calls find their names along the role's search_path") {
    server().query(
        "DROP SCHEMA IF EXISTS side CASCADE; CREATE SCHEMA side; CREATE TABLE side.audited (n int); CREATE TABLE "
        "side.audit (n int); INSERT INTO side.audited VALUES (3); CREATE FUNCTION side.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO audit "
        "VALUES (coalesce(NEW.n, -OLD.n)); RETURN NULL; END'; CREATE TRIGGER t AFTER INSERT OR DELETE ON side.audited FOR EACH ROW EXECUTE FUNCTION "
        "side.note(); CREATE FUNCTION side.counted() RETURNS bigint LANGUAGE plpgsql AS "
        "'BEGIN RETURN (SELECT count(*) FROM audit); END'; CREATE "
        "VIEW side.counting AS SELECT side.counted() AS n;");
    const auto user =
        connection_as("sider",
                      "GRANT USAGE ON SCHEMA side TO sider; GRANT ALL ON ALL TABLES IN SCHEMA side TO sider; "
                      "ALTER ROLE sider SET search_path = side;");
    write("audited", {{"4"}}, WriteMode::replace, user);
    CHECK(ask("SELECT string_agg(n::text, ',' ORDER BY n) FROM side.audit;") == "-3,4");
    CHECK(read_whole(user, {.database = "shop", .table = "counting"}).rows == Rows{{"2"}});
    CHECK(read_whole(user, {.database = "shop", .request = "SELECT n FROM audit ORDER BY n"}).rows ==
          Rows{{"-3"}, {"4"}});
    server().query("DROP SCHEMA side CASCADE; DROP ROLE sider;");
}
