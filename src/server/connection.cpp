#include "server/connection.hpp"

#include <array>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <string.h>

namespace prevision::server {

namespace {

using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::chrono::seconds linger_time{2};

std::string address_of(const asio::ip::tcp::socket& socket) {
    error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    return error ? "-" : endpoint.address().to_string();
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, asio::ssl::context* tls)
    : socket_(std::move(socket)),
      reading_{asio::steady_timer(socket_.get_executor())},
      writing_{asio::steady_timer(socket_.get_executor())},
      peer_(address_of(socket_)) {
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    if (tls != nullptr) tls_.emplace(socket_, *tls);
}

// A timer that expired just before it was set again must not cancel the next operation: compare with the clock.
void Connection::arm(Alarm& alarm, Deadline deadline) {
    alarm.rung = false;
    alarm.timer.expires_at(deadline);
    alarm.timer.async_wait([self = shared_from_this(), &alarm](error_code error) {
        if (error || alarm.timer.expiry() > steady_clock::now()) return;
        alarm.rung = true;
        error_code ignored;
        self->socket_.cancel(ignored);
    });
}

void Connection::disarm(Alarm& alarm) { alarm.timer.expires_at(Deadline::max()); }

asio::awaitable<void> Connection::handshake(Deadline deadline) {
    if (!tls_) co_return;
    error_code error;
    arm(reading_, deadline);
    co_await tls_->async_handshake(asio::ssl::stream_base::server,
                                   asio::redirect_error(asio::use_awaitable, error));
    disarm(reading_);
    if (error) throw ClientGone{};
}

asio::awaitable<std::size_t> Connection::read_some(std::span<char> buffer, Deadline deadline) {
    error_code error;
    std::size_t count = 0;
    arm(reading_, deadline);
    const auto target = asio::buffer(buffer.data(), buffer.size());
    if (tls_) {
        count = co_await tls_->async_read_some(target, asio::redirect_error(asio::use_awaitable, error));
    } else {
        count = co_await socket_.async_read_some(target, asio::redirect_error(asio::use_awaitable, error));
    }
    disarm(reading_);
    if (!error) co_return count;
    if (reading_.rung) throw TooSlow{};
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) co_return 0;
    throw ClientGone{};
}

asio::awaitable<void> Connection::write(std::string_view bytes, Deadline deadline) {
    error_code error;
    arm(writing_, deadline);
    const auto source = asio::buffer(bytes.data(), bytes.size());
    if (tls_) {
        co_await asio::async_write(*tls_, source, asio::redirect_error(asio::use_awaitable, error));
    } else {
        co_await asio::async_write(socket_, source, asio::redirect_error(asio::use_awaitable, error));
    }
    disarm(writing_);
    if (!error) co_return;
    if (writing_.rung) throw TooSlow{};
    throw ClientGone{};
}

asio::awaitable<void> Connection::finish() {
    error_code error;
    const auto deadline = steady_clock::now() + linger_time;
    arm(writing_, deadline);
    if (tls_) co_await tls_->async_shutdown(asio::redirect_error(asio::use_awaitable, error));
    disarm(writing_);
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
    std::array<char, 4096> dropped{};
    arm(reading_, deadline);
    while (!error) {
        co_await socket_.async_read_some(asio::buffer(dropped),
                                         asio::redirect_error(asio::use_awaitable, error));
    }
    disarm(reading_);
    ::explicit_bzero(dropped.data(), dropped.size());
    close();
}

void Connection::cancel_reading() {
    error_code ignored;
    socket_.cancel(ignored);
}

void Connection::close() {
    error_code ignored;
    disarm(reading_);
    disarm(writing_);
    socket_.close(ignored);
}

}  // namespace prevision::server
