#pragma once

#include <array>
#include <span>
#include <vector>

#include <mysql.h>

#include "sources/source.hpp"

/// What MySQL sends, in the forms that a ValueKind promises.
namespace prevision::sources {

/// What the description of a result says of a column: its kind, whether it may be NULL, and its type in
/// MySQL's words as far as it is told: "varchar(20)", "bigint unsigned", "decimal(10,2)", and for ENUM and
/// SET no more than that.
Column describe_mysql_column(const MYSQL_FIELD& field);

/// Rewrites, in the row's own memory, the values whose form is not MySQL's: DATETIME and TIMESTAMP, and FLOAT
/// where a table is read.
class MysqlValues {
  public:
    /// `is_float` says for each column whether it is a FLOAT that the server sends as a DOUBLE.
    MysqlValues(std::span<const MYSQL_FIELD> fields, const std::vector<bool>& is_float);

    /// The row's values. They live as long as the row, and until the next call.
    std::span<const Value> take(MYSQL_ROW row, const unsigned long* sizes) {
        const std::size_t count = values_.size();
        for (std::size_t at = 0; at < count; ++at) values_[at] = {row[at], sizes[at]};
        for (auto& rewrite : rewrites_) rewrite.apply(values_[rewrite.column], row[rewrite.column]);
        return values_;
    }

  private:
    enum class Form { date_time, point_in_time, single_float };

    struct Rewrite {
        std::size_t column = 0;
        Form form{};
        std::array<char, 32> text{};  // of a FLOAT

        void apply(Value& value, char* bytes);
    };

    std::vector<Value> values_;
    std::vector<Rewrite> rewrites_;
};

}  // namespace prevision::sources
