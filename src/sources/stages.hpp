#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "sources/source.hpp"

namespace prevision::sources {

/// For a test read: takes rows and keeps their number.
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

/// Does one step of a test, `step` giving what there is to say about it, and tells the observer how it went.
/// An Error is told and thrown on.
void run_stage(const StageObserver& observer, const std::string& name,
               const std::function<std::string()>& step);

}  // namespace prevision::sources
