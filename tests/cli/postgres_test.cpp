#include <algorithm>
#include <csignal>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/text.hpp"
#include "support/postgres_server.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;

namespace {

testing::PostgresServer& server() {
    static testing::PostgresServer one({.settings = {"timezone=Asia/Kolkata", "datestyle=German",
                                                     "intervalstyle=iso_8601", "bytea_output=escape"}});
    return one;
}

/// A home with a connector `db` to a server.
struct Linked : Prevision {
    explicit Linked(const testing::PostgresServer& to = server()) {
        ok({"connector", "create", "db", "--type", "SQL", "--host", "127.0.0.1", "--port",
            fmt::format("{}", to.port()), "--engine", "postgresql", "--username", "tester",
            "--password-stdin"},
           to.password());
    }

    void link(const std::string& name, const std::vector<std::string>& place) const {
        std::vector<std::string> arguments{"datasource", "create", name,          "--connector", "db",
                                           "--database", "shop",   "--if-exists", "update"};
        arguments.insert(arguments.end(), place.begin(), place.end());
        ok(arguments);
    }

    /// The bytes of a snapshot of a table.
    [[nodiscard]] std::string snapshot(const std::string& table) const {
        link(table, {"--table", table});
        const auto id = std::string(trim(ok({"dataset", "create", "--datasource", table, "-q"})));
        ok({"dataset", "verify", id});
        auto bytes = ok({"dataset", "download", id, "--to", "-"});
        CHECK(ok({"datasource", "cat", table}) == bytes);
        return bytes;
    }

    [[nodiscard]] std::string browse(const std::vector<std::string>& place) const {
        std::vector<std::string> arguments{"connector", "browse",      "db",        "-o",
                                           "tsv",       "--no-header", "--columns", "path,kind,detail"};
        arguments.insert(arguments.end(), place.begin(), place.end());
        return ok(arguments);
    }
};

/// The CSV that psql makes of a query, with the line ends of RFC 4180. No value may hold a line end.
std::string csv_by_psql(const std::string& query) {
    const auto lines = server().query(
        fmt::format("SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; "
                    "SET bytea_output = 'hex'; COPY ({}) TO STDOUT (FORMAT csv, HEADER);",
                    query));
    std::string csv;
    for (const char c : lines) csv += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return csv;
}

}  // namespace

TEST_CASE("a snapshot of PostgreSQL holds what psql says") {
    const Linked prevision;
    server().query(
        R"(CREATE TYPE mood AS ENUM ('so, so', 'good'); CREATE TYPE pair AS (a int, "b c" text);
        CREATE DOMAIN positive AS numeric CHECK (value > 0);
        CREATE TABLE typed (id int PRIMARY KEY, b boolean, i8 bigint, n numeric, n2 numeric(12, 2), f float8, r real,
          m money, d date, t time, tz timetz, ts timestamp, tstz timestamptz, iv interval, x bytea, s text, c char(4),
          j json, jb jsonb, u uuid, a int[], ta text[], e mood, p pair, rg int4range, tr tstzrange, mr int4multirange,
          ip inet, bits bit(4), pt point, tsv tsvector, xml xml, nm name, o oid, dm positive, pa pair[]);
        INSERT INTO typed VALUES (1, true, -9223372036854775808, ')" +
        std::string(1000, '9') + "." + std::string(1000, '1') +
        R"(', 0.1, '-Infinity', 'NaN', '12345.67', '2020-02-29', '23:59:59.123456', '12:34:56+02', '1999-12-31 23:59:59',
          '2020-01-01 00:00:00.5+05:30', '1 year 2 mons 3 days -04:05:06.7', '\x00ff22', 'a,"b" é 😀', 'x', '{"a": [1,  2]}',
          '{"z":1,"a":"é\n"}', '123e4567-e89b-12d3-a456-426655440000', '{{1,NULL},{3,4}}', ARRAY['', 'a,b', NULL, 'q"q'],
          'so, so', ROW(1, 'x "y"'), '[1,5)', '[2020-01-01 00:00+00,)', '{[1,2),[5,)}', '10.0.0.1/8', B'1010', '(1,2.5)',
          'a:1 b:2', '<a b="c"/>', 'nm', 4294967295, 7, ARRAY[ROW(1, 'x')::pair, NULL]);
        INSERT INTO typed (id) VALUES (2);
        INSERT INTO typed VALUES (3, false, 0, 'NaN', 0, 'NaN', '1e-40', 0, 'infinity', '00:00', '00:00+00', '-infinity',
          'infinity', '0', '', '', '', '""', 'null', NULL, '{}', '{}', 'good', ROW(NULL, ''), 'empty', 'empty', '{}', '::1',
          B'0000', '(0,0)', '', '', '', 0, 1, '{}');
        INSERT INTO typed (id, n, d, ts, tstz, s) VALUES (4, 'Infinity', '0044-03-15 BC', '294276-12-31 23:59:59',
          '0001-01-01 00:00:00+00 BC', ' \N ');)");
    CHECK(
        prevision.snapshot("typed") ==
        csv_by_psql(
            "SELECT id, b::text, i8, n, n2, f, r, m::numeric, d, t, tz, "
            "CASE WHEN isfinite(ts) THEN to_json(ts)#>>'{}' ELSE ts::text END AS ts, "
            "CASE WHEN tstz < '0001-01-01' OR NOT isfinite(tstz) THEN tstz::text "
            "ELSE replace(to_json(tstz)#>>'{}', '+00:00', 'Z') END AS tstz, iv, x, s, c, j, jb, u, a, ta, e, "
            "p, rg, tr, mr, ip, bits, pt, tsv, xml, nm, o, dm, pa FROM typed"));
}

