#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sources/sqlite/file.hpp"

namespace prevision::sources::sqlite {

/// A column that values are written into.
class TargetColumn {
  public:
    /// `type` is the declared one. `strict`: the table is STRICT.
    TargetColumn(std::string name, std::string_view type, bool strict);

    [[nodiscard]] const std::string& name() const { return name_; }

    /// Binds a value, in the form that a dataset holds it, as the value that was read: `\x…` as a BLOB; a
    /// number as a number where the column has no type, for those with a type convert by themselves. Returns
    /// why the column cannot hold the value as it is; nothing when it can.
    std::optional<std::string> bind(Statement& statement, int index,
                                    const std::optional<std::string>& value) const;

  private:
    enum class Affinity { text, number, none };

    static Affinity affinity_of(std::string_view type);
    static void bind_untyped(Statement& statement, int index, const std::string& value);

    std::string name_;
    Affinity affinity_;
    bool holds_only_text_;
};

}  // namespace prevision::sources::sqlite
