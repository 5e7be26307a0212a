#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <mysql.h>

#include "sources/mysql/cell.hpp"
#include "sources/mysql/client.hpp"
#include "sources/source.hpp"

namespace prevision::sources::mysql {

/// A prepared statement and its rows as they arrive. Prepared, because its rows arrive in binary: a large
/// table takes half the time when the server does not write every number and time as text. Destruction
/// before the last row closes the connection instead of reading the rest. Must not outlive its client.
class Statement {
  public:
    /// Prepares it on the server. Error invalid when it yields no rows or has a parameter.
    Statement(Client& client, std::string_view sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    void execute();

    /// The columns, after `execute`.
    [[nodiscard]] std::vector<Column> columns() const;

    /// Goes to the next row; false after the last one.
    bool next();

    /// The values of the row, in the forms that a ValueKind promises, valid until the next call of `next`.
    [[nodiscard]] std::span<const Value> values() const { return values_; }

  private:
    [[nodiscard]] std::span<const MYSQL_FIELD> fields() const;
    [[noreturn]] void fail();

    struct Free {
        void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
        void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
    };

    Client& client_;
    std::unique_ptr<MYSQL_STMT, Free> statement_;
    std::unique_ptr<MYSQL_RES, Free> description_;
    std::vector<Cell> cells_;
    std::vector<Value> values_;
    bool streaming_ = false;
};

/// Runs a statement and calls `each` with every row.
void for_each_row(Client& client, std::string_view sql,
                  const std::function<void(std::span<const Value> row)>& each);

}  // namespace prevision::sources::mysql
