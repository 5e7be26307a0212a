#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace prevision::sources {

/// An INSERT of many rows, its values as literals of standard SQL: a quote is doubled, and a backslash is a
/// character like any other, which the session must have been told.
class InsertStatement {
  public:
    /// `beginning` is "INSERT INTO t (a, b) VALUES ".
    explicit InsertStatement(std::string beginning) : beginning_(std::move(beginning)) {}

    void add(std::span<const std::optional<std::string>> values);

    /// Adds a row whose literals are written already: "1,'a',NULL".
    void add_literals(std::string_view literals);

    /// Whether it is time to send it.
    [[nodiscard]] bool is_full() const;
    [[nodiscard]] bool empty() const { return text_.empty(); }

    /// The statement with the rows that were added since the last call.
    std::string take();

  private:
    std::string beginning_;
    std::string text_;
};

}  // namespace prevision::sources