TEST_CASE("line ends within a value stay as they are") {
    const Linked prevision;
    server().query(
        "CREATE TABLE lines (a text, b text); INSERT INTO lines VALUES (E'x\\ny\\r\\nz', E'\\\\.'), "
        "(E'\\r', E'\\\\');");
    CHECK(prevision.snapshot("lines") == "a,b\r\n\"x\ny\r\nz\",\\.\r\n\"\r\",\\\r\n");
}

TEST_CASE("tables and columns of any name, views, partitions and empty tables are snapshots") {
    const Linked prevision;
    server().query(
        R"(CREATE SCHEMA "odd.schema"; CREATE TABLE "odd.schema"."t""x" ("a,b" int, "q""q" int, "Ünï 😀" int, " s " int,
        "select" int); INSERT INTO "odd.schema"."t""x" VALUES (1, 2, 3, 4, 5);
        CREATE SCHEMA "MiXed"; CREATE TABLE "MiXed"."dot.ted table/é" (n int); INSERT INTO "MiXed"."dot.ted table/é" VALUES (6);
        CREATE TABLE nothing (a int, b text); CREATE TABLE parent (n int) PARTITION BY RANGE (n);
        CREATE TABLE low PARTITION OF parent FOR VALUES FROM (0) TO (10);
        CREATE TABLE high PARTITION OF parent FOR VALUES FROM (10) TO (20); INSERT INTO parent VALUES (15), (5);
        CREATE VIEW seen AS SELECT n * 2 AS double FROM parent WHERE n < 10;
        CREATE MATERIALIZED VIEW kept AS SELECT sum(n) AS total FROM parent;
        CREATE TABLE gone (a int, b int, c int); ALTER TABLE gone DROP COLUMN b; INSERT INTO gone VALUES (1, 3);)");
    CHECK(prevision.snapshot("\"odd.schema\".\"t\"\"x\"") ==
          "\"a,b\",\"q\"\"q\",Ünï 😀, s ,select\r\n1,2,3,4,5\r\n");
    CHECK(prevision.snapshot("MiXed.\"dot.ted table/é\"") == "n\r\n6\r\n");
    CHECK(prevision.snapshot("public.nothing") == "a,b\r\n");
    CHECK(prevision.snapshot("parent") == "n\r\n5\r\n15\r\n");
    CHECK(prevision.snapshot("seen") == "double\r\n10\r\n");
    CHECK(prevision.snapshot("kept") == "total\r\n20\r\n");
    CHECK(prevision.snapshot("gone") == "a,c\r\n1,3\r\n");

    const auto id = std::string(trim(prevision.ok({"connector", "list", "-q"})));
    const auto tables = prevision.ok({"api", "GET", "/connectors/" + id + "/databases/shop/tables"});
    for (const std::string name :
         {R"("\"odd.schema\".\"t\"\"x\"")", R"("MiXed.\"dot.ted table/é\"")", R"("public.kept")"}) {
        CAPTURE(name, tables);
        CHECK(tables.find(name) != std::string::npos);
    }
    const auto completed = prevision.ok({"complete", "names", "datasource", "create", "x", "--connector",
                                         "db", "--database", "shop", "--table", ""});
    CHECK(completed.find("\"odd.schema\".\"t\"\"x\"\ttable\n") != std::string::npos);
    CHECK(completed.find("public.kept\tview\n") != std::string::npos);
    CHECK(prevision.browse({"shop/\"odd.schema\""}).starts_with("\"t\"\"x\"\ttable\t"));
    CHECK(prevision.browse({"shop/MiXed"}).starts_with("\"dot.ted table/é\"\ttable\t"));
    CHECK(prevision.browse({"shop/MiXed/\"dot.ted table/é\""}) == "n\tcolumn\tinteger\n");
    CHECK(prevision.browse({"shop/public/seen"}) == "double\tcolumn\tinteger\n");
    CHECK(prevision.browse({"shop/public/gone"}) == "a\tcolumn\tinteger\nc\tcolumn\tinteger\n");
}

