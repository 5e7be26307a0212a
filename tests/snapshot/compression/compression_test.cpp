#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include "snapshot/inspect/file_inspector.hpp"
#include "snapshot/inspect/inspection.hpp"
#include "support/command.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using namespace std::string_literals;
using testing::described;
using testing::inspect;

namespace {

constexpr const char* table = "id,name\n1,x\n2,y\n";
constexpr const char* found = "|,\"h|utf-8|2|id integer, name text|";

std::string piped(const std::vector<std::string>& command, const std::string& bytes) {
    const auto result = testing::run_command(command, bytes);
    REQUIRE(result.exit_code == 0);
    return result.output;
}

/// A zip archive made by the zip program of files with these names and texts, in that order.
std::string archive_of(const std::vector<std::pair<std::string, std::string>>& files,
                       const std::vector<std::string>& options = {}) {
    const testing::TemporaryDirectory folder;
    std::vector<std::string> command{"zip", "-q"};
    command.insert(command.end(), options.begin(), options.end());
    command.emplace_back("archive.zip");
    for (const auto& [name, text] : files) {
        const auto path = folder / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        command.push_back(name);
    }
    std::string script = "cd '" + folder.path().string() + "' && ";
    for (const auto& word : command) script += "'" + word + "' ";
    REQUIRE(testing::run_command({"sh", "-c", script}).exit_code == 0);
    std::ifstream archive(folder / "archive.zip", std::ios::binary);
    return {std::istreambuf_iterator<char>(archive), {}};
}

// The address sanitizer holds back what is freed, up to that much.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t held_back_kib = std::size_t{256} * 1024;
#else
constexpr std::size_t held_back_kib = 0;
#endif

std::size_t peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss);
}

}  // namespace

TEST_CASE("what gzip and zstd make is told as the file inside") {
    const std::vector<std::pair<std::string, std::vector<std::string>>> programs{
        {"gzip", {"gzip", "-c"}},
        {"gzip", {"gzip", "-1", "-c"}},
        {"zstd", {"zstd", "-q", "-c"}},
        {"zstd", {"zstd", "-q", "-19", "-c"}},
        {"zstd", {"zstd", "-q", "--no-check", "-c"}},
    };
    for (const auto& [compression, command] : programs) {
        const auto bytes = piped(command, table);
        CAPTURE(command);
        for (const auto* name : {"a.csv", "a.csv.gz", "a.csv.zst", "a"}) {
            CHECK(described(inspect(name, bytes)) == "csv|" + compression + found);
        }
    }
}

TEST_CASE("members and frames that follow each other are one file") {
    const auto gzip = piped({"gzip", "-c"}, table) + piped({"gzip", "-c"}, "3,z\n");
    CHECK(inspect("a.csv.gz", gzip).rows == 3);
    const auto zstd = piped({"zstd", "-q", "-c"}, table) + piped({"zstd", "-q", "-c"}, "3,z\n");
    CHECK(inspect("a.csv.zst", zstd).rows == 3);
    const auto skippable = "\x50\x2a\x4d\x18\x03\0\0\0abc"s + zstd;
    CHECK(inspect("a.csv.zst", skippable).rows == 3);
}

TEST_CASE("zeros behind gzip data are padding, and other bytes are noted") {
    const auto gzip = piped({"gzip", "-c"}, table);
    CHECK(described(inspect("a.csv", gzip + std::string(1000, '\0'))) == "csv|gzip"s + found);
    CHECK(described(inspect("a.csv", gzip + "more")) ==
          "csv|gzip"s + found + "the bytes after its gzip data are not read");
}

TEST_CASE("a zip archive is told as the file inside, whose name counts") {
    CHECK(described(inspect("a.zip", archive_of({{"a.csv", table}}))) == "csv|zip"s + found);
    CHECK(described(inspect("a.zip", archive_of({{"a.csv", table}}, {"-0"}))) == "csv|zip"s + found);
    CHECK(described(inspect("a.zip", archive_of({{"x.jsonl", "{\"a\":1}\n"}}))) ==
          "jsonl|zip|utf-8|1|a integer|");
    // Written to a pipe, its sizes stand behind the data.
    CHECK(described(inspect("a.csv.zip", piped({"zip", "-q", "-", "-"}, table))) == "csv|zip"s + found);
    CHECK(described(inspect("a.zip", archive_of({{"sub/a.csv", table}}))) == "csv|zip"s + found);
    CHECK(described(inspect("a.zip", archive_of({{"a.csv", table}}, {"-fz"}))) == "csv|zip"s + found);
}

TEST_CASE("of several files in a zip archive the first is read, and that is noted") {
    CHECK(described(inspect("a.zip", archive_of({{"a.csv", table}, {"b.csv", "x\n1\n"}}))) ==
          "csv|zip"s + found + "the zip archive holds several files; only the first, a.csv, is read");
    // Companions that macOS adds are no files of anybody's.
    const auto companions = archive_of({{".DS_Store", "x"}, {"a.csv", table}, {"__MACOSX/._a.csv", "x"}});
    CHECK(described(inspect("a.zip", companions)) == "csv|zip"s + found);
}

