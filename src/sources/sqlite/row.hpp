#pragma once

#include <span>
#include <string>
#include <vector>

#include "sources/source.hpp"
#include "sources/sqlite/file.hpp"

namespace prevision::sources::sqlite {

/// Writes the values of a statement's row as text, each in a buffer that the next row uses again.
class RowWriter {
  public:
    /// `columns` with their declared types.
    RowWriter(sqlite3_stmt* statement, std::span<const Column> columns);

    /// The values of the current row; they live until the next call.
    std::span<const Value> write();

  private:
    Value write(int column, std::string& buffer);
    Value write_text(int column);
    Value write_double(int column, std::string& buffer);
    Value write_bytes(int column, std::string& buffer);

    sqlite3_stmt* statement_;
    std::vector<Value> values_;
    std::vector<std::string> buffers_;
    std::vector<bool> is_real_;  ///< whether the column is declared to hold REAL
    std::vector<std::string> types_;
};

}  // namespace prevision::sources::sqlite
