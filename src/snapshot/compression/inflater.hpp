#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/byte_sink.hpp"

namespace prevision::snapshot {

/// RAII over zlib's inflate.
class Inflater {
  public:
    enum class Format { gzip, raw };
    enum class Result {
        more,     ///< it wants more input
        end,      ///< the data ended; the input is what follows it
        stopped,  ///< the sink wants no more
        damaged,  ///< the input is not such data
    };

    explicit Inflater(Format format);
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// Takes bytes off the front of the input and writes what they decompress to.
    Result write(std::string_view& input, ByteSink& sink);

    /// Starts anew: other data follows.
    void reset();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace prevision::snapshot
