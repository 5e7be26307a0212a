#pragma once

#include <string>
#include <string_view>

#include "fuzz/input.hpp"
#include "snapshot/inspect/file_inspector.hpp"
#include "snapshot/inspect/inspection.hpp"

namespace prevision::fuzz {

struct Inspected {
    snapshot::FileFindings findings;
    testing::KeptRows kept;
};

/// Inspects a file whose bytes come in two pieces.
inline Inspected inspect(const std::string& name, std::string_view bytes, std::size_t cut,
                         const snapshot::FormatOverrides& format) {
    Inspected result;
    snapshot::FileInspector inspector(name, format, {.sink = &result.kept, .rows = 1'000'000});
    inspector.write(bytes.substr(0, cut));
    inspector.write(bytes.substr(std::min(cut, bytes.size())));
    result.findings = inspector.finish();
    return result;
}

/// What holds for every file, whatever its bytes are.
inline void check_inspection(const std::string& name, std::string_view bytes, std::size_t cut,
                             const snapshot::FormatOverrides& format) {
    if (!accepts([&] { snapshot::check_file_format(format); })) return;
    const auto whole = inspect(name, bytes, bytes.size(), format);
    const auto pieces = inspect(name, bytes, cut, format);
    require(testing::described(whole.findings) == testing::described(pieces.findings),
            "where a file is cut makes no difference");
    if (whole.findings.file_type == "other") {
        require(!whole.findings.note.empty(), "there is a reason why a file is other");
        return;
    }
    require(whole.kept.rows.size() == whole.findings.rows, "the preview has the rows that were counted");
    for (const auto& row : whole.kept.rows)
        require(row.size() == whole.kept.names.size(), "a row has a value for each column");
    if (whole.findings.file_type == "jsonl") return;
    const auto& found = whole.findings;
    const auto again = inspect(name, bytes, cut,
                               {.separator = found.separator,
                                .quote = found.quote,
                                .escape = found.escape,
                                .comment = found.comment,
                                .header = found.header,
                                .skip = found.skip,
                                .encoding = found.encoding});
    require(again.findings.rows == found.rows && again.kept.rows == whole.kept.rows,
            "the form that was found gives the same rows again");
}

}  // namespace prevision::fuzz
