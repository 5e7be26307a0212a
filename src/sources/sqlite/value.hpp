#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sources/source.hpp"
#include "sources/sql/text_converter.hpp"
#include "sources/sqlite/file.hpp"

namespace prevision::sources::sqlite {

/// A column that values are written into.
class TargetColumn {
  public:
    /// `type` is the declared one. `strict`: the table is STRICT. `nullable`: it may hold NULL. `values` is what the
    /// values are, when it is known.
    TargetColumn(std::string name, std::string_view type, bool strict, bool nullable,
                 std::optional<ValueKind> values);

    [[nodiscard]] const std::string& name() const { return name_; }

    /// Binds a value, in the form that a dataset holds it, as the value that was read: `\x…` as a BLOB; a
    /// number as a number where the column has no type, for those with a type convert by themselves. Text is
    /// written in the encoding of `encoder`, unless that is nullptr. Returns why the column cannot hold the
    /// value as it is; nothing when it can.
    std::optional<std::string> bind(Statement& statement, int index, const Value& value,
                                    TextDecoder* encoder) const;

    /// Whether `bind` would take a text for a value of another kind, unless it is marked as Value::is_text. `type`
    /// is the declared type of the column that it was read from.
    static bool looks_like_another_kind(std::string_view text, std::string_view type);

  private:
    enum class Affinity { text, number, none };

    static Affinity affinity_of(std::string_view type);
    [[nodiscard]] std::optional<std::string> bind_number(Statement& statement, int index,
                                                         const Value& value) const;
    static bool bind_untyped(Statement& statement, int index, std::string_view value);

    std::string name_;
    Affinity affinity_;
    bool nullable_;
    bool holds_only_text_;
    bool holds_booleans_;
    std::optional<ValueKind> values_;
};

}  // namespace prevision::sources::sqlite
