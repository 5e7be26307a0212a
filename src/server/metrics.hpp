#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace prevision::server {

/// The server's counters, for Prometheus. They name no client and no object. Safe on any thread.
class Metrics {
  public:
    void count_request(int status, std::chrono::microseconds elapsed, std::uint64_t bytes);

    std::atomic<std::int64_t> connections{0};
    std::atomic<std::int64_t> event_streams{0};
    std::atomic<std::int64_t> long_calls{0};  ///< those that are not only for the store; with event streams
    std::atomic<std::uint64_t> refused_connections{0};

    /// The text format, version 0.0.4.
    [[nodiscard]] std::string text(std::size_t running_jobs) const;

  private:
    static constexpr std::array<std::int64_t, 10> bounds{500,    1'000,   2'500,     5'000,      10'000,
                                                         50'000, 100'000, 1'000'000, 10'000'000, 60'000'000};
    std::array<std::atomic<std::uint64_t>, 600> by_status_{};
    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> by_time_{};
    std::atomic<std::uint64_t> microseconds_{0};
    std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace prevision::server
