#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "sources/source.hpp"

namespace prevision::sources {

/// Counts the rows of a test.
class RowCounter final : public RowSink {
  public:
    void columns(std::span<const Column> columns) override { columns_ = columns.size(); }
    void row(std::span<const Value> /*values*/) override { ++rows_; }

    /// "3 columns, a row", for people.
    [[nodiscard]] std::string summary() const;

  private:
    std::size_t columns_ = 0;
    std::size_t rows_ = 0;
};

/// Runs one step of a test. The observer gets a Stage with the message that `step` returns, or that of the Error
/// that it throws, which is thrown again.
void run_stage(const StageObserver& observer, const std::string& name,
               const std::function<std::string()>& step);

}  // namespace prevision::sources
