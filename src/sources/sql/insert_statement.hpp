#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace prevision::sources {

/// An INSERT of many rows, with its values as literals of standard SQL: a quote is written twice, and the session
/// must take a backslash as a plain character.
class InsertStatement {
  public:
    /// `beginning` is "INSERT INTO t (a, b) VALUES "; `casts` follow the literals of their columns ("::numeric").
    explicit InsertStatement(std::string beginning, std::vector<std::string> casts = {})
        : beginning_(std::move(beginning)), casts_(std::move(casts)) {}

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
    std::vector<std::string> casts_;
    std::string text_;
};

}  // namespace prevision::sources
