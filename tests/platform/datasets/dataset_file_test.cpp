#include "platform/datasets/dataset_file.hpp"

#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/error.hpp"
#include "model/codec.hpp"
#include "model/file_name.hpp"
#include "platform/datasets/file_format.hpp"
#include "platform/datasets/row_sinks.hpp"
#include "snapshot/inspect/dialect_table.hpp"
#include "snapshot/inspect/file_inspector.hpp"
#include "support/command.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;

namespace {

std::string text_of(const model::Sample& sample) {
    auto text = fmt::format("{}", fmt::join(sample.columns, " "));
    for (const auto& row : sample.rows) {
        text += " /";
        for (const auto& cell : row) text += ' ' + cell.value_or("NULL");
    }
    return text;
}

/// A file of that name, and the dataset that a snapshot of it would be.
class KeptFile {
  public:
    KeptFile(const std::string& name, const std::string& bytes, const model::FileFormat& format = {})
        : path_(folder_ / "kept") {
        std::ofstream(path_, std::ios::binary) << bytes;
        snapshot::FileInspector inspector(name, platform::parse_format(format));
        inspector.write(bytes);
        const auto findings = inspector.finish();
        dataset_.bytes = bytes.size();
        dataset_.rows = findings.rows;
        schema_ = findings.schema;
        dataset_.file = platform::describe_file(name, findings);
    }

    /// "a b / 1 x / 2 NULL"
    [[nodiscard]] std::string head(std::optional<std::uint64_t> limit) const {
        platform::SampleSink sink;
        platform::read_dataset_rows(path_, dataset_, limit, sink, Cancellation());
        return text_of(sink.sample());
    }

    [[nodiscard]] std::uint64_t rows() const { return dataset_.rows.value_or(0); }
    [[nodiscard]] const std::vector<sources::Column>& schema() const { return schema_; }

    [[nodiscard]] const model::DatasetFile& file() const { return dataset_.file; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    testing::TemporaryDirectory folder_;
    std::filesystem::path path_;
    model::Dataset dataset_;
    std::vector<sources::Column> schema_;
};

/// By a program that is not ours.
std::string packed(const std::vector<std::string>& command, const std::string& bytes) {
    return testing::run_command(command, bytes).output;
}

ErrorClass class_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.error_class();
    }
    throw std::logic_error("no error");
}

}  // namespace

