#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/cancellation.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// What tells one state of a distant file from another; what its system does not tell is left out.
struct FileVersion {
    std::optional<std::uint64_t> size;
    std::string modified;  ///< RFC 3339
    std::string tag;       ///< any text that changes when the file does (S3's ETag)

    bool operator==(const FileVersion&) const = default;
};

/// A distant file, which is read by one attempt after another.
class DistantFile {
  public:
    /// Takes the bytes; false when no more is wanted.
    using Take = std::function<bool(std::string_view bytes)>;

    virtual ~DistantFile() = default;

    /// What the system says of the file now. Error not_found, auth, unreachable, invalid (it is no file).
    virtual FileVersion look() = 0;

    /// Hands the bytes from `offset` on to `take`, and returns at the end of the file or when `take` says
    /// false, the connection in order. Error unreachable when it was lost on the way: another attempt may go
    /// on. All other Errors are final.
    virtual void fetch(std::uint64_t offset, const Take& take) = 0;

    /// "/reports/sales.csv at files.example.com:21", for messages.
    [[nodiscard]] virtual std::string title() const = 0;
};

struct TransferPolicy {
    int attempts = 5;                           ///< in a row that may fail without a byte
    std::chrono::milliseconds first_wait{100};  ///< before the second of these; doubled for each that follows
};

/// Reads a distant file whole: goes on where it stopped when the connection is lost, and makes sure that the
/// file is the same one at every attempt and at the end. `open` gives the sink, which is called once, before
/// any byte. Ends early, and then checks nothing, when the sink wants no more.
///
/// Errors: what `look` throws at first; integrity when the file changed meanwhile; unreachable when the
/// connection stays lost; the cancellation's; what the sink throws.
void transfer_file(DistantFile& file, const std::function<FileSink&(const FileVersion& version)>& open,
                   Cancellation& cancellation, const TransferPolicy& policy = {});

}  // namespace prevision::sources
