#include "sources/files/ftp_greeting.hpp"

#include <array>
#include <string_view>

#include <poll.h>
#include <sys/socket.h>

#include "net/socket.hpp"

namespace prevision::sources {

FileDescriptor connect_past_waits(const FileServer& server, Cancellation& cancellation) {
    using Clock = net::Alarm::Clock;
    const auto deadline = Clock::now() + server.connect_timeout;
    auto socket = net::connect(net::resolve(server.host, server.port, server.rules), server.address(),
                               server.connect_timeout, cancellation);
    const net::Alarm alarm(cancellation);
    std::array<char, 1024> buffer{};
    bool within_line = false;
    while (Clock::now() < deadline && alarm.wait(socket.get(), POLLIN, deadline)) {
        const auto count = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
        if (count < 0) continue;
        const std::string_view seen(buffer.data(), static_cast<std::size_t>(count));
        if (seen.empty() || (!within_line && seen.front() != '1')) return socket;
        const auto end = seen.find('\n');
        within_line = end == std::string_view::npos;
        ::recv(socket.get(), buffer.data(), within_line ? seen.size() : end + 1, MSG_DONTWAIT);
    }
    return {};
}

}  // namespace prevision::sources
