#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace prevision::snapshot {

/// Passes bytes, in their order, to a function that works on a thread of its own, so that the writer does not
/// wait for it. Holds at most 1.5 MiB: a writer that is further ahead waits. Fewer bytes than a block are
/// worked on by `finish`, without a thread.
class BackgroundSink {
  public:
    explicit BackgroundSink(std::function<void(std::string_view)> work);

    /// Drops the bytes that are not worked on yet.
    ~BackgroundSink();
    BackgroundSink(const BackgroundSink&) = delete;
    BackgroundSink& operator=(const BackgroundSink&) = delete;

    /// Throws what the work threw.
    void write(std::string_view bytes);

    /// Returns when all is worked on; throws what the work threw.
    void finish();

  private:
    static constexpr std::size_t block_size = std::size_t{256} << 10U;
    static constexpr std::size_t block_count = 6;

    void hand_over();
    void run();
    void check();

    std::function<void(std::string_view)> work_;
    std::array<std::string, block_count> blocks_;  ///< the writer fills the one of `next_`
    std::size_t next_ = 0;                         ///< counts blocks; modulo `block_count` it is the index
    std::mutex mutex_;                             ///< guards what follows
    std::condition_variable changed_;
    std::size_t handed_over_ = 0;
    std::size_t done_ = 0;
    bool ended_ = false;
    std::exception_ptr failure_;
    std::thread thread_;
};

}  // namespace prevision::snapshot
