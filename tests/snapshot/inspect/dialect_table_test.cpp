#include "snapshot/inspect/dialect_table.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "snapshot/inspect/file_inspector.hpp"
#include "snapshot/inspect/inspection.hpp"

using namespace prevision;
using testing::FileTruth;
using testing::KeptRows;

namespace {

const std::filesystem::path folder = PREVISION_DIALECTS_FOLDER;
constexpr std::uint64_t all_rows = 1'000'000;

std::string shown(char c) { return c == '\0' ? "" : std::string(1, c); }

struct Read {
    snapshot::FileFindings findings;
    KeptRows kept;
};

Read read(const std::string& name, const std::string& bytes, const snapshot::FormatOverrides& format) {
    Read read;
    snapshot::FileInspector inspector(name, format, {.sink = &read.kept, .rows = all_rows});
    inspector.write(bytes);
    read.findings = inspector.finish();
    return read;
}

void check_rows(const FileTruth& truth, const KeptRows& kept) {
    CHECK(kept.names == truth.names);
    REQUIRE(kept.rows.size() == truth.rows);
    if (truth.rows == 0) return;
    CHECK((kept.rows.front() == truth.first));
    CHECK((kept.rows.back() == truth.last));
}

snapshot::FormatOverrides found_format(const snapshot::FileFindings& findings) {
    return {.separator = findings.separator,
            .quote = findings.quote,
            .escape = findings.escape,
            .comment = findings.comment,
            .header = findings.header,
            .skip = findings.skip,
            .encoding = findings.encoding};
}

}  // namespace

TEST_CASE("each file of the table is read as a person reads it") {
    const auto table = testing::dialect_table(folder);
    CHECK(table.size() >= 130);
    for (const auto& truth : table) {
        const auto bytes = testing::read_bytes(folder / truth.file);
        const auto [findings, kept] = read(truth.file, bytes, {});
        CAPTURE(truth.file, findings.note);
        CHECK(findings.file_type == truth.type);
        CHECK_THAT(findings.note, Catch::Contains(truth.note));
        CHECK(findings.encoding == truth.encoding);
        if (truth.type == "other" || findings.file_type == "other") continue;
        CHECK(findings.rows == truth.rows);
        check_rows(truth, kept);
        if (truth.type == "jsonl") continue;
        CHECK(shown(findings.separator) == truth.separator);
        CHECK(shown(findings.quote) == truth.quote);
        CHECK(shown(findings.escape) == truth.escape);
        CHECK(shown(findings.comment) == truth.comment);
        CHECK(findings.skip == truth.skip);
        CHECK(findings.header == truth.header);
    }
}

TEST_CASE("a file that is read again by what was found in it gives the same rows") {
    for (const auto& truth : testing::dialect_table(folder)) {
        if (truth.type != "csv" && truth.type != "tsv") continue;
        const auto bytes = testing::read_bytes(folder / truth.file);
        const auto again = read(truth.file, bytes, found_format(testing::inspect(truth.file, bytes)));
        CAPTURE(truth.file);
        check_rows(truth, again.kept);
    }
}

TEST_CASE("where a file of the table is cut makes no difference") {
    for (const auto& truth : testing::dialect_table(folder)) {
        const auto bytes = testing::read_bytes(folder / truth.file);
        const auto whole = testing::described(testing::inspect(truth.file, bytes));
        snapshot::FileInspector inspector(truth.file);
        for (const char byte : bytes) inspector.write({&byte, 1});
        CAPTURE(truth.file);
        CHECK(testing::described(inspector.finish()) == whole);
    }
}
