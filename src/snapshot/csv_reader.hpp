#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/file.hpp"

namespace prevision::snapshot {

/// The values of one row; an absent one is NULL, an empty text is a value.
using CsvRow = std::vector<std::optional<std::string>>;

/// Reads back the CSV that CsvEncoder writes, row by row, from a file that does not change meanwhile. It
/// reads little more of the file than the rows that are asked for. It is strict: anything that CsvEncoder does
/// not write (a bare line feed, a quote inside of a plain field, a row with more or fewer values than the
/// header, an end within a row) is an Error integrity that names the file and the record.
class CsvReader {
  public:
    /// The most that one record may hold in memory, unless another limit is given: more than any system sends as a
    /// row, so that every dataset that was taken can be read.
    static constexpr std::size_t default_record_limit = std::size_t{4} << 30U;

    /// Opens the file and reads the header. Error not_found when it is not there, internal when it cannot be
    /// read, integrity when it has no header, invalid when a record (here or later) is larger than the limit.
    explicit CsvReader(std::filesystem::path path, std::size_t record_limit = default_record_limit);

    [[nodiscard]] const std::vector<std::string>& header() const { return header_; }

    /// The next row; nothing at the end of the file.
    std::optional<CsvRow> next();

    /// Whether a value of the last row was in quotes, so that it is text.
    [[nodiscard]] bool was_quoted(std::size_t column) const { return quoted_[column]; }

  private:
    std::optional<CsvRow> read_record();
    std::optional<std::string> read_field();
    std::string read_quoted();
    std::string read_plain();
    void count(std::size_t bytes);
    [[nodiscard]] int peek();
    [[noreturn]] void reject(const std::string& reason) const;

    std::filesystem::path path_;
    FileDescriptor file_;
    std::size_t record_limit_;
    std::size_t record_bytes_ = 0;
    std::uint64_t record_ = 0;
    std::string buffer_;
    std::size_t position_ = 0;
    std::size_t end_ = 0;
    std::vector<std::string> header_;
    std::vector<bool> quoted_;  // of the last record's values
};

}  // namespace prevision::snapshot
