#include <cstdlib>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/sql_server_contract.hpp"
#include "contract/table_writing.hpp"
#include "core/text.hpp"
#include "sources/mysql/client.hpp"
#include "sources/mysql/fixture.hpp"
#include "sources/registry.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Location;
using sources::ValueKind;

namespace {

TableSink read_table(const std::string& table) {
    return read_whole(MysqlFixture().connection(), {.database = "shop", .table = table});
}

TableSink read_request(const std::string& request) {
    return read_whole(MysqlFixture().connection(), {.database = "shop", .request = request});
}

const std::string as_text = "CONVERT(c USING utf8mb4)";
const std::string as_digits = "CAST(c AS CHAR CHARACTER SET utf8mb4)";

std::vector<ValueCase> mysql_value_cases() {
    using K = ValueKind;
    const std::string nines(35, '9');
    return {
        {"TINYINT(1)", "TRUE", "1", as_digits, K::integer, "tinyint(1)"},
        {"TINYINT", "-128", "-128", as_digits, K::integer, "tinyint(4)"},
        {"SMALLINT UNSIGNED", "65535", "65535", as_digits, K::integer, "smallint(5) unsigned"},
        {"MEDIUMINT", "-8388608", "-8388608", as_digits, K::integer, "mediumint(9)"},
        {"INT", "-2147483648", "-2147483648", as_digits, K::integer, "int(11)"},
        {"BIGINT", "-9223372036854775808", "-9223372036854775808", as_digits, K::integer, "bigint(20)"},
        {"BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615", as_digits, K::integer,
         "bigint(20) unsigned"},
        {"INT(8) ZEROFILL", "42", "00000042", as_digits, K::integer, "int(8) unsigned zerofill"},
        {"YEAR", "1999", "1999", as_digits, K::integer, "year(4)"},
        {"YEAR", "0", "0000", as_digits, K::integer, "year(4)"},
        {"DECIMAL(65,30)", "-" + nines + ".000000000000000000000000000001",
         "-" + nines + ".000000000000000000000000000001", as_digits, K::decimal, "decimal(65,30)"},
        {"DECIMAL(10,2)", "0.1", "0.10", as_digits, K::decimal, "decimal(10,2)"},
        {"DOUBLE", "1.7976931348623157e308", "1.7976931348623157e308", as_digits, K::real, "double"},
        {"DOUBLE", "-2.2250738585072014e-308", "-2.2250738585072014e-308", as_digits, K::real, "double"},
        {"DOUBLE", "0.1", "0.1", as_digits, K::real, "double"},
        {"DATE", "'2020-02-29'", "2020-02-29", as_digits, K::date, "date"},
        {"DATE", "'0000-00-00'", "0000-00-00", as_digits, K::date, "date"},
        {"DATETIME", "'1000-01-01 00:00:00'", "1000-01-01T00:00:00", "DATE_FORMAT(c, '%Y-%m-%dT%H:%i:%s')",
         K::timestamp, "datetime"},
        {"DATETIME(6)", "'9999-12-31 23:59:59.000001'", "9999-12-31T23:59:59.000001",
         "DATE_FORMAT(c, '%Y-%m-%dT%H:%i:%s.%f')", K::timestamp, "datetime(6)"},
        {"DATETIME", "'0000-00-00 00:00:00'", "0000-00-00T00:00:00", "REPLACE(c, ' ', 'T')", K::timestamp,
         "datetime"},
        // The server is five and a half hours ahead.
        {"TIMESTAMP NULL", "'2020-01-01 05:30:00'", "2020-01-01T00:00:00Z",
         "DATE_FORMAT(CONVERT_TZ(c, '+05:30', '+00:00'), '%Y-%m-%dT%H:%i:%sZ')", K::timestamp, "timestamp"},
        {"TIMESTAMP(3) NULL", "'2020-01-01 00:00:00.125'", "2019-12-31T18:30:00.125Z",
         "CONCAT(REPLACE(CONVERT_TZ(c, '+05:30', '+00:00'), ' ', 'T'), 'Z')", K::timestamp, "timestamp(3)"},
        {"TIMESTAMP NULL", "0", "0000-00-00T00:00:00", "REPLACE(c, ' ', 'T')", K::timestamp, "timestamp"},
        {"TIME(6)", "'-838:59:59.000001'", "-838:59:59.000001", as_digits, K::time, "time(6)"},
        {"TIME", "'00:00:00'", "00:00:00", as_digits, K::time, "time"},
        {"VARCHAR(20)", "''", "", as_text, K::text, "varchar(20)"},
        {"VARCHAR(20)", "_utf8mb4'é ☕ 😀'", "é ☕ 😀", as_text, K::text, "varchar(20)"},
        {"TEXT", "'a\\0b\\r\\n\\t\\\\\\'\"'", std::string("a\0b\r\n\t\\'\"", 9), as_text, K::text, "text"},
        {"VARCHAR(20) CHARACTER SET latin1", "CONVERT(x'E9FF80' USING latin1)", "éÿ€", as_text, K::text,
         "varchar(20)"},
        {"CHAR(5)", "'ab'", "ab", as_text, K::text, "char(5)"},
        {"ENUM('x','y,z')", "'y,z'", "y,z", as_text, K::text, "enum('x','y,z')"},
        {"SET('a','b')", "'b,a'", "a,b", as_text, K::text, "set('a','b')"},
        {"JSON", "'{\"a\": [1, \"é\"]}'", "{\"a\": [1, \"é\"]}", as_text, K::text, "longtext"},
        {"UUID", "'123e4567-e89b-12d3-a456-426655440000'", "123e4567-e89b-12d3-a456-426655440000", as_digits,
         K::text, "uuid"},
        {"INET6", "'::1'", "::1", as_digits, K::text, "inet6"},
        {"BIT(1)", "b'1'", "\x01", "CHAR(c USING binary)", K::binary, "bit(1)"},
        {"BIT(64)", "0xFF00000000000001", std::string("\xff\0\0\0\0\0\0\x01", 8),
         "LPAD(UNHEX(HEX(c)), 8, x'00')", K::binary, "bit(64)"},
        {"BINARY(4)", "x'00FF'", std::string("\0\xff\0\0", 4), "c", K::binary, "binary(4)"},
        {"VARBINARY(4)", "x'00FF'", std::string("\0\xff", 2), "c", K::binary, "varbinary(4)"},
        {"BLOB", "x'22FE0A00'", std::string("\"\xfe\n\0", 4), "c", K::binary, "blob"},
        {"BLOB", "''", "", "c", K::binary, "blob"},
        {"POINT", "POINT(1, 2)", std::string("\0\0\0\0\1\1\0\0\0\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40", 25),
         "c", K::binary, "point"},
    };
}

class MysqlServerFixture final : public MysqlFixtureOf<SqlServerFixture> {
  public:
    [[nodiscard]] std::string engine() const override { return "mysql"; }
    [[nodiscard]] std::vector<ValueCase> value_cases() const override { return mysql_value_cases(); }
    void make_typed(const ValueCase& value) override {
        run(
            fmt::format("SET sql_mode = 'NO_ENGINE_SUBSTITUTION'; DROP TABLE IF EXISTS typed;"
                        "CREATE TABLE typed (before_c INT, c {}, after_c TIMESTAMP(2) NULL);"
                        "INSERT INTO typed VALUES (1, {}, '2020-01-01 05:30:00.25');",
                        value.declaration, value.inserted));
    }
    [[nodiscard]] std::string hex_by_client(const ValueCase& value) const override {
        return to_lower(
            trim(shared_mariadb_server().query(fmt::format("SELECT HEX({}) FROM typed;", value.check))));
    }
    [[nodiscard]] std::string long_request() const override { return "SELECT SLEEP(300)"; }
    [[nodiscard]] bool notices_lost_clients() const override { return false; }
    [[nodiscard]] int count_running(const std::string& text) const override {
        return static_cast<int>(*parse_integer(trim(
            shared_mariadb_server().query(fmt::format("SELECT COUNT(*) FROM {};", sessions_with(text))))));
    }
    void end_running(const std::string& text) const override {
        shared_mariadb_server().query(fmt::format(
            "KILL {};",
            trim(shared_mariadb_server().query(fmt::format("SELECT id FROM {};", sessions_with(text))))));
    }

