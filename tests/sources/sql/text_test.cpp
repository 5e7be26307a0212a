#include "sources/sql/text.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/error.hpp"

using namespace prevision;
using namespace prevision::sources;

namespace {

constexpr auto mysql = SqlDialect::mysql;
constexpr auto sqlite = SqlDialect::sqlite;

bool takes(std::string_view sql, SqlDialect dialect) {
    try {
        check_query(sql, dialect);
        return true;
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::StartsWith("invalid request: "));
        return false;
    }
}

}  // namespace

TEST_CASE("one query is taken") {
    const std::vector<std::string> right{
        "SELECT 1",
        "select * from t",
        "  SELECT 1 ; ",
        "SELECT 1;;",
        "SELECT 1; -- the end\n",
        "SELECT 1; /* the end; */",
        "-- first\nSELECT 1",
        "/* first */ SELECT 1",
        "(SELECT 1)",
        "((SELECT 1) UNION (SELECT 2))",
        "(SELECT 1) UNION SELECT 2",
        "VALUES (1), (2)",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "WITH RECURSIVE a(n) AS (SELECT 1 UNION SELECT n + 1 FROM a), b AS (VALUES (1)) SELECT * FROM a, b",
        "WITH a AS (SELECT 1) (SELECT * FROM a)",
        "(WITH a AS (SELECT 1) SELECT * FROM a)",
        "WITH a AS (SELECT 1) VALUES (1)",
        "SELECT 'a; DROP TABLE t'",
        "SELECT 'it''s; fine'",
        "SELECT \"a;b\", `c;d` FROM t",
        "SELECT \"into\", 'into outfile', `into` FROM t",
        "SELECT 1 -- into outfile; drop\n",
        "SELECT 1 /* into outfile; drop */",
        "SELECT a FROM t WHERE b = 'SELECT INTO' AND c IN (SELECT d FROM e)",
        "SELECT delete_me, updated FROM inserts",
        "SELECT REPLACE(a, 'x', 'y') FROM t",
        "SELECT '\xc3\xa9', \"\xe2\x98\x95\"",
        "SELECT\n1",
        "SELECT(1)",
        "SELECT 1.5, .5, 1e5, 1.",
        "SELECT '' FROM t WHERE a = ''",
    };
    for (const auto& sql : right) {
        CAPTURE(sql);
        CHECK(takes(sql, mysql));
        CHECK(takes(sql, sqlite));
    }
}

TEST_CASE("anything but one query is refused") {
    const std::vector<std::string> wrong{
        "",
        "  \n ",
        ";",
        "-- only a comment",
        "/* only a comment */",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE t",
        "SELECT ';'; DROP TABLE t",
        "SELECT 1 /* ; */ ; DELETE FROM t",
        "INSERT INTO t VALUES (1)",
        "DELETE FROM t",
        "update t set a = 1",
        "DROP TABLE t",
        "CREATE TABLE t AS SELECT 1",
        "SET x = 1",
        "CALL p()",
        "EXPLAIN SELECT 1",
        "(DELETE FROM t)",
        "/* SELECT */ DELETE FROM t",
        "-- SELECT\nDELETE FROM t",
        "SELECT * INTO x FROM t",
        "SELECT * FROM t INTO OUTFILE '/tmp/x'",
        "SELECT * FROM t into dumpfile '/tmp/x'",
        "SELECT 1.INTO OUTFILE '/tmp/x'",
        "SELECT 1. INTO OUTFILE '/tmp/x'",
        "SELECT 'a'INTO OUTFILE '/tmp/x'",
        "SELECT 1 /**/INTO/**/ OUTFILE '/tmp/x'",
        "(SELECT 1 INTO @x)",
        "SELECT 1 INTO @x",
        "WITH a AS (SELECT 1) DELETE FROM t",
        "WITH a AS (SELECT 1) UPDATE t SET x = 1",
        "WITH a AS (SELECT 1), b AS (SELECT 2) INSERT INTO t SELECT 1",
        "WITH a AS (SELECT 1)",
        "WITH a",
        "SELECT 'open",
        "SELECT \"open",
        "SELECT `open",
        "SELECT 1 /* open",
        "SELECT (1",
        "SELECT 1)",
        "SELECT 1) UNION (SELECT 2",
        "'SELECT' 1",
        "`SELECT` 1",
        "SELECTED",
        std::string("SELECT 1\0; DROP TABLE t", 23),
    };
    for (const auto& sql : wrong) {
        CAPTURE(sql);
        CHECK_FALSE(takes(sql, mysql));
        CHECK_FALSE(takes(sql, sqlite));
    }
}

