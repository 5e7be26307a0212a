#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <mysql.h>

#include "sources/mysql/cells.hpp"
#include "sources/mysql/connection.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// A statement and its rows as they arrive. It is prepared, since the rows of a prepared statement come in
/// binary: that the server need not write every number and time as text halves the time of a large table.
/// Destruction before the last row gives the connection up rather than wait for the rest. Must not outlive
/// its connection.
class MysqlStatement {
  public:
    /// Asks the server to prepare it; the columns are known then. Error invalid when it gives no rows.
    MysqlStatement(MysqlConnection& connection, std::string_view sql);
    ~MysqlStatement();
    MysqlStatement(const MysqlStatement&) = delete;
    MysqlStatement& operator=(const MysqlStatement&) = delete;

    [[nodiscard]] std::span<const MYSQL_FIELD> fields() const;

    void execute();

    /// Goes to the next row; false behind the last one.
    bool next();

    /// The values of the row, in the forms that a ValueKind promises. They live until the next call of
    /// `next`.
    [[nodiscard]] std::span<const Value> values() const { return values_; }

  private:
    [[noreturn]] void fail();

    struct Free {
        void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
        void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
    };

    MysqlConnection& connection_;
    std::unique_ptr<MYSQL_STMT, Free> statement_;
    std::unique_ptr<MYSQL_RES, Free> description_;
    std::vector<MysqlCell> cells_;
    std::vector<Value> values_;
    bool streaming_ = false;
};

}  // namespace prevision::sources
