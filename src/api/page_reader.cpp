#include "api/page_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace prevision::api {

namespace {

using std::chrono::milliseconds;

constexpr int most_under_way = 8;
/// How far ahead of the wanted page others are read and held, so that a slow page does not stop them.
constexpr std::int64_t most_ahead = 16;
/// When the caller took this long between two pages, connections and time limits may have ended.
constexpr milliseconds long_away{500};

}  // namespace

PageReader::PageReader(transport::Transport& transport, Cancellation& cancellation,
                       const RetrySettings& retry, std::string path, Report report)
    : cancellation_(cancellation),
      retry_(retry),
      path_(std::move(path)),
      report_(std::move(report)),
      calls_(transport.begin_calls()),
      left_at_(retry.clock->steady()) {}

transport::Response PageReader::next() {
    away_ += retry_.clock->steady() - left_at_;
    last_ = std::max(last_, wanted_);
    for (;;) {
        start_pages();
        if (const auto found = pages_.find(wanted_); found->second.ended()) {
            auto page = pages_.extract(found);
            ++wanted_;
            left_at_ = retry_.clock->steady();
            if (page.mapped().failure) throw *page.mapped().failure;
            return std::move(*page.mapped().response);
        }
        wait();
    }
}

std::string PageReader::path_of(std::int64_t number) const {
    return fmt::format("{}{}page={}", path_, path_.find('?') == std::string::npos ? '?' : '&', number);
}

void PageReader::start_pages() {
    while (under_way_ < allowed_ && started_ < std::min(last_, wanted_ + most_ahead - 1)) {
        const auto [added, is_new] = pages_.emplace(
            ++started_, Page{.budget = RetryBudget(retry_), .start = retry_.clock->steady(), .away = away_});
        send(added->first, added->second);
    }
}

void PageReader::send(std::int64_t number, Page& page) {
    page.due.reset();
    ++under_way_;
    calls_->start(number, {.method = "GET",
                           .path = path_of(number),
                           .headers = {},
                           .body = {},
                           .timeout = page.budget.left(),
                           .cancellation = &cancellation_});
}

/// Waits until a page is answered, or sends a delayed try.
void PageReader::wait() {
    if (under_way_ < allowed_ && send_due()) return;
    auto limit = milliseconds(3'600'000);
    const auto now = retry_.clock->steady();
    for (const auto& [number, page] : pages_) {
        if (page.due) limit = std::min(limit, std::chrono::ceil<milliseconds>(*page.due - now));
    }
    if (under_way_ > 0) {
        if (auto ended = calls_->wait(std::max(limit, milliseconds(1)))) take(std::move(*ended));
        return;
    }
    retry_.wait(std::max(limit, milliseconds(0)));
    for (auto& [number, page] : pages_) {
        if (!page.due || std::chrono::ceil<milliseconds>(*page.due - now) > limit) continue;
        send(number, page);
        return;
    }
}

bool PageReader::send_due() {
    const auto now = retry_.clock->steady();
    for (auto& [number, page] : pages_) {
        if (!page.due || *page.due > now) continue;
        send(number, page);
        return true;
    }
    return false;
}

void PageReader::take(transport::Calls::Ended ended) {
    --under_way_;
    // One more call at a time after each answer: a small server accepts only a few new connections at once.
    allowed_ = std::min(allowed_ + 1, most_under_way);
    auto& page = pages_.at(ended.number);
    if (!ended.failure) {
        const bool again = invites_retry(ended.response);
        const auto asked = again ? retry_after(ended.response, retry_.clock->now()) : std::nullopt;
        page.response = std::move(ended.response);
        if (again) try_again(page, asked);
    } else if (away_ - page.away >= long_away) {
        // It timed out while the caller was away: not counted as a try.
        page.budget = RetryBudget(retry_);
        page.away = away_;
        send(ended.number, page);
    } else {
        page.failure = std::move(ended.failure);
        try_again(page, std::nullopt);
    }
    if (page.ended()) {
        report_(path_of(ended.number),
                page.failure ? page.failure->what() : fmt::format("{}", page.response->status), page.start);
    }
}

void PageReader::try_again(Page& page, std::optional<milliseconds> asked) {
    const auto pause = page.budget.take(asked);
    if (!pause) return;
    page.response.reset();
    page.failure.reset();
    page.due = retry_.clock->steady() + *pause;
}

}  // namespace prevision::api
