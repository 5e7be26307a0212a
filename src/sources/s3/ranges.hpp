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

namespace prevision::sources {

/// An object as it was when its first byte came.
struct S3Object {
    std::string bucket;
    std::string key;
    std::string etag;      ///< empty where the service told none
    std::string modified;  ///< RFC 3339, or empty
    std::uint64_t size = 0;

    [[nodiscard]] std::string purpose() const;  ///< "cannot read the object 'bucket/key'"

    /// Throws Error integrity when an answer is of another object than this.
    void check(const S3Head& head, std::uint64_t first) const;

    /// Waits before the rest is asked for again, or throws what the failure means for the reading when that
    /// cannot help or `failures` in a row are too many.
    void wait_after(const S3Failure& failure, int failures, Cancellation& cancellation) const;
};

/// A stretch of an object, fetched in parts by several threads and given out in order. Holds a fixed number
/// of parts in memory: who is ahead waits.
class S3Ranges {
  public:
    /// Begins to fetch the bytes from `begin` to before `end`. All must outlive it.
    S3Ranges(const S3Endpoint& endpoint, const S3Object& object, std::uint64_t begin, std::uint64_t end,
             Cancellation& cancellation);

    /// Gives up what is on its way, and waits for the threads.
    ~S3Ranges();
    S3Ranges(const S3Ranges&) = delete;
    S3Ranges& operator=(const S3Ranges&) = delete;

    /// The next bytes, which live until the next call; empty at the end. Throws what a part failed with, and
    /// the cancellation's Error.
    std::string_view next();

  private:
    /// A part's place in memory. The bytes below `filled` are the reader's, those from there on the
    /// fetching thread's.
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
    void fetch(S3Client& client, std::uint64_t part);
    void fetch_once(S3Client& client, std::uint64_t part, std::size_t& filled);
    void stop();

    const S3Endpoint& endpoint_;
    const S3Object& object_;
    const std::uint64_t begin_;
    const std::uint64_t end_;
    const std::uint64_t parts_;
    Cancellation& cancellation_;
    Cancellation stopped_;  ///< ends the threads' transfers

    std::mutex mutex_;  ///< guards what follows
    std::condition_variable changed_;
    std::vector<Slot> slots_;
    std::uint64_t head_ = 0;     ///< the part that is given out
    std::uint64_t claimed_ = 0;  ///< the first part that nobody fetches yet
    std::size_t lent_ = 0;       ///< bytes of the head part that the reader works on
    std::exception_ptr failure_;

    std::vector<std::thread> threads_;
    std::unique_ptr<Cancellation::Subscription> subscription_;
};

}  // namespace prevision::sources