TEST_CASE("a dialect's own comments and quotes are known") {
    struct Case {
        std::string sql;
        bool in_mysql;
        bool in_sqlite;
    };
    const std::vector<Case> cases{
        {"TABLE t", true, true},
        {"SELECT 'it\\'s; fine'", true, false},
        {"SELECT 'back\\'; DELETE FROM t -- '", true, false},
        {"SELECT 'back\\\\'; DELETE FROM t", false, false},
        {"SELECT `a\\`; DELETE FROM t", false, false},
        {"SELECT 1 # ; DELETE FROM t", true, false},
        {"# first\nSELECT 1", true, false},
        {"SELECT 1 --2; DELETE FROM t", false, true},
        {"SELECT 1 --2", true, true},
        {"SELECT [a;b] FROM t", false, true},
        {"SELECT t.into FROM t", true, true},
        {"SELECT @into := 1", true, false},
        {"SELECT /*! STRAIGHT_JOIN */ * FROM t", true, true},
        {"SELECT /*!50000 1, */ 2", true, true},
        {"SELECT /*+ MAX_EXECUTION_TIME(1) */ 1", true, true},
        {"/*! DELETE FROM t */", false, false},
        {"/*! SELECT 1 */", false, false},
        {"SELECT 1 /*! INTO OUTFILE '/tmp/x' */", false, true},
        {"SELECT 1 /*M!100000 INTO OUTFILE '/tmp/x' */", false, true},
        {"SELECT 1 /*!; DELETE FROM t */", false, true},
        {"/*!99999 SELECT 1 FROM ( */ DELETE FROM t /*!99999 ) */", false, false},
        {"SELECT 1 /*! open", false, false},
        {"SELECT 1 /*! /* nested */ */", false, true},
        {"/*!99999 /* */ SELECT 1 -- */\nDELETE FROM t", false, true},
    };
    for (const auto& [sql, in_mysql, in_sqlite] : cases) {
        CAPTURE(sql);
        CHECK(takes(sql, mysql) == in_mysql);
        CHECK(takes(sql, sqlite) == in_sqlite);
    }
}

TEST_CASE("names are quoted as the dialect has it") {
    CHECK(quote_identifier("a`b\"c", mysql, "table") == "`a``b\"c`");
    CHECK(quote_identifier("a`b\"c", sqlite, "table") == "\"a`b\"\"c\"");
    CHECK_THROWS_WITH(quote_identifier("", mysql, "table"), "invalid table: it is empty");
    CHECK_THROWS_WITH(quote_identifier({"a\0", 2}, sqlite, "database"),
                      "invalid database: it holds a NUL byte");
}

