#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/table_writing.hpp"
#include "core/text.hpp"
#include "sources/mysql/fixture.hpp"
#include "sources/registry.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::WriteMode;

namespace {

std::string query(const std::string& statements) {
    return std::string(trim(shared_mariadb_server().query(statements)));
}

void write(const std::string& table, const std::vector<sources::OutgoingColumn>& columns, const Rows& rows,
           WriteMode mode = WriteMode::append) {
    write_rows(MysqlFixture().connection(), {.database = "shop", .table = table}, columns, rows, mode);
}

void copy(const std::string& from, const std::string& to) {
    const auto connection = MysqlFixture().connection();
    copy_table(connection, {.database = "shop", .table = from}, connection,
               {.database = "shop", .table = to});
}

Error write_error(const std::string& table, const std::vector<sources::OutgoingColumn>& columns,
                  const Rows& rows, WriteMode mode = WriteMode::append) {
    return error_of([&] { write(table, columns, rows, mode); });
}

}  // namespace

TEST_CASE("a table of every type is the same after it was read and written back") {
    // A column, and its values beside NULL.
    const std::vector<std::pair<std::string, std::vector<std::string>>> types{
        {"TINYINT(1)", {"TRUE", "FALSE"}},
        {"TINYINT", {"-128", "127"}},
        {"TINYINT UNSIGNED", {"0", "255"}},
        {"SMALLINT", {"-32768", "32767"}},
        {"MEDIUMINT UNSIGNED", {"0", "16777215"}},
        {"INT", {"-2147483648", "2147483647"}},
        {"INT(8) ZEROFILL", {"42", "0"}},
        {"BIGINT", {"-9223372036854775808", "9223372036854775807"}},
        {"BIGINT UNSIGNED", {"0", "18446744073709551615"}},
        {"DECIMAL(65,30)", {"-12345678901234567890123456789012345.123456789012345678901234567891", "0"}},
        {"DECIMAL(10,2) UNSIGNED", {"0.01", "99999999.99"}},
        {"FLOAT", {"0.1", "-3.4028235e38", "1e-37", "16777216"}},
        {"FLOAT(7,2)", {"123.46", "99999.99"}},
        {"DOUBLE", {"0.1", "-1.7976931348623157e308", "2.2250738585072014e-308", "1e15"}},
        {"BIT(1)", {"b'0'", "b'1'"}},
        {"BIT(64)", {"0xFF00000000000001", "0"}},
        {"YEAR", {"0", "1901", "2155"}},
        {"DATE", {"'0000-00-00'", "'1000-01-01'", "'9999-12-31'", "'2020-00-00'", "'2021-02-31'"}},
        {"TIME", {"'-838:59:59'", "'838:59:59'", "'00:00:00'"}},
        {"TIME(6)", {"'-838:59:59.000001'", "'23:59:59.999999'"}},
        {"DATETIME", {"'0000-00-00 00:00:00'", "'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'"}},
        {"DATETIME(6)", {"'2020-01-01 00:00:00.000001'"}},
        {"TIMESTAMP NULL", {"'2020-03-29 02:30:00'", "0", "'1970-01-02 00:00:01'"}},
        {"TIMESTAMP(3) NULL", {"'2038-01-19 03:14:07.999'"}},
        {"CHAR(5)", {"''", "'ab'", "'é ☕'"}},
        {"VARCHAR(40)", {"''", "'two  '", "'😀'", "'\\'\\\\\\n\\0\"`'", "'\\\\x41'", "'NULL'"}},
        {"VARCHAR(20) CHARACTER SET latin1", {"'é'", "''"}},
        {"VARCHAR(20) CHARACTER SET sjis", {"'表'", "'ソ'"}},
        {"VARCHAR(20) CHARACTER SET ucs2", {"'é'"}},
        {"TINYTEXT", {"'x'"}},
        {"LONGTEXT", {"REPEAT('long', 300000)", "''"}},
        {"BINARY(4)", {"x'00FF'", "''"}},
        {"VARBINARY(40)", {"x'00FF41'", "''", "'\\\\x41'", "'text'"}},
        {"BLOB", {"x'22FE0A00'", "''"}},
        {"LONGBLOB", {"REPEAT(x'00FF', 100000)"}},
        {"ENUM('x','y,z','')", {"'x'", "'y,z'", "''"}},
        {"SET('a','b')", {"'b,a'", "''"}},
        {"JSON", {"'{\"a\": [1, \"é\"]}'", "'\"\\\\\\\\x41\"'", "'null'"}},
        {"UUID", {"'123e4567-e89b-12d3-a456-426655440000'"}},
        {"INET6", {"'::1'", "'::ffff:1.2.3.4'"}},
        {"GEOMETRY", {"POINT(1, 2)", "ST_GeomFromText('LINESTRING(0 0,1 1)', 4326)"}},
        {"POINT", {"POINT(-1.5, 1e300)"}},
        {"POLYGON", {"ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))')"}},
    };
    std::string columns = "id INT AUTO_INCREMENT PRIMARY KEY";
    for (std::size_t at = 0; at < types.size(); ++at) columns += fmt::format(", c{} {}", at, types[at].first);
    columns +=
        ", hidden INT INVISIBLE DEFAULT 7, made INT AS (c1 * 2) VIRTUAL, stored INT AS (c3 + 1) STORED";
    std::string statements =
        "SET NAMES utf8mb4; SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO';"
        "CREATE OR REPLACE TABLE torture (" +
        columns +
        "); CREATE OR REPLACE TABLE copied LIKE torture;"
        "INSERT INTO torture (id) VALUES (0);";
    std::size_t values = 0;
    for (std::size_t at = 0; at < types.size(); ++at) {
        for (const auto& value : types[at].second) {
            statements += fmt::format("INSERT INTO torture (c{}, hidden) VALUES ({}, NULL);", at, value);
            ++values;
        }
    }
    query(statements);
    copy("torture", "copied");
    CHECK(query("SELECT COUNT(*) FROM copied;") == std::to_string(values + 1));
    std::string differences =
        "SELECT COUNT(*) FROM torture a LEFT JOIN copied b USING (id) WHERE b.id IS NULL";
    for (std::size_t at = 0; at < types.size(); ++at) {
        const auto different = fmt::format("NOT (HEX(a.c{0}) <=> HEX(b.c{0}))", at);
        CAPTURE(types[at].first);
        CHECK(query("SELECT a.id FROM torture a JOIN copied b USING (id) WHERE " + different + ";").empty());
        differences += " OR " + different;
    }
    for (const auto* name : {"hidden", "made", "stored"})
        differences += fmt::format(" OR NOT (a.{0} <=> b.{0})", name);
    CHECK(query(differences + ";") == "0");
    // The bytes of doubles, which HEX of a number would round.
    CHECK(
        query(
            "SELECT COUNT(*) FROM torture a JOIN copied b USING (id) WHERE NOT (a.c13 <=> b.c13 AND a.c11 <=> b.c11);") ==
        "0");
}

