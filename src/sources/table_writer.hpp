#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sources/source.hpp"

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

/// Opens a connection to write over. Error invalid where the engine takes no tables, and a Source's.
std::unique_ptr<TableWriter> open_table_writer(const Connection& connection, Cancellation& cancellation);

}  // namespace prevision::sources
