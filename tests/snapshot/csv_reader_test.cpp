#include "snapshot/csv_reader.hpp"

#include <array>
#include <fstream>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "snapshot/csv_encoder.hpp"
#include "snapshot/rows.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using snapshot::CsvReader;
using snapshot::CsvRow;

namespace {

struct CsvText final : ByteSink {
    void write(std::string_view bytes) override { text += bytes; }
    std::string text;
};

class CsvFile {
  public:
    explicit CsvFile(const std::string& text) { std::ofstream(path(), std::ios::binary) << text; }
    [[nodiscard]] std::filesystem::path path() const { return folder_ / "data.csv"; }

  private:
    testing::TemporaryDirectory folder_;
};

std::vector<CsvRow> rows_of(const std::string& text) {
    const CsvFile file(text);
    CsvReader reader(file.path());
    std::vector<CsvRow> rows;
    while (auto row = reader.next()) rows.push_back(*row);
    CHECK_FALSE(reader.next());
    return rows;
}

}  // namespace

TEST_CASE("a CSV of ours reads back, NULL apart from the empty text") {
    struct Case {
        std::string text;
        std::vector<CsvRow> rows;
    };
    const std::vector<Case> table{
        {"a,b\r\n", {}},
        {"a,b\r\n1,2\r\n", {{"1", "2"}}},
        {"a,b\r\n,\"\"\r\n\"\",\r\n", {{std::nullopt, ""}, {"", std::nullopt}}},
        {"a\r\n\r\n\"\"\r\n\r\n", {{std::nullopt}, {""}, {std::nullopt}}},
        {"a\r\n\"x\"\"y\"\r\n\"\"\"\"\r\n", {{"x\"y"}, {"\""}}},
        {"a,b\r\n\"1\r\n2,\",\"\r\"\r\n", {{"1\r\n2,", "\r"}}},
        {"a\r\né漢\r\n  \r\n", {{"é漢"}, {"  "}}},
        {"a\r\n\\x00ff\r\n", {{"\\x00ff"}}},
        {"\r\n\r\n\r\n", {{}, {}}},
    };
    for (const auto& [text, rows] : table) {
        CAPTURE(text);
        CHECK(rows_of(text) == rows);
    }
}

TEST_CASE("a text that must not be taken for another kind is in quotes, and known by them") {
    const testing::TemporaryDirectory folder;
    const auto path = folder / "marked.csv";
    CsvText sink;
    snapshot::CsvEncoder encoder(sink);
    const std::vector<sources::Column> columns{testing::column("a", sources::ValueKind::any),
                                               testing::column("b", sources::ValueKind::any)};
    encoder.columns(columns);
    const std::string large(10'000, '7');
    encoder.row(std::vector{sources::Value{"12", 2}, sources::Value{"12", 2, true}});
    encoder.row(std::vector{sources::Value{"\\x41", 4, true}, sources::Value{"\\x41", 4}});
    encoder.row(std::vector{sources::Value{large.data(), large.size(), true}, sources::Value{"x", 1}});
    encoder.finish();
    CHECK(sink.text.starts_with("a,b\r\n12,\"12\"\r\n\"\\x41\",\\x41\r\n\"777"));
    std::ofstream(path, std::ios::binary) << sink.text;
    snapshot::CsvReader reader(path);
    const std::vector<std::array<bool, 2>> quoted{{false, true}, {true, false}, {true, false}};
    for (const auto& expected : quoted) {
        REQUIRE(reader.next());
        CHECK(reader.was_quoted(0) == expected[0]);
        CHECK(reader.was_quoted(1) == expected[1]);
    }
}

TEST_CASE("the header is the column names") {
    const std::vector<std::pair<std::string, std::vector<std::string>>> table{
        {"a,b\r\n", {"a", "b"}},
        {"\"a,\"\"b\",\"\"\r\n", {"a,\"b", ""}},
        {"\"\"\r\n", {""}},
        {"\r\n", {}},
    };
    for (const auto& [text, header] : table) {
        CAPTURE(text);
        CHECK(CsvReader(CsvFile(text).path()).header() == header);
    }
}

TEST_CASE("what we never write is refused, with the file and the record") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "it is empty"},
        {"a", "record 1: the file ends in it"},
        {"a\n1\n", "record 1: a value is not followed by a comma or a line end"},
        {"a\r", "record 1: a value is not followed by a comma or a line end"},
        {"a\r\nb", "record 2: the file ends in it"},
        {"a\r\n\"b", "record 2: the file ends in a quoted value"},
        {"a\r\n\"b\"\"", "record 2: the file ends in a quoted value"},
        {"a\r\n\"b\"", "record 2: the file ends in it"},
        {"a\r\n\"b\"c\r\n", "record 2: a value is not followed by a comma or a line end"},
        {"a\r\nb\"c\r\n", "record 2: a value is not followed by a comma or a line end"},
        {"a\r\n1\r\n2\rx\r\n", "record 3: a value is not followed by a comma or a line end"},
        {"a,b\r\n1\r\n", "record 2: it has 1 values, not 2"},
        {"a,b\r\n1,2,3\r\n", "record 2: it has 3 values, not 2"},
        {"\r\n1\r\n", "record 2: it has 1 values, not 0"},
    };
    for (const auto& [text, reason] : table) {
        CAPTURE(text);
        const CsvFile file(text);
        try {
            CsvReader reader(file.path());
            while (reader.next()) {
            }
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::integrity);
            CHECK(std::string(error.what()) == "cannot read " + file.path().string() + ": " + reason);
        }
    }
}

TEST_CASE("values that lie across the reader's chunks read back whole") {
    // A record of 7 bytes moves through every position relative to the chunks of 64 KiB.
    std::string text = "a,b\r\n";
    std::vector<CsvRow> rows;
    for (int i = 0; i < 70'000; ++i) {
        text += i % 2 == 0 ? "\"\"\"\",\r\n" : "x,\"\"\r\n";
        rows.push_back(i % 2 == 0 ? CsvRow{"\"", std::nullopt} : CsvRow{"x", ""});
    }
    CHECK((rows_of(text) == rows));
}

TEST_CASE("a record larger than the limit is refused before it fills the memory") {
    for (const std::string& value : {std::string(300'000, 'x'), '"' + std::string(300'000, '"') + '"'}) {
        const CsvFile file("a\r\n" + value + "\r\n");
        CHECK(CsvReader(file.path(), 400'000).next().has_value());
        CsvReader reader(file.path(), 100'000);
        try {
            reader.next();
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::invalid);
            CHECK(std::string(error.what()) ==
                  "cannot read " + file.path().string() + ": record 2 is larger than 97.7 KiB");
        }
    }
}

TEST_CASE("a record of any size that a system sends is read") {
    const std::size_t size = std::size_t{65} << 20U;
    const CsvFile file("a\r\n" + std::string(size, 'x') + "\r\n");
    CHECK(CsvReader(file.path()).next().value().at(0)->size() == size);
}

TEST_CASE("a dataset that is not there is not found") {
    const testing::TemporaryDirectory folder;
    try {
        CsvReader reader(folder / "none.csv");
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::not_found);
    }
}
