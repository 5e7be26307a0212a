#include "api/retry.hpp"

#include <algorithm>
#include <ctime>

#include "core/retry.hpp"
#include "core/text.hpp"
#include "model/codec.hpp"

namespace prevision::api {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_wait{500};
constexpr milliseconds longest_wait{30'000};

bool may_repeat(Repeat repeat, const transport::TransportError& failure) {
    return repeat == Repeat::safe || (repeat == Repeat::if_not_sent && !failure.may_have_arrived());
}

}  // namespace

RetryBudget::RetryBudget(const RetrySettings& settings)
    : settings_(&settings), start_(settings.clock->steady()) {}

milliseconds RetryBudget::left() const {
    if (settings_->timeout.count() == 0) return milliseconds::zero();
    const auto spent = std::chrono::duration_cast<milliseconds>(settings_->clock->steady() - start_);
    return std::max(settings_->timeout - spent, milliseconds{1});
}

std::optional<milliseconds> RetryBudget::take(std::optional<milliseconds> asked) {
    if (tries_ >= settings_->retries) return std::nullopt;
    const RetryPolicy policy{.first_wait = first_wait, .longest_wait = longest_wait};
    const auto pause = policy.pause(tries_ + 1, settings_->jitter(), asked);
    if (settings_->timeout.count() != 0 && pause >= left()) return std::nullopt;
    ++tries_;
    return pause;
}

bool invites_retry(const transport::Response& response) {
    if (response.status != 429 && response.status < 500) return false;
    // With a class of its own the error is about a system behind the platform: a retry would not help.
    return model::decode_failure(response.body).error_class.empty();
}

std::optional<milliseconds> retry_after(const transport::Response& response,
                                        std::chrono::system_clock::time_point now) {
    const auto value = transport::find_header(response.headers, "Retry-After");
    if (!value) return std::nullopt;
    if (const auto seconds = parse_integer(trim(*value))) {
        if (*seconds < 0) return std::nullopt;
        constexpr std::int64_t longest = 365LL * 24 * 3600;  // keeps the product in range
        return milliseconds(std::min(*seconds, longest) * 1000);
    }
    std::tm time{};
    const char* end = ::strptime(value->c_str(), "%a, %d %b %Y %H:%M:%S GMT", &time);
    if (end == nullptr) return std::nullopt;
    const auto until = std::chrono::system_clock::from_time_t(::timegm(&time));
    return std::max(std::chrono::duration_cast<milliseconds>(until - now), milliseconds::zero());
}

transport::Response send_with_retries(transport::Transport& transport, transport::Request request,
                                      Repeat repeat, const RetrySettings& settings) {
    RetryBudget budget(settings);
    std::optional<WatchedSink> sink;
    if (request.sink != nullptr) request.sink = &sink.emplace(*request.sink);
    bool may_have_arrived = false;
    for (;;) {
        request.timeout = budget.left();
        std::optional<milliseconds> pause;
        try {
            auto response = transport.send(request);
            if (may_have_arrived && request.method == "DELETE" && response.status == 404)
                return {.status = 204};
            if (repeat != Repeat::safe || !invites_retry(response)) return response;
            may_have_arrived = may_have_arrived || response.status >= 500;
            pause = budget.take(retry_after(response, settings.clock->now()));
            if (!pause) return response;
        } catch (const transport::TransportError& failure) {
            may_have_arrived = may_have_arrived || failure.may_have_arrived();
            if ((sink && sink->begun()) || !may_repeat(repeat, failure)) throw;
            pause = budget.take(std::nullopt);
            if (!pause) throw;
        }
        settings.wait(*pause);
        if (request.upload != nullptr) request.upload->rewind();
    }
}

}  // namespace prevision::api