TEST_CASE("as many columns as PostgreSQL can have are a snapshot") {
    const Linked prevision;
    std::string columns;
    for (int i = 0; i < 1600; ++i) columns += fmt::format("{}c{} int DEFAULT {}", i == 0 ? "" : ", ", i, i);
    server().query(fmt::format("CREATE TABLE wide ({}); INSERT INTO wide DEFAULT VALUES;", columns));
    CHECK(prevision.snapshot("wide") == csv_by_psql("TABLE wide"));
}

TEST_CASE("a request is previewed and taken as it is written") {
    const Linked prevision;
    prevision.link("asked", {"--request",
                             "SELECT a.n, 'it''s ' || a.n AS t FROM generate_series(1, 100000) AS a(n), "
                             "generate_series(1, 100000) AS b(n)"});
    CHECK(prevision.ok({"datasource", "preview", "asked", "-n", "2", "-o", "csv"}) ==
          "n,t\r\n1,it's 1\r\n1,it's 1\r\n");
    CHECK(prevision({"datasource", "test", "asked"}).exit_code == 0);
}

TEST_CASE("what is no single query is refused before it is sent") {
    const Linked prevision;
    for (const std::string request :
         {"SELECT 1; SELECT 2", "COPY typed TO STDOUT", "COPY (SELECT 1) TO PROGRAM 'id'",
          "INSERT INTO nothing VALUES (1)", "WITH x AS (SELECT 1) DELETE FROM nothing", "SELECT 1 INTO t",
          "EXPLAIN SELECT 1", "SET a = 1", "", "CREATE TABLE t (n int)", "BEGIN", "SELECT 1 /*",
          "SELECT $a$ 1"}) {
        CAPTURE(request);
        CHECK(prevision({"datasource", "create", "bad", "--connector", "db", "--database", "shop",
                         "--request", request})
                  .exit_code == 7);
    }
    prevision.link("writes", {"--request", "SELECT nextval('serial')"});
    server().query("CREATE SEQUENCE serial;");
    const auto refused = prevision({"dataset", "create", "--datasource", "writes"});
    CHECK(refused.exit_code == 7);
    CHECK(refused.err.find("read-only") != std::string::npos);
    CHECK(trim(server().query("SELECT last_value, is_called FROM serial;")) == "1|f");
}

