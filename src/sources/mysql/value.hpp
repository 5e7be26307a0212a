#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prevision::sources::mysql {

/// A column that values are written into.
class TargetColumn {
  public:
    /// `type` and `extra` as SHOW COLUMNS has them: "tinyint(1)", "STORED GENERATED".
    TargetColumn(std::string name, std::string_view type, std::string_view extra);

    [[nodiscard]] const std::string& name() const { return name_; }

    /// Whether the server computes the values: the table's definition yields them again.
    [[nodiscard]] bool is_generated() const { return is_generated_; }

    /// Appends a value, in the form that a dataset holds it, as a literal of the column's type, for a session
    /// as SessionUse::write prepares it: bytes as x'…', a boolean as 1 or 0, a time without its Z. Returns why
    /// the column cannot hold the value as it is; nothing when it can, as far as this is known here.
    std::optional<std::string> append(std::string& sql, const std::optional<std::string>& value) const;

  private:
    enum class Kind { text, integer, bit, single_float, double_float, bytes, date, time };

    static Kind kind_of(std::string_view base);
    [[nodiscard]] std::optional<std::string> append_time(std::string& sql, std::string_view value) const;

    std::string name_;
    Kind kind_;
    std::size_t fraction_digits_ = 0;  ///< of a time
    bool is_generated_;
};

}  // namespace prevision::sources::mysql
