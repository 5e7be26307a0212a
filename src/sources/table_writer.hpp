#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sources/source.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources {

enum class WriteMode {
    append,   ///< after the rows that are there
    replace,  ///< instead of them
};

/// A column of the values that are written. A name alone is a column of values whose kind is not known.
struct OutgoingColumn {
    // NOLINTBEGIN(google-explicit-constructor)
    OutgoingColumn(std::string column_name, std::optional<ValueKind> kind_of_values = std::nullopt)
        : name(std::move(column_name)), kind(kind_of_values) {}
    OutgoingColumn(const char* column_name) : name(column_name) {}
    // NOLINTEND(google-explicit-constructor)

    std::string name;
    /// Of its values; nothing when it is not known: `\x00ff` is then bytes where the target holds bytes.
    std::optional<ValueKind> kind;
};

/// Writes rows into a table of a remote system, all of them or none: within one transaction, which
/// destruction without `commit` rolls back. A value that the table's column would change is refused. One thread
/// at a time. Errors as a Source's.
class TableWriter {
  public:
    virtual ~TableWriter() = default;

    /// Once, before any row. Creates the table, with columns of text, when it does not exist.
    virtual void begin(const Location& location, const std::vector<OutgoingColumn>& columns,
                       WriteMode mode) = 0;

    /// As many values as columns, in the form that a dataset holds them.
    virtual void row(std::span<const Value> values) = 0;

    virtual void commit() = 0;
};

// For the engines' writers.

/// The columns, quoted, each with the text that follows its name: `"a" TEXT, "b" TEXT`.
std::string column_list(const std::vector<std::string>& columns, SqlDialect dialect, std::string_view type);

/// The names of the columns. Error invalid when there are none.
std::vector<std::string> names_of(const std::vector<OutgoingColumn>& columns);

/// Error invalid: "PURPOSE: the value of the column 'c' in row 3 PROBLEM".
[[noreturn]] void refuse_value(std::string_view purpose, std::string_view column, std::uint64_t row,
                               std::string_view problem);

}  // namespace prevision::sources
