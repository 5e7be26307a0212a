#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sources/source.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources {

enum class WriteMode {
    append,   ///< behind the rows that are there
    replace,  ///< instead of them
};

/// Writes rows into a table of a distant system, all of them or none: within one transaction, which
/// destruction without `commit` takes back. One thread at a time. Errors as a Source's.
class TableWriter {
  public:
    virtual ~TableWriter() = default;

    /// Once, before any row. A table that is not there is made, with columns of text; that alone may stay
    /// where a system cannot take it back.
    virtual void begin(const Location& location, const std::vector<std::string>& columns, WriteMode mode) = 0;

    /// As many values as columns; nothing is NULL.
    virtual void row(std::span<const std::optional<std::string>> values) = 0;

    virtual void commit() = 0;
};

// For the engines' writers.

/// The columns, quoted, each with what follows its name: `"a" TEXT, "b" TEXT`.
std::string column_list(const std::vector<std::string>& columns, SqlDialect dialect, std::string_view type);

/// Error invalid when there are none.
void check_columns(const std::vector<std::string>& columns);

}  // namespace prevision::sources
