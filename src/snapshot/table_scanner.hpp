#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/csv_reader.hpp"

namespace prevision::snapshot {

/// Looks through delimited text of any origin as it comes: any separator, quotes doubled within quotes, line
/// ends LF, CRLF or both, a byte order mark or none. The first record is the header. Holds one record at the
/// most, and only where its values are asked for.
class TableScanner {
  public:
    /// Given each row while it answers that it wants more.
    using WantsMore = std::function<bool(CsvRow row)>;

    /// Without a separator the header tells it: the most frequent of , ; tab and | in there.
    explicit TableScanner(std::optional<char> separator = std::nullopt, WantsMore each_row = {});

    /// Error invalid, naming the record, for a row with more or fewer values than the header, a NUL byte, or
    /// a header beyond a megabyte.
    void feed(std::string_view bytes);

    /// At the end. Error invalid when there is no header, or a quote was not closed.
    void finish();

    [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
    [[nodiscard]] std::uint64_t rows() const { return records_ > 0 ? records_ - 1 : 0; }
    [[nodiscard]] char separator() const { return separator_; }
    /// False once `each_row` has answered that it wants no more.
    [[nodiscard]] bool wants_more() const { return wants_rows_; }

  private:
    enum class State { start, plain, quoted, quote };

    void feed_known(std::string_view bytes);
    std::size_t skip(std::string_view bytes, std::size_t from) const;
    void take(char each);
    void end_field();
    void end_record();
    void keep(char each);
    [[nodiscard]] bool keeps() const { return records_ == 0 || wants_rows_; }

    WantsMore each_row_;
    bool wants_rows_;
    bool known_;  ///< whether the separator is
    char separator_;
    std::string beginning_;  ///< until the separator is known
    State state_ = State::start;
    bool was_quoted_ = false;
    bool after_return_ = false;
    std::string field_;
    CsvRow record_;
    std::size_t fields_ = 0;  ///< of the record so far
    std::uint64_t records_ = 0;
    std::vector<std::string> header_;
};

}  // namespace prevision::snapshot
