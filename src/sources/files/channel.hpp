#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace prevision::sources {

/// A stream of bytes to a server and one from it. Errors as of what carries them.
class Channel {
  public:
    virtual ~Channel() = default;

    /// Reads at least one byte.
    virtual std::size_t read(std::span<char> buffer) = 0;

    /// Writes all of it.
    virtual void write(std::string_view bytes) = 0;

    /// The two sides have agreed: from now on each call may take as long as bytes move.
    virtual void begin_transfers() = 0;
};

}  // namespace prevision::sources