TEST_CASE("values of other systems are written in MySQL's forms") {
    query("CREATE OR REPLACE TABLE forms (b TINYINT(1), t BIT(1), d DATETIME, p TIMESTAMP NULL);");
    write("forms", {"b", "T", "d", "p"}, {{"true", "false", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"}});
    CHECK(query("SET time_zone = '+00:00'; SELECT b, t + 0, d, p FROM forms;") ==
          "1\t0\t2020-01-01 00:00:00\t2020-01-01 00:00:00");
}

TEST_CASE("a value that a column would change is refused, and nothing is written") {
    query(
        "CREATE OR REPLACE TABLE strict (i INT, d DECIMAL(4,2), f FLOAT, r DOUBLE, t DATETIME(1), x DATE, v VARCHAR(3),"
        " l VARCHAR(9) CHARACTER SET latin1); INSERT INTO strict (i) VALUES (1);");
    const std::vector<std::pair<std::string, std::string>> cases{{"i", "1.5"},
                                                                 {"i", "3000000000"},
                                                                 {"i", "one"},
                                                                 {"d", "1.005"},
                                                                 {"d", "100"},
                                                                 {"f", "0.123456789"},
                                                                 {"r", "0.12345678901234567890"},
                                                                 {"r", "NaN"},
                                                                 {"t", "2020-01-01T00:00:00.12"},
                                                                 {"x", "2020-01-01T10:00:00"},
                                                                 {"v", "four"},
                                                                 {"v", "abc "},
                                                                 {"l", "☃"}};
    for (const auto& [column, value] : cases) {
        CAPTURE(column, value);
        const auto error = write_error("strict", {column}, {{std::nullopt}, {value}}, WriteMode::replace);
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK(query("SELECT COUNT(*), MAX(i) FROM strict;") == "1\t1");
    }
    write("strict", {"d", "f", "r", "t"}, {{"1.50", "0.10", "1E+2", "2020-01-01T00:00:00.500"}});
}

TEST_CASE("a table that cannot take back a write is refused before anything is written") {
    for (const std::string engine : {"MyISAM", "Aria", "MEMORY"}) {
        CAPTURE(engine);
        query("CREATE OR REPLACE TABLE fixed (n INT) ENGINE = " + engine + "; INSERT INTO fixed VALUES (1);");
        for (const auto mode : {WriteMode::append, WriteMode::replace}) {
            const auto error = write_error("fixed", {"n"}, {{"2"}}, mode);
            CHECK(error.error_class() == ErrorClass::invalid);
            CHECK_THAT(error.what(), Catch::Contains(engine));
        }
        CHECK(query("SELECT n FROM fixed;") == "1");
    }
    query("CREATE OR REPLACE SEQUENCE numbers; CREATE OR REPLACE VIEW fixed_view AS SELECT 1 AS n;");
    CHECK_THAT(write_error("numbers", {"next_not_cached_value"}, {{"2"}}).what(),
               Catch::Contains("SEQUENCE"));
    CHECK_THAT(write_error("fixed_view", {"n"}, {{"2"}}).what(), Catch::Contains("VIEW"));
}

TEST_CASE("NULL is refused where the server would store another value, and 0 is kept") {
    query(
        "CREATE OR REPLACE TABLE replaced (id INT AUTO_INCREMENT PRIMARY KEY, t TIMESTAMP(3) NOT NULL DEFAULT '2020-01-01',"
        " u TIMESTAMP NULL, n INT NOT NULL DEFAULT 5); INSERT INTO replaced (id) VALUES (7);");
    for (const std::string column : {"id", "t", "n"}) {
        CAPTURE(column);
        const auto value = column == "t" ? "2020-01-01 00:00:00" : "1";
        const auto error = write_error("replaced", {column}, {{value}, {std::nullopt}}, WriteMode::replace);
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains("'" + column + "'"));
        if (column != "n") CHECK_THAT(error.what(), Catch::Contains("in row 2 is NULL"));
        CHECK(query("SELECT GROUP_CONCAT(id) FROM replaced;") == "7");
    }
    write("replaced", {"id", "u"}, {{"0", std::nullopt}});
    CHECK(query("SELECT id, u FROM replaced ORDER BY id LIMIT 1;") == "0\tNULL");
}

TEST_CASE("a replacement is refused when a foreign key would change another table") {
    for (const std::string action : {"CASCADE", "SET NULL"}) {
        CAPTURE(action);
        query(
            "DROP TABLE IF EXISTS orders_of; DROP TABLE IF EXISTS customers;"
            "CREATE TABLE customers (id INT PRIMARY KEY, boss INT,"
            " FOREIGN KEY (boss) REFERENCES customers (id) ON DELETE SET NULL);"
            "CREATE TABLE orders_of (id INT PRIMARY KEY, customer INT, CONSTRAINT the_customer FOREIGN KEY (customer)"
            " REFERENCES customers (id) ON DELETE " +
            action +
            ");"
            "INSERT INTO customers (id) VALUES (1); INSERT INTO orders_of VALUES (1, 1);");
        const auto error = write_error("customers", {"id"}, {{"1"}}, WriteMode::replace);
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains("shop.orders_of") && Catch::Contains("the_customer") &&
                                     Catch::Contains(action));
        CHECK(query("SELECT customer FROM orders_of;") == "1");
        write("customers", {"id"}, {{"2"}});
        query("DELETE FROM orders_of;");
        write("customers", {"id"}, {{"3"}}, WriteMode::replace);
        CHECK(query("SELECT id FROM customers;") == "3");
    }
    query("DROP TABLE orders_of;");
}

TEST_CASE(
    "a row that is longer than a packet of the server is refused, and shorter ones go in several packets") {
    query("CREATE OR REPLACE TABLE packets (c LONGTEXT); INSERT INTO packets VALUES ('old');");
    const auto error =
        write_error("packets", {"c"}, {{"1"}, {std::string(17'000'000, 'x')}}, WriteMode::replace);
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.what(), Catch::Contains("row 2") && Catch::Contains("max_allowed_packet is 16777216"));
    CHECK(query("SELECT c FROM packets;") == "old");
    query("SET GLOBAL max_allowed_packet = 65536;");
    const Rows rows(200, {std::string(1000, 'y')});
    write("packets", {"c"}, rows, WriteMode::replace);
    query("SET GLOBAL max_allowed_packet = DEFAULT;");
    CHECK(query("SELECT COUNT(*), SUM(LENGTH(c)) FROM packets;") == "200\t200000");
}

