#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/table_writing.hpp"
#include "core/text.hpp"
#include "sources/mysql/fixture.hpp"
#include "sources/registry.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Location;

namespace {

/// Settings of the server; they have their defaults again at the end.
class ServerSettings {
  public:
    ServerSettings(std::initializer_list<std::pair<std::string, std::string>> settings)
        : settings_(settings) {
        for (const auto& [name, value] : settings_)
            shared_mariadb_server().query(fmt::format("SET GLOBAL {} = {};", name, value));
    }
    ~ServerSettings() {
        for (const auto& setting : settings_)
            shared_mariadb_server().query(fmt::format("SET GLOBAL {} = DEFAULT;", setting.first));
    }
    ServerSettings(const ServerSettings&) = delete;
    ServerSettings& operator=(const ServerSettings&) = delete;

  private:
    std::vector<std::pair<std::string, std::string>> settings_;
};

std::string query(const std::string& statements) {
    return std::string(trim(shared_mariadb_server().query(statements)));
}

/// As a user with no right but those on the database: init_connect runs for such a one.
sources::Connection ordinary_connection() {
    query("CREATE OR REPLACE USER ordinary@'%' IDENTIFIED BY 'x'; GRANT ALL ON shop.* TO ordinary@'%';");
    auto connection = MysqlFixture().connection();
    connection.username = "ordinary";
    connection.password = Secret("x");
    return connection;
}

}  // namespace

TEST_CASE("settings of the server do not change what is read") {
    const auto connection = ordinary_connection();
    query(
        "CREATE OR REPLACE TABLE settled AS SELECT seq AS n FROM seq_1_to_100;"
        "CREATE OR REPLACE TABLE versioned (n INT) WITH SYSTEM VERSIONING; INSERT INTO versioned VALUES (1), (2);");
    const ServerSettings settings{
        {"sql_select_limit", "2"},
        {"max_join_size", "3"},
        {"sql_big_selects", "0"},
        {"group_concat_max_len", "4"},
        {"max_recursive_iterations", "3"},
        {"lc_time_names", "'de_DE'"},
        {"div_precision_increment", "1"},
        {"default_week_format", "3"},
        {"sql_mode", "'TRADITIONAL,ANSI_QUOTES'"},
        {"completion_type", "2"},
        {"max_statement_time", "60"},
        {"idle_transaction_timeout", "1"},
        {"system_versioning_asof", "'2020-01-01'"},
        {"old_mode", "'ZERO_DATE_TIME_CAST'"},
        {"default_regex_flags", "'EXTENDED'"},
        {"max_error_count", "0"},
        {"init_connect", "'SET sql_select_limit = 1, timestamp = 1, last_insert_id = 7'"}};
    CHECK(read_whole(connection, {.database = "shop", .table = "settled"}).rows.size() == 100);
    CHECK(read_whole(connection, {.database = "shop", .table = "versioned"}).rows.size() == 2);
    const auto request = read_whole(
        connection,
        {.database = "shop",
         .request =
             "SELECT (SELECT COUNT(*) FROM settled a, settled b), LENGTH((SELECT GROUP_CONCAT(n) FROM settled)),"
             " (WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 50) SELECT COUNT(*) FROM r),"
             " MONTHNAME('2020-05-01'), 1 / 3, WEEK('2021-01-03'), \"text\", @@max_statement_time = 0,"
             " NOW() > '2020-01-01', CAST(TIME'10:00:00' AS DATETIME) > '2020-01-01', LAST_INSERT_ID(),"
             " 'ab' REGEXP 'a b'"});
    CHECK(request.rows ==
          Rows{{"10000", "291", "50", "May", "0.3333", "1", "text", "1", "1", "1", "0", "0"}});
    CHECK(error_of([&] {
              read_whole(connection, {.request = "SELECT REPEAT('x', 20000000)"});
          }).error_class() == ErrorClass::integrity);
}

