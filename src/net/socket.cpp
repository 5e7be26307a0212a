#include "net/socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/error.hpp"

namespace prevision::net {

namespace {

using Clock = Alarm::Clock;

Error unreachable(std::string_view host, const std::string& why, std::string hint = {}) {
    return {ErrorClass::unreachable, fmt::format("cannot connect to {}: {}", host, why), std::move(hint)};
}

std::string format_address(const addrinfo& info, int port) {
    std::array<char, NI_MAXHOST> name{};
    if (::getnameinfo(info.ai_addr, info.ai_addrlen, name.data(), name.size(), nullptr, 0, NI_NUMERICHOST) !=
        0) {
        return "?";
    }
    if (info.ai_family == AF_INET6) return fmt::format("[{}]:{}", name.data(), port);
    return fmt::format("{}:{}", name.data(), port);
}

Address local_address(const std::string& path) {
    sockaddr_un local{};
    if (path.size() >= sizeof local.sun_path) {
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid host: the path {} is too long for a socket", path));
    }
    local.sun_family = AF_UNIX;
    std::ranges::copy(path, std::begin(local.sun_path));
    Address address{.size = sizeof local, .text = path};
    std::copy_n(reinterpret_cast<const char*>(&local), sizeof local,
                reinterpret_cast<char*>(&address.storage));
    return address;
}

// 0, or the errno value that says why not.
int try_connect(const FileDescriptor& socket, const Address& address, const Alarm& alarm,
                Clock::time_point deadline) {
    if (!socket) return errno;
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) {
        return 0;
    }
    if (errno != EINPROGRESS) return errno;
    if (!alarm.wait(socket.get(), POLLOUT, deadline)) return ETIMEDOUT;
    int failure = 0;
    socklen_t size = sizeof failure;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &size) != 0) return errno;
    return failure;
}

}  // namespace

Alarm::Alarm(Cancellation& cancellation)
    : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      cancellation_(cancellation),
      subscription_(cancellation, [descriptor = event_.get()] {
          const std::uint64_t one = 1;
          // It fails only when the counter is full, and then the descriptor is readable too.
          [[maybe_unused]] const auto written = ::write(descriptor, &one, sizeof one);
      }) {}

bool Alarm::wait(int socket, short events, Clock::time_point deadline) const {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        std::array<pollfd, 2> waited{{{socket, events, 0}, {event_.get(), POLLIN, 0}}};
        const int count = ::poll(waited.data(), waited.size(),
                                 static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000)));
        cancellation_.check();
        if (count > 0 && waited[0].revents != 0) return true;
        if (count == 0) return false;
    }
}

std::vector<Address> resolve(const std::string& host, int port, const HostRules& rules) {
    if (host.starts_with('/')) return {local_address(host)};
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &list);
    const int system_error = errno;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    if (code != 0) {
        throw Error(ErrorClass::unreachable,
                    fmt::format("cannot resolve the host '{}': {}", host,
                                code == EAI_SYSTEM ? system_message(system_error) : ::gai_strerror(code)),
                    "check the spelling of the host, and the machine's name service");
    }
    std::vector<Address> addresses;
    std::optional<Error> refused;
    for (const addrinfo* info = list; info != nullptr; info = info->ai_next) {
        if (info->ai_addrlen > sizeof(sockaddr_storage)) continue;
        Address address{.size = info->ai_addrlen, .text = format_address(*info, port)};
        std::copy_n(reinterpret_cast<const char*>(info->ai_addr), info->ai_addrlen,
                    reinterpret_cast<char*>(&address.storage));
        try {
            rules.check(host, *info->ai_addr);
        } catch (const Error& error) {
            refused = error;
            continue;
        }
        addresses.push_back(std::move(address));
    }
    if (addresses.empty() && refused) throw Error(*refused);
    return addresses;
}

FileDescriptor connect(const std::vector<Address>& addresses, std::string_view host,
                       std::chrono::milliseconds timeout, Cancellation& cancellation) {
    const Alarm alarm(cancellation);
    cancellation.check();
    const auto deadline = Clock::now() + timeout;
    int failure = EADDRNOTAVAIL;
    for (std::size_t at = 0; at < addresses.size(); ++at) {
        // Each address gets its share of what time is left, so that one that is silent leaves some for the
        // next.
        const auto now = Clock::now();
        const auto share = (deadline - now) / static_cast<std::int64_t>(addresses.size() - at);
        FileDescriptor socket(
            ::socket(addresses[at].storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        failure = try_connect(socket, addresses[at], alarm, now + share);
        if (failure == 0) return socket;
    }
    if (failure == ETIMEDOUT) {
        throw unreachable(host, fmt::format("no answer within {} ms", timeout.count()),
                          "check the host, the port, and the firewalls on the way");
    }
    throw unreachable(host, system_message(failure),
                      failure == ECONNREFUSED ? "nothing listens there: check the host and the port" : "");
}

std::string read_greeting(const FileDescriptor& socket, std::size_t limit, std::chrono::milliseconds timeout,
                          Cancellation& cancellation) {
    const Alarm alarm(cancellation);
    const auto deadline = Clock::now() + timeout;
    std::string greeting(limit, '\0');
    while (alarm.wait(socket.get(), POLLIN, deadline)) {
        const auto count = ::recv(socket.get(), greeting.data(), greeting.size(), MSG_DONTWAIT);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        greeting.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return greeting;
    }
    return {};
}

}  // namespace prevision::net
