#include <array>
#include <bit>
#include <cstdlib>
#include <functional>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/table_writing.hpp"
#include "core/text.hpp"
#include "sources/mysql/fixture.hpp"
#include "sources/postgres/fixture.hpp"
#include "sources/sqlite/fixture.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Location;

namespace {

/// A system as a source and as a target, with its own client.
struct System {
    std::string name;
    sources::Connection connection;
    std::string database;
    std::function<std::string(const std::string& statements)> run;
};

enum Engine { mysql, postgres, sqlite };

const std::array<System, 3>& systems() {
    static const SqliteFile file;
    static const std::array<System, 3> all{{
        {"mysql", connection_to(shared_mariadb_server()), "shop",
         [](const std::string& statements) {
             return shared_mariadb_server().query(
                 "SET NAMES utf8mb4; SET time_zone = '+00:00'; SET sql_mode = 'NO_BACKSLASH_ESCAPES';" +
                 statements);
         }},
        {"postgresql", connection_to(shared_postgres_server()), "shop",
         [](const std::string& statements) {
             return shared_postgres_server().query(
                 "SET standard_conforming_strings = on; SET timezone = 'UTC'; SET datestyle = 'ISO'; SET "
                 "extra_float_digits = 3;" +
                 statements);
         }},
        {"sqlite", file.connection(), "", [](const std::string& statements) { return file.run(statements); }},
    }};
    return all;
}

/// How a column's values are compared, as the clients print them; sqlite3 prints the bits of a double.
enum class Compared { as_text, as_number, as_double, as_time };

/// A column of the common table: its type and how a client shows it, in the order of `Engine`. Values are SQL that
/// all engines read the same, or one for each.
struct Column {
    std::string name;
    std::array<std::string, 3> types;
    std::array<std::string, 3> shown;
    Compared compared;
    std::vector<std::array<std::string, 3>> values;
};

std::array<std::string, 3> same(const std::string& text) { return {text, text, text}; }

std::array<std::string, 3> bytes(const std::string& hex) {
    return {"x'" + hex + "'", "'\\x" + hex + "'", "x'" + hex + "'"};
}

const std::vector<Column>& columns() {
    const std::array<std::string, 3> hex_of_text{"HEX({})", "upper(encode(convert_to({}, 'UTF8'), 'hex'))",
                                                 "hex({})"};
    const std::array<std::string, 3> plain{"{}", "{}::text", "{}"};
    static const std::vector<Column> all{
        {"b",
         {"BOOLEAN", "boolean", "BOOLEAN"},
         {"{}", "{}::int", "{}"},
         Compared::as_number,
         {same("TRUE"), same("FALSE")}},
        {"s", same("SMALLINT"), plain, Compared::as_number, {same("-32768"), same("32767"), same("0")}},
        {"i", same("INTEGER"), plain, Compared::as_number, {same("-2147483648"), same("2147483647")}},
        {"l",
         same("BIGINT"),
         plain,
         Compared::as_number,
         {same("-9223372036854775808"), same("9223372036854775807")}},
        {"d",
         same("DECIMAL(15,4)"),
         plain,
         Compared::as_number,
         {same("-12345678901.2345"), same("0.1000"), same("0"), same("99999999999.9999")}},
        {"r",
         {"DOUBLE", "double precision", "DOUBLE"},
         {"{}", "{}::text", "hex(ieee754_to_blob({}))"},
         Compared::as_double,
         {same("1.7976931348623157e308"), same("-2.2250738585072014e-308"), same("0.1"), same("1e15"),
          same("123456.5")}},
        {"f",
         {"FLOAT", "real", "REAL"},
         {"CAST({} AS DOUBLE)", "{}::text", "{}"},
         Compared::as_double,
         {same("0.5"), same("-16384.25")}},
        {"t",
         same("TEXT"),
         hex_of_text,
         Compared::as_text,
         {same("''"),
          same("' two  '"),
          same("'é ☕ 😀'"),
          same("'it''s \"a\" \\n, ;'"),
          same("'NULL'"),
          same("'007'"),
          {"CONCAT('a', CHAR(13 USING utf8mb4), CHAR(10 USING utf8mb4), CHAR(9 USING utf8mb4), 'b')",
           "'a' || chr(13) || chr(10) || chr(9) || 'b'", "'a' || char(13) || char(10) || char(9) || 'b'"}}},
        {"v",
         same("VARCHAR(20)"),
         hex_of_text,
         Compared::as_text,
         {same("''"), same("'twenty characters...'"), same("'ab  '")}},
        {"y",
         {"LONGBLOB", "bytea", "BLOB"},
         {"HEX({})", "upper(encode({}, 'hex'))", "hex({})"},
         Compared::as_text,
         {bytes(""), bytes("00FF"), bytes("5C78"), bytes("22FE0A0D00")}},
        {"dt",
         {"DATE", "date", "DATE"},
         plain,
         Compared::as_time,
         {same("'1000-01-01'"), same("'9999-12-31'"), same("'2020-02-29'")}},
        {"tm",
         {"TIME(6)", "time(6)", "TIME"},
         plain,
         Compared::as_time,
         {same("'00:00:00'"), same("'23:59:59.999999'")}},
        {"ts",
         {"DATETIME(6)", "timestamp(6)", "DATETIME"},
         plain,
         Compared::as_time,
         {same("'1000-01-01T00:00:00'"), same("'9999-12-31T23:59:59.999999'")}},
        {"tz",
         {"TIMESTAMP(6) NULL", "timestamptz(6)", "TEXT"},
         plain,
         Compared::as_time,
         {{"'1970-01-02 00:00:01'", "'1970-01-02 00:00:01+00'", "'1970-01-02T00:00:01Z'"},
          {"'2038-01-19 03:14:07.999999'", "'2038-01-19 03:14:07.999999+00'",
           "'2038-01-19T03:14:07.999999Z'"}}},
    };
    return all;
}

std::string table_definition(Engine engine) {
    std::string list = "id INTEGER PRIMARY KEY";
    for (const auto& column : columns()) list += fmt::format(", {} {}", column.name, column.types.at(engine));
    return list;
}

/// Makes the table `pair_from` with a row of NULL and a row for each value. Returns how many values there are.
std::size_t fill(Engine engine) {
    std::string statements = fmt::format(
        "DROP TABLE IF EXISTS pair_from; CREATE TABLE pair_from ({}); INSERT INTO "
        "pair_from (id) VALUES (0);",
        table_definition(engine));
    std::size_t values = 0;
    for (const auto& column : columns()) {
        for (const auto& value : column.values) {
            statements += fmt::format("INSERT INTO pair_from (id, {}) VALUES ({}, {});", column.name,
                                      ++values, value.at(engine));
        }
    }
    systems().at(engine).run(statements);
    return values;
}

std::string without_zeros(std::string text) {
    if (text.find('.') == std::string::npos) return text;
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::string normal(std::string text, Compared compared) {
    switch (compared) {
        case Compared::as_text:
            return text;
        case Compared::as_number:
            return without_zeros(text);
        case Compared::as_double:
            return fmt::format("{:a}", text.size() == 16 && text.find('.') == std::string::npos
                                           ? std::bit_cast<double>(std::strtoull(text.c_str(), nullptr, 16))
                                           : std::strtod(text.c_str(), nullptr));
        case Compared::as_time:
            break;
    }
    if (text.ends_with("+00")) text.resize(text.size() - 3);
    if (text.ends_with('Z')) text.pop_back();
    if (const auto space = text.find(' '); space != std::string::npos) text[space] = 'T';
    return without_zeros(text);
}

/// All values of a column as the system's own client shows them, with the rows' ids; NULL is left out.
std::vector<std::string> shown(Engine engine, const std::string& table, const Column& column) {
    const char between = engine == mysql ? '\t' : '|';
    const auto output = systems().at(engine).run(
        fmt::format("SELECT id, {} FROM {} WHERE {} IS NOT NULL ORDER BY id;",
                    fmt::format(fmt::runtime(column.shown.at(engine)), column.name), table, column.name));
    std::vector<std::string> lines;
    for (const auto& line : split(trim(output), '\n')) {
        const auto mark = line.find(between);
        const auto value = mark == std::string::npos ? "" : line.substr(mark + 1);
        lines.push_back(line.substr(0, mark) + " " + normal(value, column.compared));
    }
    return lines;
}

Location location(Engine engine, const std::string& table) {
    return {.database = systems().at(engine).database, .table = table};
}

}  // namespace

TEST_CASE("a table of the common types is equal after it was exported from any engine to any other") {
    std::size_t compared = 0;
    for (const auto from : {mysql, postgres, sqlite}) {
        const auto values = fill(from);
        for (const auto to : {mysql, postgres, sqlite}) {
            for (const auto kinds : {Kinds::known, Kinds::unknown}) {
                CAPTURE(systems().at(from).name, systems().at(to).name, kinds == Kinds::known);
                systems().at(to).run(fmt::format("DROP TABLE IF EXISTS pair_to; CREATE TABLE pair_to ({});",
                                                 table_definition(to)));
                copy_table(systems().at(from).connection, location(from, "pair_from"),
                           systems().at(to).connection, location(to, "pair_to"), kinds);
                CHECK(trim(systems().at(to).run("SELECT count(*) FROM pair_to;")) ==
                      std::to_string(values + 1));
                for (const auto& column : columns()) {
                    CAPTURE(column.name);
                    const auto before = shown(from, "pair_from", column);
                    CHECK(before.size() == column.values.size());
                    CHECK(shown(to, "pair_to", column) == before);
                    compared += before.size();
                }
            }
        }
    }
    CHECK(compared > 500);
}

TEST_CASE("a text that looks like bytes stays text where the source tells them apart") {
    for (const auto from : {mysql, postgres}) {
        systems().at(from).run(
            "DROP TABLE IF EXISTS looks; CREATE TABLE looks (t TEXT); INSERT INTO looks VALUES ('\\x41');");
        for (const auto to : {mysql, postgres, sqlite}) {
            CAPTURE(systems().at(from).name, systems().at(to).name);
            for (const std::string type : {"TEXT", to == postgres ? "bytea" : "BLOB"}) {
                CAPTURE(type);
                systems().at(to).run(
                    fmt::format("DROP TABLE IF EXISTS looked; CREATE TABLE looked (t {});", type));
                copy_table(systems().at(from).connection, location(from, "looks"),
                           systems().at(to).connection, location(to, "looked"));
                const auto* hex = to == postgres ? (type == "TEXT" ? "encode(convert_to(t, 'UTF8'), 'hex')"
                                                                   : "encode(t, 'hex')")
                                                 : "hex(t)";
                CHECK(to_lower(trim(systems().at(to).run(fmt::format("SELECT {} FROM looked;", hex)))) ==
                      "5c783431");
            }
        }
    }
}

namespace {

struct Refusal {
    Engine from;
    std::string type;
    std::string value;  ///< SQL
    Engine to;
    std::string target;  ///< the type of the target's column
};

const std::vector<Refusal>& refusals() {
    static const std::vector<Refusal> all{
        {postgres, "numeric", "12345678901234567890.123456789", sqlite, "NUMERIC"},
        {postgres, "numeric", "1.005", mysql, "DECIMAL(10,2)"},
        {mysql, "DECIMAL(10,3)", "1.005", postgres, "numeric(10,2)"},
        {mysql, "BIGINT UNSIGNED", "18446744073709551615", postgres, "bigint"},
        {mysql, "BIGINT UNSIGNED", "18446744073709551615", sqlite, "INTEGER"},
        {postgres, "double precision", "'NaN'", mysql, "DOUBLE"},
        {postgres, "double precision", "'NaN'", sqlite, "REAL"},
        {postgres, "double precision", "'Infinity'", mysql, "DOUBLE"},
        {mysql, "DOUBLE", "0.1234567890123", postgres, "real"},
        {mysql, "DATE", "'0000-00-00'", postgres, "date"},
        {postgres, "date", "'infinity'", mysql, "DATE"},
        {postgres, "date", "'0044-03-15 BC'", mysql, "DATE"},
        {mysql, "TIME", "'838:59:59'", postgres, "time"},
        {postgres, "timestamp(6)", "'2020-01-01 00:00:00.000001'", mysql, "DATETIME(3)"},
        {mysql, "DATETIME(6)", "'2020-01-01 00:00:00.000001'", postgres, "timestamp(3)"},
        {mysql, "DATETIME", "'2020-01-01 10:00:00'", postgres, "date"},
        {postgres, "timestamptz", "'2040-01-01 00:00:00+00'", mysql, "TIMESTAMP NULL"},
        {postgres, "timetz", "'12:34:56+02'", mysql, "TIME"},
        {postgres, "char(5)", "'ab'", mysql, "CHAR(5)"},
        {mysql, "VARCHAR(9)", "'abc  '", postgres, "varchar(3)"},
        {postgres, "text", "'long'", mysql, "VARCHAR(3)"},
        {postgres, "text", "'☃'", mysql, "VARCHAR(9) CHARACTER SET latin1"},
        {mysql, "TEXT", "CONCAT('a', CHAR(0 USING utf8mb4), 'b')", postgres, "text"},
        {postgres, "bytea", "'\\x00ff'", mysql, "BINARY(4)"},
        {postgres, "text", "'1'", mysql, "ENUM('a','b')"},
        {postgres, "text", "'99'", mysql, "YEAR"},
        {sqlite, "INTEGER", "'no number'", postgres, "integer"},
        {sqlite, "INTEGER", "'no number'", mysql, "INT"},
        {sqlite, "INTEGER", "1.5", postgres, "integer"},
        {sqlite, "REAL", "9e999", mysql, "DOUBLE"},
        {sqlite, "BOOLEAN", "2", postgres, "boolean"},
        {postgres, "interval", "'1 day'", mysql, "TIME"},
        {postgres, "integer[]", "'{1,2}'", mysql, "INT"},
    };
    return all;
}

}  // namespace

TEST_CASE("a value that another engine's column would change is refused, and nothing is written") {
    for (const auto& [from, type, value, to, target] : refusals()) {
        CAPTURE(type, value, systems().at(to).name, target);
        systems().at(from).run(fmt::format(
            "DROP TABLE IF EXISTS refused; CREATE TABLE refused (n INTEGER, c {}); INSERT INTO refused VALUES (1, NULL), (2, {});",
            type, value));
        systems().at(to).run(fmt::format(
            "DROP TABLE IF EXISTS spared; CREATE TABLE spared (n INTEGER, c {}); INSERT INTO spared (n) VALUES (77);",
            target));
        const auto error = error_of([&, &source = from, &goal = to] {
            copy_table(systems().at(source).connection, location(source, "refused"),
                       systems().at(goal).connection, location(goal, "spared"));
        });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK(trim(systems().at(to).run("SELECT n FROM spared;")) == "77");
    }
}

TEST_CASE("a table that an export makes holds the values of the dataset as text") {
    for (const auto from : {mysql, postgres, sqlite}) {
        fill(from);
        const auto read = read_whole(systems().at(from).connection, location(from, "pair_from"));
        for (const auto to : {mysql, postgres, sqlite}) {
            CAPTURE(systems().at(from).name, systems().at(to).name);
            systems().at(to).run("DROP TABLE IF EXISTS pair_new;");
            copy_table(systems().at(from).connection, location(from, "pair_from"),
                       systems().at(to).connection, location(to, "pair_new"));
            const auto again = read_whole(systems().at(to).connection, location(to, "pair_new"));
            CHECK(again.names() == read.names());
            REQUIRE(again.rows.size() == read.rows.size());
            for (std::size_t row = 0; row < read.rows.size(); ++row) {
                for (std::size_t at = 0; at < read.header.size(); ++at) {
                    auto expected = read.rows[row][at];
                    if (expected && read.header[at].kind == sources::ValueKind::binary)
                        expected = "\\x" + to_hex(*expected);
                    CHECK(again.rows[row][at] == expected);
                }
            }
        }
    }
}
