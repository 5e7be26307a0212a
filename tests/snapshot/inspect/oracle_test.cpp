#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "snapshot/inspect/file_inspector.hpp"
#include "snapshot/inspect/inspection.hpp"
#include "support/command.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using namespace std::string_literals;

namespace {

/// What the sqlite3 program finds in a csv: its rows, and the rows whose value in the column is not empty.
std::string imported(const std::string& csv, const std::string& separator, const std::string& query) {
    const testing::TemporaryDirectory folder;
    std::ofstream(folder / "a.csv", std::ios::binary) << csv;
    const auto script = ".mode csv\n.separator \"" + separator + "\" \"\\n\"\n.import '" +
                        (folder / "a.csv").string() + "' t\n" + query + "\n";
    const auto result = testing::run_command({"sqlite3", "-bail", ":memory:"}, script);
    REQUIRE(result.exit_code == 0);
    return result.output.substr(0, result.output.find_last_not_of("\r\n") + 1);
}

/// A csv that has at least one odd thing in each row, and no empty line: sqlite3 takes that for a row.
std::string random_csv(std::mt19937& random, char separator, std::size_t rows) {
    const std::vector<std::string> fields{
        "x",        "1",           "\"\"",      "\"a\nb\"", "\"\"\"\"\"x\"",
        "5\"",      "\"q\"\"uo\"", "é",         " ",        "\"a" + std::string(1, separator) + "b\"",
        "\"s\"t\"", "-1.5e3",      "2024-01-01"};
    std::string text;
    for (int column = 0; column < 5; ++column) {
        if (column > 0) text += separator;
        text += "name_" + std::to_string(column);
    }
    text += '\n';
    for (std::size_t row = 0; row < rows; ++row) {
        for (int column = 0; column < 5; ++column) {
            if (column > 0) text += separator;
            text += fields[random() % fields.size()];
        }
        text += '\n';
    }
    return text;
}

}  // namespace

TEST_CASE("rows and columns are those that sqlite3 imports") {
    std::mt19937 random(7);
    for (const char separator : {',', ';', '|', '\t'}) {
        for (const std::size_t rows : std::vector<std::size_t>{1, 10, 500, 20'000}) {
            const auto csv = random_csv(random, separator, rows);
            const std::string name = separator == '\t' ? "\\t" : std::string(1, separator);
            const auto findings = testing::inspect("a.csv", csv);
            CAPTURE(separator, rows);
            CHECK(findings.separator == separator);
            CHECK(std::to_string(findings.rows) == imported(csv, name, "SELECT count(*) FROM t;"));
            std::string names;
            for (const auto& column : findings.schema) names += (names.empty() ? "" : " ") + column.name;
            CHECK(names ==
                  imported(csv, name,
                           ".mode list\nSELECT group_concat(name, ' ') FROM pragma_table_info('t');"));
        }
    }
}

TEST_CASE("a preview's values are those that sqlite3 imports") {
    std::mt19937 random(8);
    for (int round = 0; round < 20; ++round) {
        const auto csv = random_csv(random, ',', 50);
        testing::KeptRows kept;
        snapshot::FileInspector inspector("a.csv", {.separator = ','}, {.sink = &kept, .rows = 50});
        inspector.write(csv);
        inspector.finish();
        std::string ours;
        for (const auto& row : kept.rows) {
            for (const auto& value : row) ours += "[" + value.value_or("") + "]";
        }
        const auto theirs =
            imported(csv, ",",
                     ".mode list\nSELECT group_concat('['||name_0||']['||name_1||']['||name_2||']['||"
                     "name_3||']['||name_4||']', '') FROM t;");
        CAPTURE(csv);
        CHECK(ours == theirs);
    }
}

TEST_CASE("rows are the lines that wc counts, less the header") {
    std::string csv = "id,name,value\n";
    for (int i = 0; i < 200'000; ++i) csv += std::to_string(i) + ",name " + std::to_string(i) + ",1.5\n";
    const auto lines = testing::run_command({"wc", "-l"}, csv).output;
    CHECK(std::to_string(testing::inspect("a.csv", csv).rows + 1) == lines.substr(0, lines.find('\n')));
    CHECK(testing::described(testing::inspect("a.csv", csv).schema) ==
          "id integer, name text, value decimal");
}

TEST_CASE("ten thousand columns are told, with names longer than what is read at once") {
    std::string csv;
    for (int i = 0; i < 10'000; ++i)
        csv += (i > 0 ? "," : "") + "a rather long name of a column "s + std::to_string(i);
    csv += '\n';
    for (int row = 0; row < 3; ++row) {
        for (int i = 0; i < 10'000; ++i) csv += (i > 0 ? "," : "") + std::to_string(row * i);
        csv += '\n';
    }
    const auto findings = testing::inspect("a.csv", csv);
    CHECK(findings.note.empty());
    CHECK(findings.header);
    CHECK(findings.rows == 3);
    REQUIRE(findings.schema.size() == 10'000);
    CHECK(findings.schema[9999].name == "a rather long name of a column "s + "9999");
    CHECK(findings.schema[9999].type == "integer");
}
