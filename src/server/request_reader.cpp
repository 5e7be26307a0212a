#include "server/request_reader.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <string.h>

#include "server/wiped.hpp"

namespace prevision::server {

using std::chrono::steady_clock;

namespace {

constexpr std::size_t read_size = std::size_t{64} << 10U;
constexpr std::uint64_t slowest_bytes_per_millisecond = 16;

[[noreturn]] void refuse_slow() { throw BadRequest{408, "the request came too slowly"}; }

}  // namespace

RequestReader::RequestReader(Connection& connection, const Limits& limits)
    : connection_(connection), limits_(limits) {}

RequestReader::~RequestReader() { wipe(buffer_); }

asio::awaitable<std::optional<std::size_t>> RequestReader::receive(std::span<char> chunk, Deadline deadline) {
    try {
        const auto count = co_await connection_.read_some(chunk, deadline);
        append_wiped(buffer_, {chunk.data(), count});
        ::explicit_bzero(chunk.data(), count);
        co_return count;
    } catch (const TooSlow&) {
        co_return std::nullopt;
    }
}

asio::awaitable<bool> RequestReader::read_ahead() {
    std::array<char, 1024> chunk{};
    while (buffer_.size() < read_size) {
        if (co_await receive(chunk, Deadline::max()) == 0) co_return false;
    }
    co_return true;
}

asio::awaitable<std::optional<RequestHead>> RequestReader::read_head() {
    parser_ = std::make_unique<RequestParser>(limits_.header_bytes);
    const auto asked = steady_clock::now();
    auto deadline = asked + (first_ ? limits_.header_time : limits_.idle_time);
    bool begun = !buffer_.empty();
    if (begun) deadline = asked + limits_.header_time;
    first_ = false;
    std::array<char, 8192> chunk{};
    for (;;) {
        if (auto head = parser_->take_head(buffer_)) co_return head;
        const auto count = co_await receive(chunk, deadline);
        if (!begun && count.value_or(0) == 0) co_return std::nullopt;
        if (!count) refuse_slow();
        if (*count == 0) throw ClientGone{};
        if (!begun) deadline = steady_clock::now() + limits_.header_time;
        begun = true;
    }
}

asio::awaitable<void> RequestReader::read_body(Spool& spool, std::uint64_t limit) {
    const auto begun = steady_clock::now();
    std::string chunk(read_size, '\0');
    while (!parser_->take_body(buffer_, spool, limit)) {
        const auto earned = std::chrono::milliseconds(spool.written() / slowest_bytes_per_millisecond);
        const auto deadline =
            std::min(begun + limits_.body_time + earned, steady_clock::now() + limits_.body_time);
        const auto count = co_await receive(chunk, deadline);
        if (!count) refuse_slow();
        if (*count == 0) throw ClientGone{};
    }
}

}  // namespace prevision::server