TEST_CASE("a variable that a request in MySQL does not set is a parameter") {
    const auto message = [](std::string_view sql) -> std::string {
        try {
            check_query(sql, mysql);
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    };
    CHECK(message("SELECT * FROM t WHERE id = :id") == "invalid request: the parameter ':id' has no value");
    CHECK(message("SELECT @x") == "invalid request: the parameter '@x' has no value");
    CHECK(message("SELECT @n := @N + 1 FROM t, (SELECT @n := 0) i").empty());
    CHECK(message("SELECT @@version, '@x', ':id' -- @x").empty());
}

TEST_CASE("a parameter is refused by its name, in the same words for every system") {
    constexpr auto postgres = SqlDialect::postgres;
    struct Case {
        const char* sql;
        SqlDialect dialect;
        const char* name;
    };
    const std::vector<Case> cases{
        {"SELECT * FROM t WHERE id = ?", sqlite, "?"},
        {"SELECT * FROM t WHERE id = ?", mysql, "?"},
        {"SELECT * FROM t WHERE id = ?", postgres, "?"},
        {"SELECT ?1", sqlite, "?1"},
        {"SELECT * FROM t WHERE id = :id", sqlite, ":id"},
        {"SELECT * FROM t WHERE id = :id", mysql, ":id"},
        {"SELECT * FROM t WHERE id = :id", postgres, ":id"},
        {"SELECT @id", sqlite, "@id"},
        {"SELECT $id", sqlite, "$id"},
        {"SELECT $1", sqlite, "$1"},
        {"SELECT $1", postgres, "$1"},
    };
    for (const auto& [sql, dialect, name] : cases) {
        CAPTURE(sql);
        CHECK_THROWS_WITH(check_query(sql, dialect),
                          fmt::format("invalid request: the parameter '{}' has no value", name));
    }
    for (const auto* sql :
         {"SELECT j ? 'a', j ?| ARRAY['a'], j ?& ARRAY['a'], j @? '$.a' FROM t", "SELECT '?', ':id', \"$1\"",
          "SELECT a::int, b[1:2], c[lo:hi] FROM t", "SELECT f(x := 1)", "SELECT $$ $1 ? :id $$",
          "SELECT a$1 FROM t", "SELECT point(1,2) ?- point(3,4)"}) {
        CAPTURE(sql);
        CHECK(takes(sql, postgres));
    }
    CHECK(takes("SELECT @a := 1, @@sql_mode, '?', `a?b`", mysql));
    CHECK(takes("SELECT '?', \"?\", [?], '10:30', a->>'$.b' FROM t", sqlite));
}

TEST_CASE("the clauses SEARCH and CYCLE of a WITH are PostgreSQL's") {
    constexpr auto postgres = SqlDialect::postgres;
    const std::string with = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) ";
    CHECK(takes(with + "SEARCH DEPTH FIRST BY n SET o SELECT * FROM t", postgres));
    CHECK(takes(with + "SEARCH BREADTH FIRST BY n SET o CYCLE n SET c USING p SELECT * FROM t", postgres));
    CHECK(takes(with + "CYCLE n SET c TO true DEFAULT false USING p, u AS (SELECT 1) TABLE t", postgres));
    CHECK_FALSE(takes(with + "CYCLE n SET c USING p DELETE FROM t", postgres));
    CHECK_FALSE(takes(with + "SEARCH DEPTH FIRST BY n SET o", postgres));
}

TEST_CASE("a function that does more than read rows is refused by its name") {
    for (const auto* sql :
         {"SELECT LOAD_FILE('/etc/passwd')", "SELECT get_lock ('a', 1)", "SELECT `load_file`('x')",
          "SELECT * FROM t WHERE a = sys_exec('x')", "SELECT 1 /*! , LOAD_FILE('x') */"}) {
        CAPTURE(sql);
        CHECK_FALSE(takes(sql, mysql));
    }
    for (const auto* sql :
         {"SELECT pg_read_file('/etc/passwd')", "SELECT pg_catalog.PG_READ_BINARY_FILE('x')",
          "SELECT \"pg_read_file\"('x')", "SELECT lo_import('/etc/passwd')",
          "SELECT * FROM dblink('x', 'y') AS t(a int)", "SELECT pg_advisory_lock(1)",
          "SELECT pg_terminate_backend(1)", "SELECT set_config('datestyle', 'sql', true)"}) {
        CAPTURE(sql);
        CHECK_FALSE(takes(sql, SqlDialect::postgres));
    }
    CHECK(takes("SELECT load_file, dblink FROM t", mysql));
    CHECK(takes("SELECT lo_get(1), pg_sleep(1), current_setting('x')", SqlDialect::postgres));
    CHECK(takes("SELECT load_file(1)", SqlDialect::postgres));
}
