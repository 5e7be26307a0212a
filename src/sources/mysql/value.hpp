#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sources/source.hpp"
#include "sources/sql/text_converter.hpp"

namespace prevision::sources::mysql {

/// A column that values are written into.
class TargetColumn {
  public:
    /// `type` and `extra` as SHOW COLUMNS has them: "tinyint(1)", "STORED GENERATED"; `nullable`: it may hold
    /// NULL. `values` is what the values are, when it is known.
    TargetColumn(std::string name, std::string_view type, std::string_view extra, bool nullable,
                 std::optional<ValueKind> values);

    /// What the values of a type are: "varbinary(20)" → binary.
    static ValueKind values_of(std::string_view type);

    [[nodiscard]] const std::string& name() const { return name_; }

    /// Whether the server computes the values: the table's definition yields them again.
    [[nodiscard]] bool is_generated() const { return is_generated_; }

    /// Appends a value, in the form that a dataset holds it, as a literal of the column's type, for a session
    /// as SessionUse::write prepares it: bytes as x'…', a boolean as 1 or 0, a time in UTC. Text is written in
    /// the encoding of `encoder`, unless that is nullptr. Returns why the column cannot hold the value as it
    /// is; nothing when it can, or the server finds out.
    std::optional<std::string> append(std::string& sql, const Value& value, TextDecoder* encoder) const;

  private:
    enum class Kind {
        text,
        fixed_text,
        member,
        members,
        integer,
        bit,
        decimal,
        single_float,
        double_float,
        bytes,
        fixed_bytes,
        year,
        date,
        time,
    };

    static Kind kind_of(std::string_view base);
    [[nodiscard]] std::optional<std::string> append_text(std::string& sql, std::string_view value,
                                                         TextDecoder* encoder) const;
    [[nodiscard]] std::optional<std::string> append_bytes(std::string& sql, const Value& value) const;
    [[nodiscard]] std::optional<std::string> append_number(std::string& sql, std::string_view value) const;
    [[nodiscard]] std::optional<std::string> append_time(std::string& sql, std::string_view value) const;
    [[nodiscard]] bool is_allowed(std::string_view value) const;

    std::string name_;
    Kind kind_;
    std::size_t size_ = 0;              ///< in parentheses: of a BINARY, of a fraction of seconds
    std::vector<std::string> members_;  ///< of an ENUM or SET
    bool is_generated_;
    std::string_view stored_for_null_;  ///< what the server stores instead of NULL; empty: nothing
    std::optional<ValueKind> values_;
};

}  // namespace prevision::sources::mysql
