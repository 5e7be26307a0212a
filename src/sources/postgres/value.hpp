#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sources/source.hpp"

namespace prevision::sources::postgres {

/// A column that values are written into.
class TargetColumn {
  public:
    /// `type` as format_type() writes it, of a domain its base type's: "numeric(10,2)".
    TargetColumn(std::string name, std::string_view type);

    /// What the values of a type are: "bytea" → binary.
    static ValueKind values_of(std::string_view type);

    [[nodiscard]] const std::string& name() const { return name_; }

    /// Appends a value, in the form that a dataset holds it, as a literal of the column's type. `kind` is that of
    /// the value, when it is known. Returns why the column cannot hold the value as it is; nothing when it can, or
    /// the server finds out.
    std::optional<std::string> append(std::string& sql, std::string_view value,
                                      std::optional<ValueKind> kind) const;

  private:
    enum class Kind {
        other,  ///< the server takes the value as it is, or not at all
        text,
        fixed_text,
        name,
        boolean,
        integer,
        decimal,
        single_float,
        double_float,
        money,
        money_array,
        bytes,
        date,
        time,
        time_with_zone,
        timestamp,
        timestamp_with_zone,
    };

    static Kind kind_of(std::string_view base);
    [[nodiscard]] std::optional<std::string> check_text(std::string_view value) const;
    [[nodiscard]] std::optional<std::string> check_number(std::string_view value) const;
    [[nodiscard]] std::optional<std::string> check_time(std::string_view value) const;

    std::string name_;
    Kind kind_;
    std::optional<long> size_;  ///< in parentheses: characters, digits of the fraction
};

}  // namespace prevision::sources::postgres
