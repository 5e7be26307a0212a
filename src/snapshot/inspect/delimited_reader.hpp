#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "snapshot/inspect/dialect.hpp"
#include "snapshot/inspect/record_reader.hpp"

namespace prevision::snapshot {

/// Takes the first lines off a text that comes cut anywhere.
class LineSkipper {
  public:
    /// `by_return`: lines end with CR or CR LF, else with LF.
    LineSkipper(std::uint64_t lines, bool by_return) : lines_(lines), by_return_(by_return) {}

    /// Takes off the front of the text what belongs to these lines.
    void write(std::string_view& text);

  private:
    std::uint64_t lines_;
    bool by_return_;
    bool after_return_ = false;
};

/// Reads a text of that dialect. The first record decides how many columns there are; a later one with more or
/// fewer values counts as a row, and is noted with its line. A separator at the end of a row is noted, too, and
/// is no value. An empty line counts where there is one column (it is the missing value), and nowhere else. The
/// preview must outlive the reader.
std::unique_ptr<RecordReader> make_delimited_reader(const Dialect& dialect, RowPreview& preview);

}  // namespace prevision::snapshot
