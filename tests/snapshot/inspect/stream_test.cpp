#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "snapshot/inspect/file_inspector.hpp"
#include "snapshot/inspect/inspection.hpp"
#include "support/command.hpp"

using namespace prevision;
using namespace std::string_literals;
using testing::described;
using testing::inspect;

namespace {

std::string compressed(const std::vector<std::string>& command, const std::string& bytes) {
    const auto result = testing::run_command(command, bytes);
    REQUIRE(result.exit_code == 0);
    return result.output;
}

std::string gzip(const std::string& bytes) { return compressed({"gzip", "-c"}, bytes); }
std::string zstd(const std::string& bytes) { return compressed({"zstd", "-q", "-c"}, bytes); }
std::string zip(const std::string& bytes) { return compressed({"zip", "-q", "-", "-"}, bytes); }

/// A csv of random values that holds all that is odd.
std::string random_csv(std::mt19937& random, std::size_t rows) {
    const std::vector<std::string> fields{
        "",           "1",       "-7",         "2.5",        "x",
        "\"\"",       "\"a,b\"", "\"a\r\nb\"", "\"\"\"\"",   "5\"",
        "\"a\"\"b\"", "é",       "漢",         "2024-01-01", "\"stray \"quote\" x\"",
        "true",       " "};
    const std::vector<std::string> ends{"\n", "\r\n", "\n", "\n\n"};
    std::string text = "a,b,c,d\n";
    for (std::size_t row = 0; row < rows; ++row) {
        for (int column = 0; column < 4; ++column)
            text += (column > 0 ? "," : "") + fields[random() % fields.size()];
        text += ends[random() % ends.size()];
    }
    return text;
}

std::string random_json_lines(std::mt19937& random, std::size_t rows) {
    const std::vector<std::string> values{
        "1", "2.5", "null", "\"x\\n\\u00e9\"", "true", "[1,{\"a\":[]}]", "\"2024-01-01\""};
    std::string text;
    for (std::size_t row = 0; row < rows; ++row) {
        text += '{';
        for (int i = 0; i < 3; ++i) {
            text += (i > 0 ? ", " : "") + "\"k"s + std::to_string(random() % 5) +
                    "\": " + values[random() % values.size()];
        }
        text += random() % 2 == 0 ? "}\n" : "}\r\n";
    }
    return text;
}

std::string inspected_in_pieces(const std::string& name, std::string_view bytes, std::mt19937& random,
                                std::size_t largest) {
    snapshot::FileInspector inspector(name);
    while (!bytes.empty()) {
        const auto size = 1 + random() % largest;
        inspector.write(bytes.substr(0, size));
        bytes.remove_prefix(std::min<std::size_t>(size, bytes.size()));
    }
    return described(inspector.finish());
}

}  // namespace

TEST_CASE("the findings do not depend on where the bytes are cut: every position") {
    const std::vector<std::pair<std::string, std::string>> files{
        {"a.csv",
         "\xef\xbb\xbf"
         "a;\"b\"\"\";c\r\n1;\"x\r\n;y\";é\r\n\r\n2;\"\";漢\r\n3;\"s\"t\";\"\"\"\""},
        {"a.csv", "a,b\r1,\"2\n\"\r\r3,4\r"},
        {"a.csv", "a\xe9,b\n\xff,\xc3\n"},
        {"a.csv",
         "\xff\xfe"
         "a\0,\0\x3d\xd8\0\xde\n\0"
         "1\0,\0"
         "2\0"s},
        {"a.jsonl", "{\"a\": {\"b\": [1, \"\\ud83d\\ude00\"]}}\r\n\n{\"é\": -1.5e3}"},
        {"a.csv.gz", gzip("a,b\n1,2\n") + gzip("3,\"x\n\"\n") + std::string(5, '\0')},
        {"a.csv.zst", zstd("a,b\n1,2\n") + zstd("3,\"x\n\"\n")},
        {"a.csv.zip", zip("a,b\n1,2\n3,\"x\n\"\n")},
        {"a.csv.gz", gzip("a,b\n1,2\n") + "rubbish"},
    };
    for (const auto& [name, bytes] : files) {
        const auto whole = described(inspect(name, bytes));
        CAPTURE(name, bytes, whole);
        CHECK_THAT(whole, !Catch::StartsWith("other"));
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
            snapshot::FileInspector inspector(name);
            inspector.write(std::string_view(bytes).substr(0, cut));
            inspector.write(std::string_view(bytes).substr(cut));
            CHECK(described(inspector.finish()) == whole);
        }
        std::mt19937 random(1);
        CHECK(inspected_in_pieces(name, bytes, random, 1) == whole);
    }
}

