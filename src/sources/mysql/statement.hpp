#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <mysql.h>

#include "sources/mysql/cell.hpp"
#include "sources/mysql/client.hpp"
#include "sources/mysql/library.hpp"
#include "sources/source.hpp"

namespace prevision::sources::mysql {

/// A prepared statement and its rows as they arrive. Prepared, because its rows arrive in binary: a large
/// table takes half the time when the server does not write every number and time as text. Destruction
/// before the last row closes the connection instead of reading the rest. Must not outlive its client.
class Statement {
  public:
    /// Prepares it on the server. Error invalid when it yields no rows or has a parameter. `zone_mark` follows
    /// the points in time of the result: "Z", "+05:30", or empty.
    Statement(Client& client, std::string_view sql, std::string zone_mark);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// The descriptions of the result's columns. They may be others after `execute`, when a table has changed.
    [[nodiscard]] std::span<const MYSQL_FIELD> fields() const;

    void execute();

    /// Goes to the next row; false after the last one.
    bool next();

    /// The values of the row, in the forms that a ValueKind promises, valid until the next call of `next`.
    [[nodiscard]] std::span<const Value> values() const { return values_; }

  private:
    [[noreturn]] void fail();

    struct Free {
        void operator()(MYSQL_RES* result) const { mariadb().free_result(result); }
        void operator()(MYSQL_STMT* statement) const { mariadb().stmt_close(statement); }
    };

    Client& client_;
    std::string zone_mark_;
    std::unique_ptr<MYSQL_STMT, Free> statement_;
    std::unique_ptr<MYSQL_RES, Free> description_;
    std::vector<Cell> cells_;
    std::vector<Value> values_;
    bool streaming_ = false;
};

}  // namespace prevision::sources::mysql
