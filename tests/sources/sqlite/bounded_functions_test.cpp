#include <catch2/catch.hpp>

#include "contract/table_writing.hpp"
#include "core/text.hpp"
#include "sources/sqlite/fixture.hpp"
#include "sqlite/sqlite.hpp"
#include "support/command.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

TableSink read(const SqliteFile& file, const std::string& request) {
    return read_whole(file.connection(), {.request = request});
}

}  // namespace

TEST_CASE("the functions of SQLite whose time is bounded give the results of its own") {
    const SqliteFile file;
    file.run("CREATE TABLE t(x);");
    for (const std::string expression : {"instr('abcab', 'ab')",
                                         "instr('abc', 'x')",
                                         "instr(x'616263', x'63')",
                                         "instr('é1é2', 'é2')",
                                         "instr(121, 2)",
                                         "instr(NULL, 'a')",
                                         "replace('aaa', 'a', 'bb')",
                                         "replace('aaa', '', 'b')",
                                         "replace(12, 1, 'x')",
                                         "replace('a' || char(0) || 'b', 'b', 'c')",
                                         "replace('a', 'a', NULL)",
                                         "trim('xyaxy', 'yx')",
                                         "ltrim('xxaxx', 'x')",
                                         "rtrim('xxaxx', 'x')",
                                         "trim('éaé', 'é')",
                                         "'Abc' LIKE 'aB%'",
                                         "'É' LIKE 'é'",
                                         "'a_c' LIKE 'a!_c' ESCAPE '!'",
                                         "'abc' LIKE 'a!_c' ESCAPE '!'",
                                         "NULL LIKE 'a'",
                                         "x'61' LIKE 'a'",
                                         "12 NOT LIKE '1_'",
                                         "'abc' GLOB 'a[b-d]*'",
                                         "'Abc' GLOB 'a*'",
                                         "trim('  a ')",
                                         R"(json_patch('{"a":1,"b":2}', '{"b":null,"c":3}'))",
                                         R"(json_array(json_patch('{}', '{"a":1}')))"}) {
        CAPTURE(expression);
        const auto request = "SELECT typeof(" + expression + "), quote(" + expression + ")";
        const auto rows = read(file, request).rows;
        CHECK(rows.at(0).at(0).value_or("") + "|" + rows.at(0).at(1).value_or("") ==
              std::string(trim(run_command({"sqlite3", file.path(), request}).output)));
    }
    for (const std::string wrong : {"json_patch('{', '{}')", "'a' LIKE 'a' ESCAPE 'ab'"}) {
        CAPTURE(wrong);
        const auto error = error_of([&] { static_cast<void>(read(file, "SELECT " + wrong)); });
        CHECK(error.error_class() == ErrorClass::invalid);
    }
}

TEST_CASE("a request whose function would compute for long on its own values is refused") {
    const SqliteFile file;
    file.run("CREATE TABLE t(x);");
    const auto repeat = [](int count) { return "printf('%.*c', " + std::to_string(count) + ", 'a')"; };
    const auto text = repeat(3'000'000);
    const auto part = repeat(5'000);
    for (const auto& expression :
         {"instr(" + text + ", " + part + " || 'b')", "replace(" + text + ", " + part + " || 'b', '')",
          "trim(" + text + ", " + part + ")", "ltrim(" + text + ", " + part + ")",
          "rtrim(" + text + ", " + part + ")", text + " LIKE " + part, text + " LIKE " + part + " ESCAPE '!'",
          text + " GLOB " + part, "json_patch(" + text + ", " + part + ")"}) {
        CAPTURE(expression);
        const auto error = error_of([&] { static_cast<void>(read(file, "SELECT " + expression)); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains("of values so large would take too long"));
    }
    CHECK(read(file, "SELECT instr(" + text + " || 'b', 'b')").rows == Rows{{"3000001"}});
}

TEST_CASE("a request that grows while it is prepared ends when SQLite has taken its share of the memory") {
    const SqliteFile file;
    file.run("CREATE TABLE t(x); INSERT INTO t VALUES (1);");
    const auto doubled = [](int times) {
        std::string request = "WITH c0(x) AS (SELECT 1)";
        for (int at = 1; at <= times; ++at) {
            const auto before = "(SELECT x FROM c" + std::to_string(at - 1) + ")";
            request += ", c" + std::to_string(at) + "(x) AS (SELECT " + before + " + " + before + ")";
        }
        return request + " SELECT x FROM c" + std::to_string(times);
    };
    CHECK(read(file, doubled(6)).rows == Rows{{"64"}});
    const auto usual = sqlite3_hard_heap_limit64(sqlite3_memory_used() + (sqlite3_int64{50} << 20U));
    CHECK(usual > 0);
    CHECK(usual <= sqlite3_int64{2} << 30U);
    const auto error = error_of([&] { static_cast<void>(read(file, doubled(40))); });
    sqlite3_hard_heap_limit64(usual);
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.what(), Catch::Contains("out of memory"));
    CHECK(read(file, "SELECT x FROM t").rows == Rows{{"1"}});
}
