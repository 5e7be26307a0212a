#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_sink.hpp"
#include "sources/source.hpp"

namespace prevision::snapshot {

/// What the user says of a file, which holds whatever the file looks like; the rest is judged by its beginning.
/// A character that is '\0' is not used.
struct FormatOverrides {
    std::optional<char> separator;
    std::optional<char> quote;    ///< or '\0'
    std::optional<char> escape;   ///< or '\0'
    std::optional<char> comment;  ///< or '\0'
    std::optional<bool> header;
    /// What holds where `header` is not given. It is no word on what the file is, as the others are.
    std::optional<bool> usual_header{};
    std::optional<std::uint64_t> skip;    ///< lines before the table
    std::optional<std::string> encoding;  ///< a name that iconv(3) knows

    /// Whether the file is said to be a table.
    [[nodiscard]] bool says_table() const {
        return separator || quote || escape || comment || header || skip;
    }
};

/// How a file is written.
struct FileForm {
    std::string file_type = "other";  ///< csv, tsv (a csv whose separator is the tab), jsonl or other
    std::string compression;          ///< "", gzip, zip or zstd
    char separator = ',';             ///< this and what follows down to `skip`: csv and tsv only
    char quote = '"';
    char escape = '\0';
    char comment = '\0';
    bool header = true;
    std::uint64_t skip = 0;
    std::string encoding;  ///< as in FormatOverrides; empty for other
    std::string note;      ///< why it is other, or what was odd; empty when there is nothing to say
};

/// What was found in a file.
struct FileFindings : FileForm {
    std::uint64_t rows = 0;
    std::vector<sources::Column> schema;
    /// Whether every row was given whole and has as many values as there are columns, and every quote ends.
    bool regular = true;
};

/// Bounds on what a compressed file may decompress to: time is all that an inspection costs, it stores nothing.
struct InspectionLimits {
    std::uint64_t certain_bytes = std::uint64_t{1} << 30U;  ///< up to here any ratio will do
    std::uint64_t ratio = 250;                              ///< to the compressed bytes, from there on
    std::uint64_t bytes = std::uint64_t{1} << 40U;
};

/// Where the first rows of a file go. Its columns come with the names, before any row; every value is a text in
/// UTF-8, as it is written in the file, or NULL where there is nothing. A file that is other has no rows.
struct PreviewTarget {
    sources::RowSink* sink = nullptr;  ///< must outlive the inspector
    std::uint64_t rows = 0;
};

/// Finds the schema of a file and counts its rows while its bytes go by, cut anywhere. Nothing that a file holds
/// makes it throw: a file that cannot be read as rows is `other`, with a note. Memory is bounded: some MiB for a
/// csv, up to 16 MiB more for the longest line of a jsonl or the header of a csv, and the window of a zstd file,
/// which may be 128 MiB. One thread at a time.
class FileInspector final : public ByteSink {
  public:
    /// The name (or path) decides the type first. Error invalid, naming the field, for an impossible format.
    explicit FileInspector(std::string name, const FormatOverrides& overrides = {},
                           PreviewTarget preview = {}, const InspectionLimits& limits = {});
    ~FileInspector() override;
    FileInspector(const FileInspector&) = delete;
    FileInspector& operator=(const FileInspector&) = delete;

    /// The next bytes of the file. Throws what the preview's sink throws.
    void write(std::string_view bytes) override;

    /// Whether more bytes can change anything. With a preview, false as soon as its rows are complete.
    [[nodiscard]] bool wants_more() const override;

    /// Rows counted so far; what was written last may still be missing.
    [[nodiscard]] std::uint64_t rows() const;

    /// What is known before the end: the columns and types of the rows counted so far.
    [[nodiscard]] FileFindings so_far() const;

    /// What the whole file is, after its last byte. Sends what is left of the preview. Call it once.
    FileFindings finish();

  private:
    class Stream;
    std::unique_ptr<Stream> stream_;
};

/// Error invalid, naming the field, for an impossible format.
void check_file_format(const FormatOverrides& format);

}  // namespace prevision::snapshot