TEST_CASE("the engine is known by its scheme, its aliases and its answer, and is listed with its options") {
    const Prevision prevision;
    const auto port = fmt::format("{}", server().port());
    const std::vector<std::vector<std::string>> ways{
        {"--host", "postgres://127.0.0.1:" + port},
        {"--host", "postgresql://127.0.0.1", "--port", port},
        {"--host", "127.0.0.1", "--port", port, "--type", "SQL"},
        {"--host", "127.0.0.1", "--port", port, "--engine", "postgres"},
        {"--host", "127.0.0.1:" + port, "--engine", "pg"}};
    for (const auto& way : ways) {
        CAPTURE(way);
        std::vector<std::string> arguments{"connector",  "create",      "db",
                                           "--username", "tester",      "--password-stdin",
                                           "--test",     "--if-exists", "duplicate"};
        arguments.insert(arguments.end(), way.begin(), way.end());
        prevision.ok(arguments, server().password());
    }
    const auto types = prevision.ok({"connector", "types"});
    CHECK(types.find("postgresql") != std::string::npos);
    CHECK(prevision.ok({"connector", "create", "--type", "SQL", "--engine", "postgres", "--help"})
              .find("--tls") != std::string::npos);
}

TEST_CASE("what a server refuses has its exit code, and the password is in no message") {
    const Linked prevision;
    server().query("CREATE ROLE poor LOGIN PASSWORD 'x'; CREATE TABLE closed (n int);");
    const auto tested = [&](const std::vector<std::string>& change) {
        auto arguments = change;
        arguments.insert(arguments.begin(), {"connector", "update", "db"});
        prevision.ok(arguments);
        return prevision({"connector", "test", "db", "-o", "json"});
    };
    const auto located = [&](const std::vector<std::string>& place) {
        prevision.link("x", place);
        CHECK(prevision({"dataset", "create", "--datasource", "x"}).exit_code ==
              prevision({"datasource", "test", "x"}).exit_code);
        return prevision({"datasource", "preview", "x"}).exit_code;
    };
    CHECK(prevision({"connector", "test", "db"}).exit_code == 0);
    CHECK(located({"--table", "nowhere"}) == 3);
    CHECK(located({"--table", "nowhere.t"}) == 3);
    CHECK(located({"--table", "public.T"}) == 3);
    CHECK(located({"--table", "closed", "--database", "nowhere"}) == 3);
    CHECK(located({"--table", "closed", "--database", "shop"}) == 0);
    CHECK(tested({"--username", "poor", "--password", "x"}).exit_code == 0);
    CHECK(located({"--table", "closed"}) == 4);
    const auto refused = tested({"--password", "not-the-password"});
    CHECK(refused.exit_code == 4);
    CHECK((refused.out + refused.err).find("not-the-password") == std::string::npos);
    CHECK(refused.out.find("\"auth\"") != std::string::npos);
    CHECK(tested({"--tls", "require", "--password", "x"}).exit_code == 5);
    CHECK(tested({"--tls", "disable", "--port", "1", "--password", "x"}).exit_code == 5);
    CHECK(tested({"--host", "no-such-host.invalid", "--password", "x"}).exit_code == 5);
}

TEST_CASE("several systems are tested at once, a result a line") {
    const Linked prevision;
    const auto file = prevision.file("a.db").string();
    testing::shell("sqlite3 " + file + " 'CREATE TABLE t (n)'");
    prevision.ok({"connector", "create", "file", "--host", "sqlite://" + file});
    prevision.ok({"connector", "create", "shut", "--host", "postgres://127.0.0.1:1"});
    for (int i = 0; i < 8; ++i) {
        prevision.ok({"connector", "create", fmt::format("db{}", i), "--host",
                      fmt::format("postgres://127.0.0.1:{}", server().port()), "--username", "tester",
                      "--password-stdin"},
                     i == 7 ? "wrong" : server().password());
    }
    const auto result = prevision({"connector", "test", "--all", "-j", "8", "-o", "tsv"});
    CHECK(result.exit_code == 8);
    auto lines = split(std::string(trim(result.out)), '\n');
    lines.erase(lines.begin());                                                  // the header
    for (auto& line : lines) line.resize(line.find('\t', line.find('\t') + 1));  // name and result
    std::ranges::sort(lines);
    CHECK(lines == std::vector<std::string>{"db\tok", "db0\tok", "db1\tok", "db2\tok", "db3\tok", "db4\tok",
                                            "db5\tok", "db6\tok", "db7\tfailed", "file\tok", "shut\tfailed"});
}

