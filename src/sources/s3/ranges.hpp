#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sources/s3/client.hpp"

namespace prevision::sources::s3 {

/// An object as it was when its first byte came.
struct Object {
    std::string bucket;
    std::string key;
    std::string etag;      ///< empty where the service sent none
    std::string modified;  ///< RFC 3339, or empty
    std::uint64_t size = 0;

    [[nodiscard]] std::string purpose() const;  ///< "cannot read the object 'bucket/key'"

    /// The tag that an answer must have, for If-Match, which compares only strong ones; may be empty.
    [[nodiscard]] std::string required_tag() const;

    /// Throws Error integrity when an answer belongs to another version of the object, and WholeObject when the
    /// service sends all of it, or another part, instead of the part from `first` on.
    void check(const Head& head, std::uint64_t first) const;
    void check_version(const Head& head) const;

    /// Throws Error integrity when the service sends a part where all of it was asked for.
    void check_whole(const Head& head) const;

    /// The last byte to ask for, to read up to `end`: at the end of the object one more, for the size that the service
    /// says may be too small.
    [[nodiscard]] std::uint64_t last_to_ask(std::uint64_t end) const { return end == size ? end : end - 1; }

    /// The Error when more comes than `size`.
    [[nodiscard]] Error longer() const;

    /// Waits before the rest is requested again. Throws when a retry cannot help, or after too many
    /// failures in a row.
    void wait_after(const Failure& failure, int failures, Cancellation& cancellation) const;
};

/// Thrown, also through libcurl, when a service cannot send a part of an object.
struct WholeObject {};

/// How many bytes before a cut are requested again and compared.
inline constexpr std::uint64_t overlap_size = std::uint64_t{16} << 10U;

/// Reads a range of an object: several threads fetch its parts, and `next` returns them in order. Threads that are ahead wait, so
/// that only a fixed number of parts is in memory.
class Ranges {
  public:
    /// Starts to fetch the bytes of [begin, end). All arguments must outlive it.
    Ranges(const Endpoint& endpoint, const Object& object, std::uint64_t begin, std::uint64_t end,
           Cancellation& cancellation);

    /// Aborts the transfers under way, and waits for the threads.
    ~Ranges();
    Ranges(const Ranges&) = delete;
    Ranges& operator=(const Ranges&) = delete;

    /// The next bytes, which live until the next call; empty at the end. Throws what a part failed with, and
    /// the cancellation's Error.
    std::string_view next();

  private:
    /// Memory for one part. The bytes before `filled` belong to the reader, those after it to the thread
    /// that fetches the part.
    struct Slot {
        std::unique_ptr<char[]> bytes;
        std::size_t filled = 0;
        std::size_t taken = 0;
    };

    [[nodiscard]] std::uint64_t first_of(std::uint64_t part) const;
    [[nodiscard]] std::size_t size_of(std::uint64_t part) const;
    [[nodiscard]] Slot& slot_of(std::uint64_t part) { return slots_[part % slots_.size()]; }
    void work();
    bool claim(std::uint64_t& part);
    void fetch(Client& client, std::uint64_t part);
    void fetch_once(Client& client, std::uint64_t part, std::size_t& filled);
    void publish(std::uint64_t part, std::size_t filled);
    void stop();

    const Endpoint& endpoint_;
    const Object& object_;
    const std::uint64_t begin_;
    const std::uint64_t end_;
    const std::uint64_t parts_;
    Cancellation& cancellation_;
    Cancellation stopped_;  ///< ends the threads' transfers

    std::mutex mutex_;  ///< guards what follows
    std::condition_variable changed_;
    std::vector<Slot> slots_;
    std::uint64_t head_ = 0;     ///< the part that the reader reads
    std::uint64_t claimed_ = 0;  ///< the first part that no thread has taken yet
    std::size_t lent_ = 0;       ///< bytes of the head part that `next` returned last
    std::exception_ptr failure_;

    std::vector<std::thread> threads_;
    std::unique_ptr<Cancellation::Subscription> subscription_;
};

}  // namespace prevision::sources::s3