  private:
    static std::string sessions_with(const std::string& text) {
        return fmt::format("information_schema.processlist WHERE info LIKE '%{}%' AND id <> CONNECTION_ID()",
                           text);
    }
};

}  // namespace

TEST_CASE("MariaDB keeps the contract of a source") {
    MysqlFixture fixture;
    check_source_contract(fixture);
}

TEST_CASE("MariaDB tells its estimate of the rows of a table that is read whole") {
    MysqlFixture fixture;
    fixture.run("CREATE TABLE estimated (n int); INSERT INTO estimated " + fixture.numbers(100) +
                "; ANALYZE TABLE estimated;");
    const Location table{.database = fixture.database(), .table = fixture.table("estimated")};
    const auto whole = read_whole(fixture.connection(), table);
    CHECK(whole.rows.size() == 100);
    REQUIRE(whole.about_rows);
    CHECK(*whole.about_rows > 50);
    CHECK(*whole.about_rows < 200);
    CHECK_FALSE(read_whole(fixture.connection(), table, 1).about_rows);
}

TEST_CASE("MariaDB keeps the contract of a server of SQL") {
    MysqlServerFixture fixture;
    check_sql_server_contract(fixture);
}

TEST_CASE("a FLOAT of a table keeps all its digits") {
    shared_mariadb_server().query(
        "DROP TABLE IF EXISTS floats; CREATE TABLE floats (id INT PRIMARY KEY, `the ``float` FLOAT, d "
        "FLOAT(7,2));"
        "INSERT INTO floats VALUES (1, 16777217, 123.456), (2, 0.1, 0), (3, 3.4028234663852886e38, NULL),"
        "(4, -1.401298464324817e-45, 1), (5, 8388609.5, 1), (6, 1e-37, 1), (7, NULL, 99999.99);");
    const auto table = read_table("floats");
    CHECK(table.names() == std::vector<std::string>{"id", "the `float", "d"});
    CHECK(table.header[1].kind == ValueKind::real);
    CHECK(table.header[1].type == "float");
    const std::vector<float> floats{16777217.0F, 0.1F,  3.4028234663852886e38F, -1.401298464324817e-45F,
                                    8388609.5F,  1e-37F};
    for (std::size_t at = 0; at < floats.size(); ++at) {
        CAPTURE(at, table.rows[at][1].value());
        CHECK(std::strtof(table.rows[at][1]->c_str(), nullptr) == floats[at]);
    }
    CHECK(table.rows[1][1] == "0.1");
    CHECK_FALSE(table.rows[6][1]);
    CHECK(table.rows[0][2] == "123.46");
    CHECK(table.rows[6][2] == "99999.99");
}

