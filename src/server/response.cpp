#include "server/response.hpp"

#include <ctime>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::server {

namespace {

constexpr std::size_t piece_size = std::size_t{64} << 10U;

std::string_view reason_of(int status) {
    const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
    return {reason.data(), reason.size()};
}

bool has_length(const platform::Answer& answer) {
    return transport::find_header(answer.headers, "Content-Length").has_value();
}

Framing framing_of(const platform::Answer& answer, bool http_1_0) {
    if (has_length(answer)) return Framing::length;
    return http_1_0 ? Framing::close : Framing::chunked;
}

}  // namespace

std::string response_head(const platform::Answer& answer, Framing framing, std::uint64_t length,
                          bool keep_alive) {
    std::string head = fmt::format("HTTP/1.1 {} {}\r\n", answer.status, reason_of(answer.status));
    head +=
        fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\nServer: prevision\r\nCache-Control: no-store\r\n",
                    fmt::gmtime(std::time(nullptr)));
    if (!answer.content_type.empty()) head += fmt::format("Content-Type: {}\r\n", answer.content_type);
    for (const auto& field : answer.headers) {
        if (equal_ignoring_case(field.name, "Cache-Control")) continue;
        if (framing != Framing::length && equal_ignoring_case(field.name, "Content-Length")) continue;
        head += fmt::format("{}: {}\r\n", field.name, field.value);
    }
    if (framing == Framing::length && !has_length(answer))
        head += fmt::format("Content-Length: {}\r\n", length);
    if (framing == Framing::chunked) head += "Transfer-Encoding: chunked\r\n";
    head += keep_alive && framing != Framing::close ? "Connection: keep-alive\r\n\r\n"
                                                    : "Connection: close\r\n\r\n";
    return head;
}

std::string chunk_of(std::string_view bytes) { return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes); }

StreamSink::StreamSink(std::shared_ptr<Connection> connection, const platform::Answer& answer, bool http_1_0,
                       bool keep_alive, std::chrono::milliseconds write_time)
    : connection_(std::move(connection)),
      answer_(answer),
      framing_(framing_of(answer, http_1_0)),
      keep_alive_(keep_alive),
      write_time_(write_time) {}

void StreamSink::write(std::string_view bytes) {
    if (bytes.empty()) return;
    bytes_ += bytes.size();
    pending_ += bytes;
    if (pending_.size() >= piece_size || !begun_) begin();
}

/// Sends the pending bytes, with the head before the first ones.
void StreamSink::begin() {
    std::string out;
    if (!begun_) out = response_head(answer_, framing_, 0, keep_alive_);
    begun_ = true;
    if (!pending_.empty()) out += framing_ == Framing::chunked ? chunk_of(pending_) : pending_;
    pending_.clear();
    send(out);
}

void StreamSink::end() {
    if (!begun_ || !pending_.empty()) begin();
    if (framing_ == Framing::chunked) send(chunk_of({}));
}

void StreamSink::send(const std::string& bytes) {
    const auto deadline = std::chrono::steady_clock::now() + write_time_;
    auto sent =
        asio::co_spawn(connection_->executor(), connection_->write(bytes, deadline), asio::use_future);
    try {
        sent.get();
    } catch (const TooSlow&) {
        throw Error(ErrorClass::unreachable, "the client is too slow");
    } catch (const ClientGone&) {
        throw Error(ErrorClass::unreachable, "the client has gone");
    }
}

}  // namespace prevision::server
