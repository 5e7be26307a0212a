#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace prevision::sources {

/// An INSERT of many rows.
class InsertStatement {
  public:
    InsertStatement() = default;

    /// `beginning` is "INSERT INTO t (a, b) VALUES ".
    explicit InsertStatement(std::string beginning) : beginning_(std::move(beginning)) {}

    /// Adds a row, as literals: "1,'a',NULL".
    void add(std::string_view literals);

    /// Whether it is time to send it.
    [[nodiscard]] bool is_full() const;
    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] std::size_t size() const { return text_.size(); }

    /// The statement with the rows that were added since the last call.
    std::string take();

  private:
    std::string beginning_;
    std::string text_;
};

}  // namespace prevision::sources
