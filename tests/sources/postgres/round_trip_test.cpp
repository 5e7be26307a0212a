#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/table_writing.hpp"
#include "core/text.hpp"
#include "sources/postgres/fixture.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

const PostgresServer& server() { return shared_postgres_server(); }

void copy(const std::string& from, const std::string& to) {
    const auto connection = connection_to(server());
    copy_table(connection, {.database = "shop", .table = from}, connection,
               {.database = "shop", .table = to});
}

struct Type {
    std::string name;
    std::vector<std::string> values;  ///< SQL; NULL comes beside them
};

const std::vector<Type>& types() {
    static const std::vector<Type> all{
        {"boolean", {"true", "false"}},
        {"smallint", {"-32768", "32767"}},
        {"integer", {"-2147483648", "2147483647"}},
        {"bigint", {"-9223372036854775808", "9223372036854775807"}},
        {"numeric",
         {"'NaN'", "'Infinity'", "'-Infinity'", "1e-300", "-" + std::string(500, '9') + ".1", "0.000"}},
        {"numeric(10,3)", {"-9999999.999", "0"}},
        {"real", {"'NaN'", "'-Infinity'", "3.4028235e38", "1e-45", "0.1", "'-0'"}},
        {"double precision", {"'NaN'", "'Infinity'", "1.7976931348623157e308", "5e-324", "0.1", "'-0'"}},
        {"money", {"'-92233720368547758.08'", "92233720368547758.07::numeric", "0.01::numeric"}},
        {"money[]", {"'{1.50,NULL}'::numeric[]", "'[2:3]={-1,92233720368547758.07}'::numeric[]", "'{}'"}},
        {"text",
         {"''", "' '", "E'\\n'", "E'\\r\\n'", "'\\N'", "E'a\\tb\\\\'", "'\"'", "''''", "'é ☕ 😀'",
          "E'\\x01\\x7f'", "'NULL'", "'\\x41'"}},
        {"varchar(5)", {"''", "'ab   '"}},
        {"char(5)", {"''", "'ab'", "'abcde'"}},
        {"\"char\"", {"''", "'x'", "'\\377'"}},
        {"name", {"''", "'" + std::string(63, 'x') + "'"}},
        {"bytea", {"''", "'\\x00ff0a5c2227'", "'\\x5c78'"}},
        {"date", {"'4713-01-01 BC'", "'5874897-12-31'", "'infinity'", "'-infinity'", "'0001-01-01'"}},
        {"time", {"'00:00'", "'24:00'", "'23:59:59.999999'"}},
        {"timetz", {"'00:00+15:59'", "'24:00-15:59'", "'12:34:56.5+05:30:15'"}},
        {"timestamp",
         {"'4713-01-01 00:00 BC'", "'294276-12-31 23:59:59.999999'", "'infinity'", "'-infinity'",
          "'2020-02-29 12:00'", "'12020-01-01'"}},
        {"timestamptz",
         {"'4713-01-02 00:00+00 BC'", "'294276-12-31 23:59:59.999999+00'", "'infinity'", "'-infinity'",
          "'0001-01-01 00:00+00'", "'2020-03-29 02:30+01'", "'1800-01-01 00:00 Europe/Paris'"}},
        {"interval",
         {"'-178000000 years'", "'178000000 years'", "'1 year -2 mons 3 days -04:05:06.7'", "'-1 day +02:00'",
          "'0'"}},
        {"uuid", {"'00000000-0000-0000-0000-000000000000'"}},
        {"json", {"'{\"a\":  [1,\t2]}'", "'\"é\\\\n\"'", "'null'", "'\"\"'"}},
        {"jsonb", {"'{\"b\": 1e400, \"a\": \"\\\\u00e9\"}'", "'[]'", "'null'"}},
        {"jsonpath", {"'$.a[*] ? (@ > 1)'"}},
        // The server never sends a declaration that says no more than version 1.0.
        {"xml", {"'<a b=\"c\">é</a>'", "'text'", "''"}},
        {"inet", {"'::/0'", "'10.1.2.3/8'"}},
        {"cidr", {"'10.0.0.0/8'"}},
        {"macaddr", {"'08:00:2b:01:02:03'"}},
        {"macaddr8", {"'08:00:2b:01:02:03:04:05'"}},
        {"bit(4)", {"B'1010'"}},
        {"bit varying", {"B''", "B'1'"}},
        {"point", {"'(1e-300,-Infinity)'"}},
        {"line", {"'{1,2,3}'"}},
        {"lseg", {"'[(0,0),(0.1,1)]'"}},
        {"box", {"'(1,1),(0,0)'"}},
        {"path", {"'((0,0),(1,1))'", "'[(0,0)]'"}},
        {"polygon", {"'((0,0),(1,1),(1,0))'"}},
        {"circle", {"'<(0,0),1>'"}},
        {"tsvector", {"'a:1A b ''c d''':: tsvector", "''"}},
        {"tsquery", {"'a & !(b | c) & d:*'", "''"}},
        {"int4range", {"'empty'", "'[1,)'"}},
        {"numrange", {"'(,0.10]'"}},
        {"tstzrange", {"'[2020-01-01 00:00+00,infinity)'"}},
        {"int8multirange", {"'{}'", "'{[1,2),[5,)}'"}},
        {"integer[]", {"'{}'", "'{{1,NULL},{3,4}}'", "'[2:3]={1,2}'"}},
        {"text[]", {"ARRAY['', 'NULL', 'a,b', E'q\"\\\\', NULL, E'\\n']"}},
        {"bytea[]", {"ARRAY['\\x00ff'::bytea, '']"}},
        {"timestamptz[]", {"ARRAY['2020-01-01 00:00+00'::timestamptz, 'infinity']"}},
        {"float8[]", {"ARRAY[0.1, 'NaN']::float8[]"}},
        {"interval[]", {"ARRAY['1 year -2 mons'::interval]"}},
        {"oid", {"4294967295"}},
        {"xid8", {"'18446744073709551615'"}},
        {"pg_lsn", {"'FFFFFFFF/FFFFFFFF'"}},
        {"regclass", {"'pg_class'"}},
        {"regtype", {"'integer[]'"}},
        {"regprocedure", {"'lower(text)'"}},
        {"rt_mood", {"'so, so'", "'it''s'"}},
        {"rt_pair", {"ROW(NULL, '')", "ROW(1, E'a,\"b\"\\\\(')"}},
        {"rt_positive", {"0.5"}},
        {"rt_pair[]", {"ARRAY[ROW(1, 'x')::rt_pair, NULL]"}},
    };
    return all;
}