TEST_CASE("a new table is there only when it is whole, and holds any text") {
    query("ALTER DATABASE shop CHARACTER SET latin1; DROP TABLE IF EXISTS fresh;");
    write("fresh", {"a", "b"}, {{"😀", std::nullopt}});
    CHECK(query("SELECT HEX(a), b FROM fresh;") == "F09F9880\tNULL");
    Cancellation cancellation;
    {
        const auto writer =
            sources::find_engine("mysql")->open_table_writer(MysqlFixture().connection(), cancellation);
        writer->begin({.database = "shop", .table = "never"}, {"a"}, WriteMode::append);
        writer->row(std::vector{sources::Value{"1", 1}});
    }
    CHECK(
        query(
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'never' OR table_name LIKE 'prevision%';") ==
        "0");
    query("ALTER DATABASE shop CHARACTER SET utf8mb4;");
}

TEST_CASE("a user who may only insert can append, and safe updates do not stop a replacement") {
    query(
        "CREATE OR REPLACE USER inserter@'%' IDENTIFIED BY 'x'; CREATE OR REPLACE TABLE inserted (n INT);"
        "GRANT INSERT ON shop.inserted TO inserter@'%'; SET GLOBAL sql_safe_updates = 1;");
    auto connection = MysqlFixture().connection();
    write("inserted", {"n"}, {{"1"}}, WriteMode::replace);
    query("SET GLOBAL sql_safe_updates = 0;");
    connection.username = "inserter";
    connection.password = Secret("x");
    write_rows(connection, {.database = "shop", .table = "inserted"}, {"n"}, {{"2"}});
    CHECK(query("SELECT GROUP_CONCAT(n ORDER BY n) FROM inserted;") == "1,2");
}

TEST_CASE("a name that the server would change is refused before anything is written") {
    for (const auto& name : {std::string("😀"), std::string(65, 'n'), std::string("n ")}) {
        CAPTURE(name);
        CHECK(write_error(name, {"n"}, {{"1"}}).error_class() == ErrorClass::invalid);
        CHECK(write_error("named", {name}, {{"1"}}).error_class() == ErrorClass::invalid);
    }
}