TEST_CASE("the columns of a request have their types in MySQL's words") {
    shared_mariadb_server().query(
        "DROP TABLE IF EXISTS words; CREATE TABLE words (a BIGINT UNSIGNED NOT NULL, b DECIMAL(65,30), "
        "c VARCHAR(20), d DATETIME(6), e VARBINARY(9), f TEXT, g LONGBLOB, h ENUM('x'), i DECIMAL(5,0) "
        "UNSIGNED, "
        "j CHAR(3), k TIMESTAMP NULL, l BIT(7), m DOUBLE, n MEDIUMTEXT CHARACTER SET latin1);");
    const auto table = read_request("SELECT * FROM words");
    const std::vector<std::string> types{
        "bigint unsigned", "decimal(65,30)", "varchar(20)",           "datetime(6)", "varbinary(9)", "text",
        "longblob",        "enum",           "decimal(5,0) unsigned", "char(3)",     "timestamp",    "bit(7)",
        "double",          "mediumtext"};
    REQUIRE(table.header.size() == types.size());
    for (std::size_t at = 0; at < types.size(); ++at) CHECK(table.header[at].type == types[at]);
    CHECK_FALSE(table.header[0].nullable);
    CHECK(table.header[1].nullable);
}

TEST_CASE("a request needs no database, and runs in a session with our settings") {
    const auto connection = MysqlFixture().connection();
    const auto table = read_whole(
        connection,
        {.request = "SELECT CAST('2020-01-01 00:00:00' AS DATETIME), @@time_zone, 'a\\'b', NULL, x'00'"});
    CHECK(table.rows == Rows{{"2020-01-01T00:00:00", "+00:00", "a'b", std::nullopt, std::string(1, '\0')}});
    CHECK(table.header[4].kind == ValueKind::binary);
    CHECK(error_of([&] { read_whole(connection, {.request = "SELECT * FROM unnamed"}); }).error_class() ==
          ErrorClass::invalid);
    CHECK(error_of([&] { read_whole(connection, {.table = "t"}); }).what() ==
          std::string("invalid database: a table needs one"));
}