/// How many rows of the first table the second does not have, bit by bit in the types' own binary form.
std::string differences(const std::string& left, const std::string& right) {
    return std::string(trim(server().query(fmt::format(
        "SELECT (SELECT count(*) FROM {0}) - (SELECT count(*) FROM {1}) + (SELECT count(*) FROM {0} a "
        "JOIN {1} b USING (id) WHERE NOT (a.v IS NULL AND b.v IS NULL) AND record_image_ne(ROW(a.v), "
        "ROW(b.v)));",
        left, right))));
}

}  // namespace

TEST_CASE("every type comes back from a dataset as it was, with its extremes, NULL and empty values") {
    server().query(
        "DROP TYPE IF EXISTS rt_mood, rt_pair CASCADE; DROP DOMAIN IF EXISTS rt_positive; CREATE TYPE rt_mood AS "
        "ENUM ('so, so', 'it''s'); CREATE TYPE rt_pair AS (a int, \"b c\" text); CREATE DOMAIN rt_positive AS numeric "
        "CHECK (value > 0);");
    int compared = 0;
    for (const auto& [name, values] : types()) {
        CAPTURE(name);
        std::string inserts;
        for (std::size_t at = 0; at < values.size(); ++at)
            inserts += fmt::format("INSERT INTO rt_from VALUES ({}, {}); ", at + 1, values[at]);
        server().query(fmt::format(
            "SET standard_conforming_strings = on; SET xmloption = content; DROP TABLE IF EXISTS rt_from, rt_to; "
            "CREATE TABLE rt_from (id int, v {0}); CREATE TABLE rt_to (id int, v {0}); INSERT INTO rt_from VALUES "
            "(0, NULL); {1}",
            name, inserts));
        copy("rt_from", "rt_to");
        CHECK(differences("rt_from", "rt_to") == "0");
        compared += static_cast<int>(values.size()) + 1;
    }
    CHECK(compared > 150);
}

TEST_CASE("a table with generated and identity columns comes back as it was") {
    for (const auto* table : {"gen_from", "gen_to"}) {
        server().query(fmt::format(
            "DROP TABLE IF EXISTS {0}; CREATE TABLE {0} (id int GENERATED ALWAYS AS IDENTITY, a int, \"d%\" int "
            "GENERATED ALWAYS AS (a * 2) STORED, e int GENERATED BY DEFAULT AS IDENTITY);",
            table));
    }
    server().query(
        "INSERT INTO gen_from (a) VALUES (5), (NULL); DELETE FROM gen_from WHERE a = 5; INSERT INTO gen_from "
        "(a) VALUES (7);");
    copy("gen_from", "gen_to");
    CHECK(server().query("TABLE gen_to;") == server().query("TABLE gen_from;"));
}
