#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "snapshot/inspect/file_inspector.hpp"
#include "snapshot/inspect/inspection.hpp"
#include "support/command.hpp"

using namespace prevision;
using namespace std::string_literals;
using testing::KeptRows;

namespace {

KeptRows preview(const std::string& name, std::string_view bytes, std::uint64_t rows,
                 const snapshot::FormatOverrides& format = {}) {
    KeptRows kept;
    snapshot::FileInspector inspector(name, format, {.sink = &kept, .rows = rows});
    inspector.write(bytes);
    inspector.finish();
    return kept;
}

using Rows = std::vector<KeptRows::Row>;

}  // namespace

TEST_CASE("a preview has the names and the first rows, as texts") {
    const auto csv = preview("a.csv", "id;v\n1;\n2;\"\"\n3;\"a\"\"b\"\n4;x\n", 3);
    CHECK(csv.names == std::vector<std::string>{"id", "v"});
    CHECK((csv.rows == Rows{{"1", std::nullopt}, {"2", ""}, {"3", "a\"b"}}));
    CHECK(csv.calls == 1);

    const auto headless = preview("a.csv", "1,x\n2,y\n", 10);
    CHECK(headless.names == std::vector<std::string>{"column_1", "column_2"});
    CHECK((headless.rows == Rows{{"1", "x"}, {"2", "y"}}));

    const auto jsonl =
        preview("a.jsonl", "{\"a\":1.50,\"b\":null}\n{\"c\":{\"x\": [1]},\"b\":\"\\u00e9\"}\n", 10);
    CHECK(jsonl.names == std::vector<std::string>{"a", "b", "c"});
    CHECK((jsonl.rows == Rows{{"1.50", std::nullopt, std::nullopt}, {std::nullopt, "é", "{\"x\": [1]}"}}));
}

TEST_CASE("a preview is in UTF-8, whatever the file is in") {
    CHECK((preview("a.csv", "n\xe9,b\n\x80,\xe9\n", 1).rows == Rows{{"€", "é"}}));
    CHECK((preview("a.csv", "n\xe9,b\n\x80,x\n", 1).names == std::vector<std::string>{"né", "b"}));
    CHECK((preview("a.csv", "a,b\n\x80,\xc3\xa9\n", 1, {.encoding = "latin1"}).rows ==
           Rows{{"\xc2\x80", "Ã©"}}));
    CHECK((preview("a.csv", "a,b\n\x80,\xc3\xa9\n", 1, {.encoding = "utf-8"}).rows ==
           Rows{{"\xef\xbf\xbd", "é"}}));
    CHECK((preview("a.csv",
                   "\xff\xfe"
                   "a\0,\0b\0\n\0"
                   "1\0,\0\xe9\0\n\0"s,
                   1)
               .rows == Rows{{"1", "é"}}));
}

TEST_CASE("rows of a preview have as many values as there are columns") {
    CHECK((preview("a.csv", "a,b\n1\n1,2,3\n", 5).rows == Rows{{"1", std::nullopt}, {"1", "2"}}));
}

TEST_CASE("a preview of no rows has the names, and an empty or unknown file has nothing") {
    CHECK(preview("a.csv", "a,b\n1,2\n", 0).names.size() == 2);
    CHECK(preview("a.csv", "a,b\n1,2\n", 0).rows.empty());
    CHECK(preview("a.csv", "a,b", 5).names.size() == 2);
    CHECK(preview("a.csv", "", 5).calls == 0);
    CHECK(preview("a.pdf", "%PDF-1.7", 5).calls == 0);
}

TEST_CASE("a preview wants no more than it needs, and nothing of a file that is other") {
    std::string csv = "a,b\n";
    while (csv.size() < 1'000'000) csv += "1,2\n";
    const auto taken = [](const std::string& name, const std::string& bytes) {
        KeptRows kept;
        snapshot::FileInspector inspector(name, {}, {.sink = &kept, .rows = 10});
        std::size_t size = 0;
        for (; size < bytes.size() && inspector.wants_more(); size += 1000)
            inspector.write(bytes.substr(size, 1000));
        CHECK(kept.rows.size() == (kept.calls > 0 ? 10 : 0));
        return size;
    };
    CHECK(taken("a.csv", csv) < 70'000);
    CHECK(taken("a.csv", std::string(1'000'000, '\0')) < 70'000);
    std::string jsonl;
    while (jsonl.size() < 1'000'000) jsonl += "{\"a\": 1}\n";
    CHECK(taken("a.jsonl", jsonl) < 70'000);
    CHECK(taken("a.csv.gz", testing::run_command({"gzip", "-c"}, csv).output) < 10'000);
}

TEST_CASE("the schema is known before the end") {
    std::string csv = "a,b\n";
    while (csv.size() < 100'000) csv += "1,x\n";
    snapshot::FileInspector inspector("a.csv");
    inspector.write(csv);
    const auto findings = inspector.so_far();
    CHECK(testing::described(findings.schema) == "a integer, b text");
    CHECK(findings.rows > 10'000);
    CHECK(findings.rows == inspector.rows());
}