namespace {

/// Waits until so many of the server's sessions run a query with that in it.
void wait_for_queries(const testing::PostgresServer& at, const std::string& part, const std::string& count) {
    const auto asked = fmt::format(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%{}%' AND pid <> "
        "pg_backend_pid();",
        part);
    while (trim(at.query(asked)) != count) {
    }
}

}  // namespace

TEST_CASE("a snapshot that is interrupted, or killed, leaves no query on the server") {
    const Linked prevision;
    prevision.link("long", {"--request", "SELECT count(*) AS c FROM pg_sleep(300)"});
    for (const auto& [signal, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGKILL, 137}}) {
        CAPTURE(signal);
        const auto run = prevision.start({"dataset", "create", "--datasource", "long"});
        wait_for_queries(server(), "pg_sleep(300)", "1");
        run->signal(signal);
        CHECK(run->wait().exit_code == code);
        wait_for_queries(server(), "pg_sleep(300)", "0");
    }
}

TEST_CASE("a server that is killed in the middle fails the snapshot") {
    testing::PostgresServer own;
    const Linked prevision(own);
    // More than a server buffers, and then it waits.
    prevision.link("half", {"--request",
                            "SELECT n, repeat('x', 1000), CASE WHEN n = 50000 THEN pg_sleep(300) END FROM "
                            "generate_series(1, 100000) AS g(n)"});
    const auto run = prevision.start({"dataset", "create", "half", "--datasource", "half"});
    wait_for_queries(own, "COPY%pg_sleep(300)", "1");
    own.process().stop();
    const auto result = run->wait();
    CHECK(result.exit_code == 5);
    CHECK(result.err.find("half") != std::string::npos);
    CHECK(prevision.ok({"dataset", "list", "-o", "csv", "--columns", "name,state"}) ==
          "name,state\r\nhalf,failed\r\n");
    CHECK(prevision({"dataset", "head", "half"}).exit_code != 0);
    CHECK(prevision({"connector", "test", "db"}).exit_code == 5);
}

TEST_CASE("encryption and password files are as psql has them") {
    testing::PostgresServer own({.tls = true});
    own.query("CREATE TABLE t (n int); INSERT INTO t VALUES (1);");
    const Prevision prevision;
    const auto file = prevision.file("passwords").string();
    testing::shell(fmt::format("cat > {0} <<'X'\n127.0.0.1:{1}:shop:tester:{2}\nX\nchmod 600 {0}", file,
                               own.port(), own.password()));
    prevision.ok({"connector", "create", "db", "--host", fmt::format("postgres://127.0.0.1:{}", own.port()),
                  "--username", "tester", "--tls", "verify-full"});
    prevision.ok({"datasource", "create", "t", "--connector", "db", "--database", "shop", "--table", "t"});
    using Variables = std::map<std::string, std::string>;
    const auto cat = [&](const Variables& variables) {
        return prevision({"datasource", "cat", "t"}, "", variables);
    };
    const auto root = own.certificate().string();

    CHECK(cat({{"PGPASSFILE", file}}).exit_code == 5);  // a certificate that nobody here trusts
    CHECK(cat({{"PGSSLROOTCERT", root}}).exit_code == 4);
    const auto read = cat({{"PGSSLROOTCERT", root}, {"PGPASSFILE", file}});
    CHECK(read.exit_code == 0);
    CHECK(read.out == "n\r\n1\r\n");
    CHECK(read.err.empty());

    prevision.ok({"connector", "update", "db", "--tls", "disable"});
    CHECK(cat({{"PGPASSFILE", file}}).exit_code == 0);
    prevision.ok({"connector", "update", "db", "--password-stdin"}, "wrong");
    CHECK(cat({{"PGPASSFILE", file}}).exit_code == 4);
    prevision.ok({"connector", "update", "db", "--password-stdin"}, own.password());
    CHECK(cat({}).exit_code == 0);
}