TEST_CASE("a zip archive whose file cannot be had is other, and it is said why") {
    CHECK(described(inspect("a.csv", archive_of({{"a.csv", table}}, {"-P", "secret"}))) ==
          "other|zip||0||the file in the zip archive is encrypted");
    CHECK(described(inspect("a.csv", "PK\x05\x06"s + std::string(18, '\0'))) ==
          "other|zip||0||the zip archive holds no file");
    auto damaged = archive_of({{"a.csv", table}}, {"-0"});
    damaged[damaged.find("1,x")] = '7';
    CHECK(described(inspect("a.csv", damaged)) == "other|zip||0||its zip data does not match its checksum");
    auto unknown = archive_of({{"a.csv", table}});
    unknown[8] = 93;
    CHECK(described(inspect("a.csv", unknown)) ==
          "other|zip||0||the file in the zip archive is compressed by method 93");
}

TEST_CASE("damaged or cut off compressed data is other, and it is said why") {
    auto gzip = piped({"gzip", "-c"}, table);
    CHECK(described(inspect("a.csv", gzip.substr(0, gzip.size() - 3))) ==
          "other|gzip||0||its gzip data ends in the middle");
    gzip[gzip.size() - 5] = static_cast<char>(gzip[gzip.size() - 5] ^ 1);
    CHECK(described(inspect("a.csv", gzip)) == "other|gzip||0||its gzip data is damaged");
    auto zstd = piped({"zstd", "-q", "-c"}, table);
    CHECK(described(inspect("a.csv", zstd.substr(0, zstd.size() - 3))) ==
          "other|zstd||0||its zstd data ends in the middle");
    zstd.back() = static_cast<char>(zstd.back() ^ 1);
    CHECK_THAT(described(inspect("a.csv", zstd)),
               Catch::StartsWith("other|zstd||0||its zstd data is damaged"));
    const auto twice = piped({"gzip", "-c"}, piped({"gzip", "-c"}, table));
    CHECK(described(inspect("a.csv", twice)) == "other|gzip||0||it is compressed by gzip, once more");
}

TEST_CASE("a bomb is given up, whatever the compression") {
    const snapshot::InspectionLimits limits{.certain_bytes = 1'000'000, .ratio = 50};
    std::string csv = "a,b\n";
    while (csv.size() < 20'000'000) csv += "1,2\n";
    const std::vector<std::pair<std::string, std::string>> bombs{
        {"gzip", piped({"gzip", "-9", "-c"}, csv)},
        {"zstd", piped({"zstd", "-q", "-c"}, csv)},
        {"zip", piped({"zip", "-q", "-", "-"}, csv)},
    };
    for (const auto& [compression, bytes] : bombs) {
        CAPTURE(compression, bytes.size());
        CHECK(described(inspect("a.csv", bytes, {}, limits)) ==
              "other|" + compression +
                  "||0||it decompresses to more than 50 times its size: its rows are not counted");
        CHECK(described(inspect("a.csv", bytes, {}, {.bytes = 5'000'000})) ==
              "other|" + compression + "||0||it decompresses to more than 4.8 MiB: its rows are not counted");
        // With the usual limits so small a thing is no bomb.
        CHECK(inspect("a.csv", bytes).rows == (csv.size() - 4) / 4);
    }
}

TEST_CASE("a zstd window larger than 128 MiB is refused before its memory is taken") {
    // A frame header (RFC 8878, section 3.1.1.1) that asks for a window of 2 GiB.
    const auto frame = "\x28\xb5\x2f\xfd\x00\xa8"s + std::string(10, '\0');
    CHECK(described(inspect("a.csv", frame)) == "other|zstd||0||its zstd window is larger than 128 MiB");
}

TEST_CASE("memory stays bounded whatever comes") {
    const auto before = peak_kib();
    const std::string piece(1'000'000, 'x');
    const std::string quotes(1'000'000, '"');
    const std::string commas(1'000'000, ',');
    const std::string braces = "{\"a\":" + std::string(1'000'000, '[');
    for (const auto* bytes : {&piece, &quotes, &commas, &braces}) {
        for (const auto* name : {"a.csv", "a.jsonl", "a.txt"}) {
            testing::KeptRows rows;
            snapshot::FileInspector inspector(name, {}, {.sink = &rows, .rows = 3});
            for (int i = 0; i < 200; ++i) inspector.write(*bytes);
            const auto findings = inspector.finish();
            CAPTURE(name, bytes->substr(0, 10), described(findings).substr(0, 200));
            CHECK((findings.rows <= 1));
        }
    }
    CHECK(peak_kib() - before < (std::size_t{160} << 10U) + held_back_kib);
}
