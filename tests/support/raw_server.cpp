#include "support/raw_server.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace prevision::testing {

namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

const sockaddr* generic(const sockaddr_in& address) { return std::bit_cast<const sockaddr*>(&address); }

FileDescriptor make_socket(int flags = 0) {
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (!socket) fail("socket");
    return socket;
}

/// A socket on a free port, and that port.
int bind_any(const FileDescriptor& socket) {
    sockaddr_in address = loopback(0);
    if (::bind(socket.get(), generic(address), sizeof address) != 0) fail("bind");
    socklen_t size = sizeof address;
    if (::getsockname(socket.get(), std::bit_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
    return ntohs(address.sin_port);
}

}  // namespace

bool RawConnection::fill() {
    std::array<char, 65'536> chunk{};
    for (;;) {
        const ssize_t count = ::recv(socket_, chunk.data(), chunk.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        buffer_.append(chunk.data(), static_cast<std::size_t>(count));
        return true;
    }
}

std::string RawConnection::read_until(std::string_view end) {
    std::size_t found = std::string::npos;
    while ((found = buffer_.find(end)) == std::string::npos) {
        if (!fill()) return std::exchange(buffer_, {});
    }
    std::string result = buffer_.substr(0, found + end.size());
    buffer_.erase(0, result.size());
    return result;
}

std::string RawConnection::read(std::size_t count) {
    while (buffer_.size() < count && fill()) continue;
    std::string result = buffer_.substr(0, count);
    buffer_.erase(0, result.size());
    return result;
}

std::string RawConnection::read_request() {
    auto head = read_head();
    constexpr std::string_view field = "\r\nContent-Length: ";
    if (const auto at = head.find(field); at != std::string::npos)
        read(std::stoul(head.substr(at + field.size())));
    return head;
}

bool RawConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void RawConnection::wait_until_closed() {
    do {
        buffer_.clear();
    } while (fill());
}

void RawConnection::reset_at_end() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

RawServer::RawServer(Script script) : script_(std::move(script)), listener_(make_socket()) {
    port_ = bind_any(listener_);
    if (::listen(listener_.get(), 64) != 0) fail("listen");
    acceptor_ = std::thread([this] { accept_clients(); });
}

RawServer::~RawServer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        ::shutdown(listener_.get(), SHUT_RDWR);
        for (const auto& socket : sockets_) ::shutdown(socket.get(), SHUT_RDWR);
    }
    acceptor_.join();
    for (auto& client : clients_) client.join();
}

void RawServer::accept_clients() {
    for (;;) {
        FileDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        if (!socket) continue;
        const int number = connections_++;
        const FileDescriptor& kept = sockets_.emplace_back(std::move(socket));
        clients_.emplace_back([this, number, &kept] { serve(number, kept); });
    }
}

void RawServer::serve(int number, const FileDescriptor& socket) {
    RawConnection connection(socket.get(), number);
    script_(connection);
    const std::lock_guard lock(mutex_);
    sockets_.remove_if([&](const FileDescriptor& other) { return &other == &socket; });
}

ClosedPort::ClosedPort() : socket_(make_socket()), port_(bind_any(socket_)) {}

SilentPort::SilentPort() : listener_(make_socket()), port_(bind_any(listener_)) {
    // A listener whose queue is full, and that takes nobody out of it, drops who comes next.
    if (::listen(listener_.get(), 0) != 0) fail("listen");
    const sockaddr_in address = loopback(port_);
    for (int i = 0; i < 8; ++i) {
        const auto& filler = fillers_.emplace_back(make_socket(SOCK_NONBLOCK));
        if (::connect(filler.get(), generic(address), sizeof address) != 0 && errno != EINPROGRESS)
            fail("connect");
    }
}

}  // namespace prevision::testing