TEST_CASE("the findings do not depend on where the bytes are cut: large files in random pieces") {
    std::mt19937 random(20260101);
    const auto csv = random_csv(random, 60'000);
    const auto jsonl = random_json_lines(random, 20'000);
    // Longer than what is read at once: values, and quotes that end right there.
    auto long_values = "a,b\n"s;
    for (const std::size_t size : std::vector<std::size_t>{262'139, 262'140, 262'141, 262'142, 262'143,
                                                           262'144, 262'145, 300'000, 800'000}) {
        long_values += "1,\"" + std::string(size, 'x') + "\"\"\"\r\n2," + std::string(size, 'y') + '\n';
    }
    const std::vector<std::pair<std::string, std::string>> files{
        {"a.csv", csv},           {"a.jsonl", jsonl},          {"a.csv.gz", gzip(csv)},
        {"a.csv.zst", zstd(csv)}, {"a.jsonl.zip", zip(jsonl)}, {"long.csv", long_values}};
    for (const auto& [name, bytes] : files) {
        const auto whole = described(inspect(name, bytes));
        CAPTURE(name, whole);
        CHECK_THAT(whole, !Catch::StartsWith("other"));
        for (const std::size_t largest : std::vector<std::size_t>{7, 1000, 100'000, 1'000'000}) {
            CHECK(inspected_in_pieces(name, bytes, random, largest) == whole);
        }
    }
    CHECK(inspect("long.csv", long_values).rows == 18);
    CHECK(inspect("long.csv", long_values).note.empty());
}

TEST_CASE("a file cut off at any byte is told without fault") {
    const std::vector<std::pair<std::string, std::string>> files{
        {"a.csv",
         "\xef\xbb\xbf"
         "a;\"b\"\"\";c\r\n1;\"x\r\n;y\";é\r\n"},
        {"a.csv.gz", gzip("a,b\n1,2\n")},
        {"a.csv.zst", zstd("a,b\n1,2\n")},
        {"a.csv.zip", zip("a,b\n1,2\n")},
        {"a.jsonl", "{\"a\": [1, {\"b\": \"\\u00e9\"}]}\n"},
    };
    for (const auto& [name, bytes] : files) {
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            CAPTURE(name, size);
            const auto findings = inspect(name, std::string_view(bytes).substr(0, size));
            // An archive's directory comes last: without it there is only a note.
            if (findings.compression == "gzip" || findings.compression == "zstd") {
                CHECK_THAT(findings.note, Catch::Contains("ends in the middle"));
                CHECK(findings.file_type == "other");
            }
        }
    }
}

TEST_CASE("no bytes whatever make it throw") {
    std::mt19937 random(42);
    const auto base = random_csv(random, 200);
    const std::vector<std::pair<std::string, std::string>> files{{"a.csv", base},
                                                                 {"a.csv.gz", gzip(base)},
                                                                 {"a.csv.zst", zstd(base)},
                                                                 {"a.csv.zip", zip(base)},
                                                                 {"a.jsonl", random_json_lines(random, 100)},
                                                                 {"a", base}};
    for (const auto& [name, bytes] : files) {
        for (int round = 0; round < 300; ++round) {
            auto changed = bytes;
            for (std::size_t i = 0; i <= random() % 8; ++i) {
                changed[random() % changed.size()] = static_cast<char>(random() % 256);
            }
            CAPTURE(name, round);
            CHECK_NOTHROW(inspect(name, changed));
        }
        for (int round = 0; round < 100; ++round) {
            std::string noise(random() % 300, '\0');
            for (auto& c : noise) c = static_cast<char>(random() % 256);
            CHECK_NOTHROW(inspect(name, noise));
            CHECK_NOTHROW(inspect(name, bytes.substr(0, 4) + noise));
        }
    }
}
