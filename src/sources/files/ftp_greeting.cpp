#include "sources/files/ftp_greeting.hpp"

#include <array>
#include <string>
#include <string_view>

#include <poll.h>
#include <sys/socket.h>

#include "net/socket.hpp"
#include "sources/files/ftp_reply.hpp"

namespace prevision::sources {

namespace {

constexpr int marked = 4;  // how many bytes say what a line is: "220 ", "220-"

/// How many bytes a socket must have before it counts as readable.
void set_least(const FileDescriptor& socket, int bytes) {
    // Where it fails, a line that comes in pieces is asked for more often.
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

/// Tells from the beginnings of lines which of them is the last of the greeting.
class GreetingLines {
  public:
    /// Whether that line is the greeting's last one, or not of FTP.
    bool is_last(std::string_view line) {
        const bool ends = is_reply_line(line) && line[3] == ' ';
        if (code_.empty()) {
            if (!is_reply_line(line) || (ends && line[0] != '1')) return true;
            if (!ends) code_ = line.substr(0, 3);
        } else if (ends && line.starts_with(code_)) {
            if (code_[0] != '1') return true;
            code_.clear();
        }
        return false;
    }

  private:
    std::string code_;  // of a reply over many lines, while it goes on
};

}  // namespace

FileDescriptor connect_to_greeting(const FileServer& server, Cancellation& cancellation) {
    using Clock = net::Alarm::Clock;
    const auto deadline = Clock::now() + server.connect_timeout;
    auto socket = net::connect(net::resolve(server.host, server.port, server.rules), server.address(),
                               server.connect_timeout, cancellation);
    const net::Alarm alarm(cancellation);
    GreetingLines lines;
    std::array<char, 1024> buffer{};
    bool within_line = false;
    set_least(socket, marked);
    while (Clock::now() < deadline && alarm.wait(socket.get(), POLLIN, deadline)) {
        const auto count = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
        if (count < 0) continue;
        const std::string_view seen(buffer.data(), static_cast<std::size_t>(count));
        if (seen.empty() || (!within_line && lines.is_last(seen))) {
            set_least(socket, 1);
            return socket;
        }
        const auto end = seen.find('\n');
        within_line = end == std::string_view::npos;
        ::recv(socket.get(), buffer.data(), within_line ? seen.size() : end + 1, MSG_DONTWAIT);
    }
    return {};
}

}  // namespace prevision::sources