TEST_CASE("a database may have an odd name") {
    shared_mariadb_server().query(
        "CREATE OR REPLACE DATABASE `o``d.d d\"b ☕`; CREATE TABLE `o``d.d d\"b ☕`.t AS SELECT 5 AS n;");
    const auto connection = MysqlFixture().connection();
    CHECK(read_whole(connection, {.database = "o`d.d d\"b ☕", .table = "t"}).rows == Rows{{"5"}});
    CHECK(read_whole(connection, {.database = "o`d.d d\"b ☕", .request = "SELECT n FROM t"}).rows ==
          Rows{{"5"}});
    CHECK_FALSE(run_test(connection, Location{.database = "o`d.d d\"b ☕", .table = "t"}).error);
}

TEST_CASE("a request that would change something is refused") {
    shared_mariadb_server().query(
        "CREATE OR REPLACE TABLE kept (n INT); INSERT INTO kept VALUES (1);"
        "DROP FUNCTION IF EXISTS spoil; CREATE FUNCTION spoil() RETURNS INT MODIFIES SQL DATA "
        "RETURN (SELECT 1);"
        "CREATE OR REPLACE SEQUENCE numbers_of_kept;"
        "CREATE OR REPLACE TABLE logged (n INT) ENGINE = MyISAM; DROP FUNCTION IF EXISTS log_it;"
        // In quotes, so that the client does not end the statement at its first ';'.
        "EXECUTE IMMEDIATE 'CREATE FUNCTION log_it() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO logged "
        "VALUES (1); RETURN 1; END';");
    CHECK(error_of([] { read_request("SELECT log_it()"); }).error_class() == ErrorClass::invalid);
    CHECK(read_table("logged").rows.empty());
    CHECK(error_of([] { read_request("SELECT NEXTVAL(numbers_of_kept)"); }).error_class() ==
          ErrorClass::invalid);
    const auto file = shared_mariadb_server().process().folder() / "stolen";
    CHECK(error_of([&] {
              read_request(fmt::format("SELECT 1 INTO OUTFILE '{}'", file.string()));
          }).error_class() == ErrorClass::invalid);
    CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("values of any size are read whole, whatever was read before them") {
    const std::vector<std::size_t> sizes{0, 1, 4095, 4096, 4097, 3 << 20, 2, 5000};
    shared_mariadb_server().query("CREATE OR REPLACE TABLE sized (id INT PRIMARY KEY, c LONGBLOB, d INT);");
    for (std::size_t at = 0; at < sizes.size(); ++at) {
        shared_mariadb_server().query(
            fmt::format("INSERT INTO sized VALUES ({0}, REPEAT(CHAR(65 + {0}), {1}), {1});", at, sizes[at]));
    }
    const auto table = read_table("sized");
    REQUIRE(table.rows.size() == sizes.size());
    for (std::size_t at = 0; at < sizes.size(); ++at) {
        CHECK(*table.rows[at][1] == std::string(sizes[at], static_cast<char>('A' + at)));
        CHECK(*table.rows[at][2] == fmt::format("{}", sizes[at]));
    }
}

TEST_CASE("a table is read with all of its columns, as browse lists them") {
    shared_mariadb_server().query(
        "CREATE OR REPLACE TABLE complete (a INT, b INT INVISIBLE DEFAULT 2, c INT AS (a + 10) STORED,"
        " d INT AS (a + 20) VIRTUAL INVISIBLE); INSERT INTO complete (a) VALUES (1);");
    Cancellation cancellation;
    std::vector<std::string> listed;
    for (const auto& entry :
         sources::open_source(MysqlFixture().connection(), cancellation)->list("shop/complete"))
        listed.push_back(entry.name);
    const auto table = read_table("complete");
    CHECK(table.names() == listed);
    CHECK(table.rows == Rows{{"1", "2", "11", "21"}});
}

TEST_CASE("a user who may read some columns of a table gets no part of it") {
    shared_mariadb_server().query(
        "CREATE OR REPLACE USER partial@'%' IDENTIFIED BY 'x'; CREATE OR REPLACE TABLE parts (a INT, b INT);"
        "GRANT SELECT (a) ON shop.parts TO partial@'%';");
    auto connection = MysqlFixture().connection();
    connection.username = "partial";
    connection.password = Secret("x");
    CHECK(error_of([&] { read_whole(connection, {.database = "shop", .table = "parts"}); }).error_class() ==
          ErrorClass::auth);
    CHECK(read_whole(connection, {.database = "shop", .request = "SELECT a FROM parts"}).rows.empty());
}

TEST_CASE("a parameter of a request is refused") {
    for (const std::string name : {"?", ":id", "@id"}) {
        const auto error = error_of([&] { read_request("SELECT 1 FROM DUAL WHERE 1 = " + name); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK(error.what() == "invalid request: the parameter '" + name + "' has no value");
    }
}

TEST_CASE("a name that the server would change is not found") {
    shared_mariadb_server().query("CREATE OR REPLACE TABLE `?` (n INT);");
    for (const auto& name : {std::string("😀"), std::string(65, 'n'), std::string("unnamed ")}) {
        CAPTURE(name);
        const auto error = error_of([&] { read_table(name); });
        CHECK(error.error_class() == ErrorClass::not_found);
        CHECK_THAT(error.what(), Catch::StartsWith("invalid table: "));
    }
}

TEST_CASE("a table that is being read cannot be emptied") {
    shared_mariadb_server().query("CREATE OR REPLACE TABLE held AS SELECT seq AS n FROM seq_1_to_100000;");
    Cancellation cancellation;
    const auto source = sources::open_source(MysqlFixture().connection(), cancellation);
    CallbackSink sink([&](auto) {
        if (sink.count == 1)
            CHECK_THROWS_WITH(shared_mariadb_server().query("SET lock_wait_timeout = 0; TRUNCATE held;"),
                              Catch::Contains("Lock wait timeout"));
    });
    source->read({.database = "shop", .table = "held"}, {}, sink);
    CHECK(sink.count == 100'000);
}

TEST_CASE("a table that is changed before it is read is read as it is then") {
    auto& server = shared_mariadb_server();
    server.query("CREATE OR REPLACE TABLE altered AS SELECT seq AS n FROM seq_1_to_10;");
    Cancellation cancellation;
    const auto target = sources::mysql::parse_target(MysqlFixture().connection());
    sources::mysql::Client other(target, cancellation);
    other.connect();
    other.execute("LOCK TABLES shop.altered WRITE");
    TableSink found;
    std::thread reader([&] { found = read_table("altered"); });
    const auto waiting =
        "SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table metadata lock%';";
    while (trim(server.query(waiting)) != "1") {
    }
    other.execute("ALTER TABLE shop.altered ADD COLUMN m VARCHAR(9) DEFAULT 'new'");
    other.execute("DELETE FROM shop.altered WHERE n > 5");
    other.execute("UNLOCK TABLES");
    reader.join();
    CHECK(found.names() == std::vector<std::string>{"n", "m"});
    CHECK(found.rows.size() == 5);
    CHECK(found.rows.front() == TableSink::Row{"1", "new"});
}

TEST_CASE("the connector's time zone is that of views and requests, and tables stay in UTC") {
    auto& server = shared_mariadb_server();
    server.query(
        "SET time_zone = '+00:00'; CREATE OR REPLACE TABLE zoned (t TIMESTAMP NULL); INSERT INTO zoned VALUES "
        "('2020-07-01 00:00:00'); CREATE OR REPLACE VIEW zoned_view AS SELECT t, HOUR(t) AS h FROM zoned;");
    auto there = MysqlFixture().connection();
    const Location view{.database = "shop", .table = "zoned_view"};
    const Location request{.database = "shop",
                           .request = "SELECT t, HOUR(t), HOUR(FROM_UNIXTIME(0)) FROM zoned"};
    CHECK(read_whole(there, view).rows == Rows{{"2020-07-01T00:00:00Z", "0"}});
    there.options["time_zone"] = "+5:30";
    CHECK(read_whole(there, view).rows == Rows{{"2020-07-01T05:30:00+05:30", "5"}});
    CHECK(read_whole(there, request).rows == Rows{{"2020-07-01T05:30:00+05:30", "5", "5"}});
    CHECK(read_whole(there, {.database = "shop", .table = "zoned"}).rows == Rows{{"2020-07-01T00:00:00Z"}});
    there.options["time_zone"] = "No/Where";
    const auto error = error_of([&] { read_whole(there, request); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.hint(), Catch::Contains("+02:00"));
    const auto run = run_test(there, std::nullopt);
    CHECK(run.last().name == "auth");
    REQUIRE(run.error);
    CHECK(run.error->hint() == error.hint());
}

TEST_CASE("the wait for a locked table ends") {
    shared_mariadb_server().query("CREATE OR REPLACE TABLE locked (n INT);");
    Cancellation cancellation;
    auto connection = MysqlFixture().connection();
    const auto target = sources::mysql::parse_target(connection);
    sources::mysql::Client other(target, cancellation);
    other.connect();
    other.execute("LOCK TABLES shop.locked WRITE");
    connection.wait_limit = std::chrono::milliseconds(500);
    const auto error = error_of([&] { read_whole(connection, {.database = "shop", .table = "locked"}); });
    CHECK(error.error_class() == ErrorClass::unreachable);
    CHECK_THAT(error.what(), Catch::Contains("Lock wait timeout"));
}

TEST_CASE("a request that the server does not understand is invalid, and the hint says what to do") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"SELECT nothing FROM DUAL", "list the columns"},
        {"SELECT 1 UNION SELECT 1, 2", "UNION"},
        {"SELECT 1 FROM DUAL WHERE", "SQL mode"}};
    for (const auto& [request, hint] : cases) {
        CAPTURE(request);
        const auto error = error_of([&] { read_request(request); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.hint(), Catch::Contains(hint));
    }
}

TEST_CASE("a broken view is invalid, and the hint says why") {
    shared_mariadb_server().query(
        "CREATE OR REPLACE TABLE gone (n INT); CREATE OR REPLACE VIEW broken AS SELECT n FROM gone;"
        "DROP TABLE gone;");
    const auto error = error_of([] { read_table("broken"); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.hint(), Catch::Contains("view"));
    CHECK(error_of([] { read_request("SELECT no_such_function(1)"); }).error_class() == ErrorClass::invalid);
    CHECK(error_of([] { read_request("SELECT 'a' COLLATE no_such_collation"); }).error_class() ==
          ErrorClass::invalid);
}
