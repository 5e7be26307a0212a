#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/cancellation.hpp"
#include "core/retry.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// Whether an Error is a cancellation's.
bool is_cancelled(const Error& error);

/// What identifies one version of a remote file, as far as its server knows it.
struct FileVersion {
    std::optional<std::uint64_t> size;
    std::string modified;  ///< RFC 3339, or empty

    bool operator==(const FileVersion&) const = default;
};

/// A remote file, read in one or more attempts.
class DistantFile {
  public:
    /// Takes bytes; false to end the transfer.
    using Take = std::function<bool(std::string_view bytes)>;

    virtual ~DistantFile() = default;

    /// The file's version now. Error not_found, auth, unreachable, invalid (it is not a file).
    virtual FileVersion look() = 0;

    /// Passes the bytes from `offset` on to `take`. Returns at the end of the file, or when `take` returns
    /// false; the connection can be used again. Error unreachable when the connection was lost: another
    /// attempt may resume. All other Errors are final.
    virtual void fetch(std::uint64_t offset, const Take& take) = 0;

    /// "/reports/sales.csv at files.example.com:21", for messages.
    [[nodiscard]] virtual std::string title() const = 0;
};

/// Reads a remote file whole: resumes where it stopped when the connection is lost, and checks that the file
/// is the same at every attempt and at the end. `open` returns the sink; it is called once, before any byte.
/// Returns early, without a check, when the sink has enough.
///
/// Errors: what the first `look` throws; integrity when the file changed meanwhile; unreachable when the
/// connection stays lost; the cancellation's; what the sink throws.
void transfer_file(DistantFile& file, const std::function<ByteSink&(const FileVersion& version)>& open,
                   Cancellation& cancellation, const RetryPolicy& policy = {});

}  // namespace prevision::sources
