#include "support/cutting_proxy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/text.hpp"

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

FileDescriptor make_socket() {
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) fail("socket");
    return socket;
}

int listen_on(const FileDescriptor& socket) {
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = std::bit_cast<sockaddr*>(&address);
    if (::bind(socket.get(), generic, size) != 0 || ::getsockname(socket.get(), generic, &size) != 0 ||
        ::listen(socket.get(), 16) != 0) {
        fail("listen");
    }
    return ntohs(address.sin_port);
}

FileDescriptor connect_to(int port) {
    auto socket = make_socket();
    const auto address = loopback(port);
    if (::connect(socket.get(), std::bit_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
    return socket;
}

bool send_all(const FileDescriptor& socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

CuttingProxy::CuttingProxy(int target_port, Kind kind, std::vector<std::uint64_t> cuts,
                           std::function<void()> on_cut)
    : target_port_(target_port),
      kind_(kind),
      on_cut_(std::move(on_cut)),
      listener_(make_socket()),
      port_(listen_on(listener_)),
      cuts_(std::move(cuts)) {
    add_thread([this] { accept_clients(); });
}

CuttingProxy::~CuttingProxy() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        ::shutdown(listener_.get(), SHUT_RDWR);
        for (const auto& socket : sockets_) ::shutdown(socket.get(), SHUT_RDWR);
    }
    // No thread is added any more.
    for (auto& thread : threads_) thread.join();
}

void CuttingProxy::add_thread(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (!stopping_) threads_.emplace_back(std::move(work));
}

const FileDescriptor& CuttingProxy::keep(FileDescriptor socket) {
    const std::lock_guard lock(mutex_);
    if (stopping_) ::shutdown(socket.get(), SHUT_RDWR);
    return sockets_.emplace_back(std::move(socket));
}

std::optional<std::uint64_t> CuttingProxy::next_cut() {
    const std::lock_guard lock(mutex_);
    return next_ < cuts_.size() ? std::optional(cuts_[next_++]) : std::nullopt;
}

void CuttingProxy::accept_clients() {
    for (;;) {
        FileDescriptor accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!accepted) return;
        auto opened = connect_to(target_port_);
        if (!opened) continue;
        const auto& client = keep(std::move(accepted));
        const auto& server = keep(std::move(opened));
        const bool control = kind_ != Kind::plain && kind_ != Kind::stalling;
        add_thread([this, &client, &server, control] {
            relay(client, server, control ? std::nullopt : next_cut(), control);
        });
    }
}

// "229 Entering Extended Passive Mode (|||40123|)": the client shall come to a port of ours instead.
void CuttingProxy::open_data_port(std::string& reply) {
    const auto begin = reply.find("(|||");
    if (!reply.starts_with("229") || begin == std::string::npos) return;
    const auto end = reply.find('|', begin + 4);
    const auto target = parse_integer(reply.substr(begin + 4, end - begin - 4));
    if (!target) return;
    const auto& listener = keep(make_socket());
    const int port = listen_on(listener);
    reply.replace(begin + 4, end - begin - 4, std::to_string(port));
    add_thread([this, &listener, target] {
        FileDescriptor accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!accepted) return;
        auto opened = connect_to(static_cast<int>(*target));
        if (!opened) return;
        const auto& client = keep(std::move(accepted));
        const auto& server = keep(std::move(opened));
        relay(client, server, next_cut(), false);
    });
}

void CuttingProxy::relay(const FileDescriptor& client, const FileDescriptor& server,
                         std::optional<std::uint64_t> limit, bool control) {
    std::string buffer(65'536, '\0');
    std::array<pollfd, 2> waited{{{client.get(), POLLIN, 0}, {server.get(), POLLIN, 0}}};
    bool open = true;
    while (open && ::poll(waited.data(), waited.size(), -1) > 0) {
        for (std::size_t at = 0; at < 2 && open; ++at) {
            if (waited.at(at).revents == 0) continue;
            const bool down = at == 1;
            const auto room = down && limit ? std::min<std::uint64_t>(*limit, buffer.size()) : buffer.size();
            if (room == 0 && kind_ == Kind::stalling) {
                waited[1].fd = -1;
                continue;
            }
            if (room == 0) {
                const linger at_once{.l_onoff = 1, .l_linger = 0};
                for (const auto& end : waited)
                    ::setsockopt(end.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
                if (on_cut_) on_cut_();
                ++cut_;
                open = false;
                break;
            }
            const auto count = ::recv(waited.at(at).fd, buffer.data(), room, 0);
            if (count <= 0) {
                open = false;
                break;
            }
            std::string bytes = buffer.substr(0, static_cast<std::size_t>(count));
            if (down && limit) *limit -= bytes.size();
            if (down && control) open_data_port(bytes);
            if (!down && control && kind_ == Kind::old_ftp && bytes.starts_with("MLSD")) bytes[0] = 'X';
            open = send_all(down ? client : server, bytes);
        }
    }
    const std::lock_guard lock(mutex_);
    sockets_.remove_if([&](const FileDescriptor& other) { return &other == &client || &other == &server; });
}

}  // namespace prevision::testing