TEST_CASE("settings of the server do not change what is listed") {
    const auto connection = ordinary_connection();
    query("CREATE OR REPLACE TABLE listed_one (a INT, b INT); CREATE OR REPLACE TABLE listed_two (a INT);");
    Cancellation cancellation;
    const auto source = sources::open_source(connection, cancellation);
    const auto databases = source->list("").size();
    const auto tables = source->list("shop").size();
    CHECK(databases >= 2);
    CHECK(tables >= 2);
    const ServerSettings settings{{"sql_select_limit", "1"}};
    CHECK(source->list("").size() == databases);
    CHECK(source->list("shop").size() == tables);
    CHECK(source->list("shop/listed_one").size() == 2);
    CHECK_THAT(run_test(connection, std::nullopt).last().message,
               Catch::StartsWith(fmt::format("{} ", databases)));
}

TEST_CASE("settings of the server do not change what is written") {
    const auto connection = ordinary_connection();
    query(
        "DROP TABLE IF EXISTS made_new, child; CREATE OR REPLACE TABLE parent (id INT PRIMARY KEY);"
        "CREATE TABLE child (p INT, FOREIGN KEY (p) REFERENCES parent (id));"
        "CREATE OR REPLACE TABLE checked (n INT CHECK (n < 10), d DECIMAL(3,1), id INT AUTO_INCREMENT PRIMARY KEY,"
        " t DATETIME DEFAULT CURRENT_TIMESTAMP);");
    const ServerSettings settings{{"sql_mode", "'TRADITIONAL'"},
                                  {"tx_read_only", "1"},
                                  {"default_storage_engine", "'MyISAM'"},
                                  {"check_constraint_checks", "0"},
                                  {"foreign_key_checks", "0"},
                                  {"sql_notes", "0"},
                                  {"note_verbosity", "''"},
                                  {"init_connect", "'SET timestamp = 1, insert_id = 50, sql_if_exists = 1'"}};
    const auto write = [&](const std::string& table, const std::string& column, const std::string& value) {
        write_rows(connection, {.database = "shop", .table = table}, {column}, {{value}});
    };
    const auto refusal = [&](const std::string& table, const std::string& column, const std::string& value) {
        return error_of([&] { write(table, column, value); }).error_class();
    };
    CHECK(refusal("checked", "n", "10") == ErrorClass::invalid);
    CHECK(refusal("checked", "d", "1.25") == ErrorClass::invalid);
    CHECK(refusal("child", "p", "1") == ErrorClass::invalid);
    CHECK(query("SELECT COUNT(*) FROM checked; SELECT COUNT(*) FROM child;") == "0\n0");
    write("checked", "n", "9");
    CHECK(query("SELECT n, t > '2020-01-01', id < 50 FROM checked;") == "9\t1\t1");
    write("made_new", "n", "1");
    CHECK(query("SELECT engine FROM information_schema.tables WHERE table_name = 'made_new';") == "InnoDB");
}

TEST_CASE("a server whose init_connect fails is reported in its own words") {
    const auto connection = ordinary_connection();
    const ServerSettings settings{{"init_connect", "'SET no_such_variable = 1'"}};
    const auto check = [](const Error& error) {
        CHECK(error.error_class() == ErrorClass::unreachable);
        CHECK_THAT(error.what(), Catch::Contains("init_connect command failed"));
        CHECK_THAT(error.hint(), Catch::Contains("init_connect"));
    };
    check(error_of([&] { read_whole(connection, {.request = "SELECT 1"}); }));
    check(error_of([&] { write_rows(connection, {.database = "shop", .table = "never"}, {"n"}, {{"1"}}); }));
    Cancellation cancellation;
    check(error_of([&] { sources::open_source(connection, cancellation)->list(""); }));
    const auto run = run_test(connection, std::nullopt);
    CHECK(run.last().name == "auth");
    REQUIRE(run.error);
    check(*run.error);
}
