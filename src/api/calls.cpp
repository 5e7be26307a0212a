// How every call is made: with retries, a trace, and errors that say what failed.
#include <utility>

#include <fmt/format.h>

#include "api/client.hpp"
#include "core/retry.hpp"
#include "core/wait.hpp"
#include "model/codec.hpp"

namespace prevision::api {

Client::Client(transport::Transport& transport, Cancellation& cancellation, ClientSettings settings)
    : transport_(transport), cancellation_(cancellation), settings_(std::move(settings)) {
    if (!settings_.retry.wait) {
        settings_.retry.wait = [this](std::chrono::milliseconds pause) { wait_for(pause, cancellation_); };
    }
    if (!settings_.retry.jitter) settings_.retry.jitter = random_jitter;
}

transport::Response Client::send(const Call& call) {
    transport::Request request{.method = call.method,
                               .path = call.path,
                               .headers = call.headers,
                               .body = call.body,
                               .upload = call.upload,
                               .sink = call.sink,
                               .cancellation = &cancellation_};
    const auto& retry = settings_.retry;
    const auto start = retry.clock->steady();
    try {
        auto response = send_with_retries(transport_, request, call.repeat, retry);
        trace(call.method, call.path, fmt::format("{}", response.status), start);
        return response;
    } catch (const transport::TransportError& error) {
        trace(call.method, call.path, error.what(), start);
        throw Error(error.error_class(), fmt::format("{}: {}", call.what, error.what()), error.hint());
    }
}

void Client::trace(const std::string& method, const std::string& path, const std::string& outcome,
                   std::chrono::steady_clock::time_point start) const {
    if (!settings_.trace) return;
    const auto elapsed = settings_.retry.clock->steady() - start;
    settings_.trace({.method = method,
                     .path = path,
                     .outcome = outcome,
                     .elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed)});
}

std::string Client::call(const Call& call) {
    auto response = send(call);
    if (!is_success(response.status)) throw to_error(call.what, response, transport_.description());
    return std::move(response.body);
}

std::optional<std::string> Client::call_if_known(const Call& call) {
    auto response = send_if_known(call);
    if (!response) return std::nullopt;
    return std::move(response->body);
}

std::optional<transport::Response> Client::send_if_known(const Call& call) {
    auto response = send(call);
    if (is_success(response.status)) return response;
    // The embedded platform names an error's class: then the call is known, and something else is not there.
    const bool is_unknown = response.status == 404 || response.status == 405 || response.status == 501;
    if (is_unknown && model::decode_failure(response.body).error_class.empty()) return std::nullopt;
    throw to_error(call.what, response, transport_.description());
}

std::string Client::call_added(const Call& call) {
    auto body = call_if_known(call);
    if (!body) throw lacks_call(call.what);
    return std::move(*body);
}

Error Client::lacks_call(const std::string& what) {
    return Error(
        ErrorClass::invalid, fmt::format("{}: this platform has no such call", what),
        "it may be older than this program; the embedded platform has it, as 'prevision serve' does");
}

}  // namespace prevision::api
