#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/io.hpp"

namespace prevision::cli {

/// The stdout of a command. With `--jq`, its JSON is held and filtered at the end; without it, all goes straight through.
class FilteredOutput final : public Output {
  public:
    /// `out` must outlive it.
    explicit FilteredOutput(Output& out);
    ~FilteredOutput() override;

    /// Filters what is written from now on. Error usage when `program` is not valid jq, internal when libjq is not there.
    void filter(const std::string& program);

    void write(std::string_view bytes) override;
    void flush() override;

    /// Writes the program's results for what is held, each on a line: texts as they are, all else as JSON. Error invalid when
    /// that is not JSON, or the program fails on it. Nothing without `filter`.
    void finish(bool printable);

  private:
    class Program;

    Output& out_;
    std::unique_ptr<Program> program_;
    std::string held_;
};

}  // namespace prevision::cli
