#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/retry.hpp"
#include "core/cancellation.hpp"
#include "transport/transport.hpp"

namespace prevision::api {

/// Requests the pages of a list, several at a time, retries each by itself, and returns them in order. Holds only a few
/// pages. Destruction cancels running requests. One thread at a time.
class PageReader {
  public:
    /// Receives each page's path, outcome and start.
    using Report = std::function<void(const std::string& path, const std::string& outcome,
                                      std::chrono::steady_clock::time_point start)>;

    /// `path` is the list's; the page's number is added to it. The references must outlive the reader.
    PageReader(transport::Transport& transport, Cancellation& cancellation, const RetrySettings& retry,
               std::string path, Report report);

    /// Sets how many pages may be requested; initially one.
    void expect(std::int64_t pages) { last_ = pages; }

    /// The next page, whatever its status. Throws as send_with_retries does.
    transport::Response next();

  private:
    struct Page {
        RetryBudget budget;
        std::chrono::steady_clock::time_point start;
        std::chrono::steady_clock::duration away;                    // the reader's, when this was started
        std::optional<std::chrono::steady_clock::time_point> due{};  // of its next try
        std::optional<transport::Response> response{};
        std::optional<transport::TransportError> failure{};
        [[nodiscard]] bool ended() const { return response || failure; }
    };

    [[nodiscard]] std::string path_of(std::int64_t number) const;
    void start_pages();
    void send(std::int64_t number, Page& page);
    void take(transport::Calls::Ended ended);
    void try_again(Page& page, std::optional<std::chrono::milliseconds> asked);
    bool send_due();
    void wait();

    Cancellation& cancellation_;
    const RetrySettings& retry_;
    std::string path_;
    Report report_;
    std::unique_ptr<transport::Calls> calls_;
    std::map<std::int64_t, Page> pages_;  // requested, and not yet returned by `next`
    std::int64_t wanted_ = 1;
    std::int64_t started_ = 0;
    std::int64_t last_ = 1;
    int under_way_ = 0;
    int allowed_ = 1;                              // calls at the same time, so far
    std::chrono::steady_clock::duration away_{0};  // time spent by the caller between two pages
    std::chrono::steady_clock::time_point left_at_;
};

}  // namespace prevision::api
