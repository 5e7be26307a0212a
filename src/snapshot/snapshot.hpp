#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/cancellation.hpp"
#include "snapshot/inspect/file_inspector.hpp"
#include "sources/source.hpp"

namespace prevision::snapshot {

struct Progress {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> total_bytes = {};  ///< of a file whose size is known
    std::optional<std::uint64_t> about_rows = {};   ///< of a table: the system's own estimate
};

/// What one pass over the data found.
struct Snapshot {
    std::optional<std::uint64_t> rows;  ///< nothing for a file without rows
    std::uint64_t bytes = 0;
    std::string sha256;  ///< of the file's bytes, lower-case hex
    std::vector<sources::Column> schema;
    std::string file_name;  ///< of the file that was fetched; empty for a table
    FileForm form;
    std::vector<sources::FileInfo> files = {};  ///< that were fetched, in their order
    std::vector<sources::Mark> marks = {};      ///< of the rows
    std::string unchanged_by = {};  ///< nothing was fetched: the source is as `Known` says, by this
};

/// What an earlier snapshot of the same location recorded.
struct Known {
    std::vector<sources::Mark> marks = {};
    std::vector<sources::FileInfo> files = {};
    std::string read_at = {};  ///< when it began, RFC 3339
};

struct SnapshotOptions {
    FormatOverrides format = {};  ///< of a file
    bool marks = false;           ///< of rows, for a later comparison
    Known known = {};
};

/// Streams a location of a source into a file at `path`, which appears there only when it is whole: a table
/// as CSV, a file byte for byte, inspected as `format` says. When the source shows that it is as `known` says, nothing is
/// written. `observer` is called at most four times a second, on this thread. Throws the source's Errors, Error internal when the file cannot be written, and the
/// cancellation's; nothing is left at `path` then.
Snapshot take_snapshot(sources::Source& source, const sources::Location& location,
                       const std::filesystem::path& path, const Cancellation& cancellation,
                       const std::function<void(const Progress&)>& observer,
                       const SnapshotOptions& options = {});

}  // namespace prevision::snapshot
