#pragma once

#include <string_view>

#include "core/io.hpp"
#include "transport/transport.hpp"

namespace prevision::cli {

/// An answer's body straight to a stream.
class OutputSink final : public transport::BodySink {
  public:
    explicit OutputSink(Output& out) : out_(out) {}
    void write(std::string_view chunk) override { out_.write(chunk); }

  private:
    Output& out_;
};

}  // namespace prevision::cli