TEST_CASE("the first rows of a file are read as its form was told, whatever it is") {
    const std::string csv = "a,b\n1,x\n2,\n3,\"\"\n";
    const std::string rows = "a b / 1 x / 2 NULL";
    CHECK(KeptFile("t.csv", csv).head(2) == rows);
    CHECK(KeptFile("t.csv", csv).head(0) == "a b");
    CHECK(KeptFile("t.csv", csv).head(10) == rows + " / 3 ");
    CHECK(KeptFile("t.csv", csv).head(std::nullopt) == rows + " / 3 ");
    CHECK(KeptFile("t.tsv", "a\tb\n1\tx\n2\t\n").head(2) == rows);
    CHECK(KeptFile("t", "a;b\r\n1;x\r\n2;\r\n").head(2) == rows);
    CHECK(KeptFile("t.jsonl", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2}\n").head(2) == rows);
    CHECK(KeptFile("t.csv.gz", packed({"gzip", "-c"}, csv)).head(2) == rows);
    CHECK(KeptFile("t.csv.zst", packed({"zstd", "-c"}, csv)).head(2) == rows);
    CHECK(KeptFile("t.zip", packed({"zip", "-q", "-", "-"}, csv)).head(2) == rows);
    CHECK(KeptFile("t.csv", "a,b\n1,\xE9\n").head(2) == "a b / 1 \xC3\xA9");
}

TEST_CASE("what the user said of a file holds when its rows are read again") {
    CHECK(KeptFile("t.csv", "1,2\n3,4\n", {.header = true}).head(5) == "1 2 / 3 4");
    CHECK(KeptFile("t.csv", "a,b\nc,d\n", {.header = false}).head(5) == "column_1 column_2 / a b / c d");
    CHECK(KeptFile("t.txt", "a,b:c\n1,2:3\n", {.separator = ":"}).head(5) == "a,b c / 1,2 3");
    CHECK(KeptFile("t.txt", "a\tb\n1\t2\n", {.separator = "tab"}).head(5) == "a b / 1 2");
    CHECK(KeptFile("t.csv", "a,b\n'1,2',3\n", {.quote = "'"}).head(5) == "a b / 1,2 3");
    CHECK(KeptFile("t.csv", "a,b\n\"1,2\"\n", {.quote = "none"}).head(5) == "a b / \"1 2\"");
    CHECK(KeptFile("t.csv", "a,b\n'x',\\N\n", {.quote = "'", .escape = "\\"}).head(5) == "a b / x NULL");
    CHECK(KeptFile("t.csv", "%x\na,b\n%y\n1,2\n", {.comment = "%"}).head(5) == "a b / 1 2");
    CHECK(KeptFile("t.csv", "# x\na,b\n1,2\n", {.comment = "none", .skip = 0}).head(5) == "# x / a / 1");
    CHECK(KeptFile("t.csv", "x,y\na,b\n1,2\n", {.skip = 1}).head(5) == "a b / 1 2");
    CHECK(KeptFile("t.csv", "a,b\n\x8a\xbf,1\n", {.encoding = "CP932"}).head(5) == "a b / 漢 1");
    CHECK(KeptFile("t.jsonl", "{\"a\":\"\xA4\"}\n", {.encoding = "ISO-8859-15"}).head(5) == "a / €");
    CHECK(KeptFile("t.csv", "a,b\n\xA4,1\n", {.encoding = "ISO-8859-1"}).head(5) == "a b / \xC2\xA4 1");
}

TEST_CASE("preview, head, schema and show agree on each file of the table") {
    const std::filesystem::path folder = PREVISION_DIALECTS_FOLDER;
    for (const auto& truth : testing::dialect_table(folder)) {
        const auto bytes = testing::read_bytes(folder / truth.file);
        CAPTURE(truth.file);
        const KeptFile kept(truth.file, bytes);
        CHECK(kept.file().type == truth.type);
        platform::SampleContent content(1000, {});
        content.file({.name = truth.file}).write(bytes);
        if (truth.type == "other") {
            CHECK(class_of([&] { static_cast<void>(content.finish()); }) == ErrorClass::invalid);
            CHECK(class_of([&] { static_cast<void>(kept.head(1)); }) == ErrorClass::invalid);
            continue;
        }
        const auto& preview = content.finish();
        CHECK(preview.columns == truth.names);
        CHECK(preview.rows.size() == truth.rows);
        CHECK(kept.rows() == truth.rows);
        CHECK(text_of(preview) == kept.head(1000));
        REQUIRE(preview.schema.size() == kept.schema().size());
        for (std::size_t i = 0; i < preview.schema.size(); ++i) {
            CHECK(preview.schema[i].name == kept.schema()[i].name);
            CHECK(preview.schema[i].type == kept.schema()[i].type);
            CHECK(preview.schema[i].nullable == kept.schema()[i].nullable);
        }
    }
}

TEST_CASE("a file without rows is refused with what it is, and what is damaged as such") {
    const KeptFile binary("t.parquet", std::string("PAR1\0\1\2", 7));
    CHECK(binary.file().note == "it is a Parquet file");
    CHECK_THROWS_WITH(binary.head(1), "cannot show the rows of t.parquet: it is a Parquet file");
    CHECK(class_of([&] { static_cast<void>(binary.head(1)); }) == ErrorClass::invalid);
    const KeptFile shorter("t.csv", "a,b\n1,2\n");
    std::filesystem::resize_file(shorter.path(), 3);
    CHECK(class_of([&] { static_cast<void>(shorter.head(1)); }) == ErrorClass::integrity);
}

TEST_CASE("all rows of a file are had only where each is as the others") {
    const KeptFile uneven("t.csv", "a,b\n1,2\n3\n");
    CHECK(uneven.head(2) == "a b / 1 2 / 3 NULL");
    CHECK(class_of([&] { static_cast<void>(uneven.head(std::nullopt)); }) == ErrorClass::invalid);
    const KeptFile open("t.csv", "a,b\n1,\"2\n");
    CHECK(class_of([&] { static_cast<void>(open.head(std::nullopt)); }) == ErrorClass::invalid);
    std::string lines;
    for (int i = 0; i < 10'000; ++i) lines += "{\"a\":1}\n";
    CHECK_NOTHROW(KeptFile("t.jsonl", lines).head(std::nullopt));
    const KeptFile late_key("t.jsonl", lines + "{\"a\":1,\"b\":2}\n");
    CHECK(class_of([&] { static_cast<void>(late_key.head(std::nullopt)); }) == ErrorClass::invalid);
}

TEST_CASE("a value of some megabytes is read whole, and rows beyond all bounds are refused") {
    const std::string large(3 << 20, 'x');
    CHECK(KeptFile("t.csv", "a,b\n" + large + ",\"" + large + "\"\n").head(std::nullopt) ==
          "a b / " + large + " " + large);
    const std::string larger(17 << 20, 'x');
    const KeptFile beyond("t.csv", "a,b\n" + larger + ",1\n");
    CHECK(class_of([&] { static_cast<void>(beyond.head(std::nullopt)); }) == ErrorClass::invalid);
    std::string rows = "a\n";
    for (int i = 0; i < 30; ++i) rows += large + "\n";
    const KeptFile many("t.csv", rows);
    CHECK_NOTHROW(many.head(10));
    CHECK_THROWS_WITH(many.head(30), Catch::Contains("larger than 64"));
}

TEST_CASE("a single row is shown whatever its size") {
    platform::SampleSink sink;
    sink.columns(std::vector<sources::Column>{{.name = "a"}});
    const std::string large(std::size_t{65} << 20U, 'x');
    const std::vector<sources::Value> row{{large.data(), large.size()}};
    sink.row(row);
    CHECK(sink.sample().rows.at(0).at(0)->size() == large.size());
    CHECK_THROWS_WITH(sink.row(row), Catch::Contains("larger than 64"));
}

TEST_CASE("a file's name and type tell how it is served") {
    const auto served = [](const std::string& name, const std::string& type, const std::string& compression) {
        const model::DatasetFile file{
            .name = name, .type = type, .compression = compression, .format = {}, .note = {}};
        return platform::media_type(file) + " " + model::file_suffix(file);
    };
    CHECK(served("", "csv", "") == "text/csv .csv");
    CHECK(served("a.b.csv", "csv", "") == "text/csv .csv");
    CHECK(served("data", "tsv", "") == "text/tab-separated-values .tsv");
    CHECK(served("data.txt", "csv", "") == "text/csv .txt");
    CHECK(served("a.jsonl.zst", "jsonl", "zstd") == "application/zstd .jsonl.zst");
    CHECK(served("a.csv.gz", "csv", "gzip") == "application/gzip .csv.gz");
    CHECK(served("a.zip", "csv", "zip") == "application/zip .zip");
    CHECK(served("a.parquet", "other", "") == "application/octet-stream .parquet");
    CHECK(served(".hidden", "other", "") == "application/octet-stream ");
    CHECK(served("v1. my report/..\n", "csv", "") == "text/csv .csv");
    const auto named = [](const std::string& name) {
        model::Dataset dataset;
        dataset.name = name;
        dataset.file = {.name = "x.csv.gz", .type = "csv", .compression = "gzip", .format = {}, .note = {}};
        return model::file_name(dataset);
    };
    CHECK(named("today") == "today.csv.gz");
    CHECK(named("x.csv.gz") == "x.csv.gz");
    CHECK(platform::media_type({.name = "a.csv",
                                .type = "csv",
                                .compression = {},
                                .format = {.encoding = "utf-8"},
                                .note = {}}) == "text/csv; charset=utf-8");
}
