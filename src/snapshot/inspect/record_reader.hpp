#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "snapshot/inspect/row_preview.hpp"
#include "sources/source.hpp"

namespace prevision::snapshot {

/// Counts the records of a text and finds their columns, as it comes and in bounded memory.
class RecordReader {
  public:
    virtual ~RecordReader() = default;

    /// Text in UTF-8. Throws only what the preview's sink throws.
    virtual void write(std::string_view text) = 0;
    /// Reads all records that are whole, and sends them to the preview.
    virtual void flush() = 0;
    virtual void finish() = 0;

    [[nodiscard]] virtual std::uint64_t rows() const = 0;
    /// The number of the line that the text so far ends in.
    [[nodiscard]] virtual std::uint64_t line() = 0;
    /// The names are as they are in the file.
    [[nodiscard]] virtual std::vector<sources::Column> schema() const = 0;
    /// What was odd, after `finish`.
    [[nodiscard]] virtual std::vector<std::string> notes() const = 0;

    /// FileFindings::regular, after `finish`.
    [[nodiscard]] virtual bool regular() const { return true; }

    /// Why the records cannot be read; empty while all is well.
    [[nodiscard]] const std::string& problem() const { return problem_; }

  protected:
    void fail(std::string why) {
        if (problem_.empty()) problem_ = std::move(why);
    }

  private:
    std::string problem_;
};

/// The most columns of a table.
constexpr std::size_t column_limit = 65'536;

/// The most bytes that the names of the columns, or a row of a preview, may hold.
constexpr std::size_t row_bytes_limit = std::size_t{16} << 20U;

}  // namespace prevision::snapshot
