#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "sources/source.hpp"

namespace prevision::sources {

/// The bytes of a file that is to be written.
struct OutgoingFile {
    std::uint64_t size = 0;

    /// Fills the buffer from its start, and says with how many; 0 at the end.
    std::function<std::size_t(std::span<char>)> read;

    /// Goes back to the first byte.
    std::function<void()> rewind;
};

/// Writes files of a remote system. One thread at a time. Errors as a Source's.
class FileWriter : public Caller {
  public:
    /// Whether something is there already.
    virtual bool exists(const Location& location) = 0;

    /// Writes the whole file, and replaces an existing one; when that fails, the existing one stays. Does not create
    /// folders. Error not_found when the folder or the bucket is not there.
    virtual void write(const Location& location, const OutgoingFile& file) = 0;
};

}  // namespace prevision::sources
