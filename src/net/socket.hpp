#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

#include "core/cancellation.hpp"
#include "core/file.hpp"
#include "net/host_rules.hpp"

namespace prevision::net {

/// Waits for sockets, until a deadline or a cancellation. One thread at a time.
class Alarm {
  public:
    using Clock = std::chrono::steady_clock;

    /// `cancellation` must outlive it.
    explicit Alarm(Cancellation& cancellation);

    /// Returns true as soon as one of the events (as for poll) has happened, false when the deadline passes
    /// first. Throws the cancellation's Error when it is raised.
    [[nodiscard]] bool wait(int socket, short events, Clock::time_point deadline) const;

  private:
    FileDescriptor event_;  // becomes readable when the cancellation is raised
    Cancellation& cancellation_;
    Cancellation::Subscription subscription_;
};

/// One address of a host.
struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
    std::string text;  ///< "127.0.0.1:3306", "[::1]:3306"
};

/// The addresses of a host, in the order to try them, without those that the rules refuse. A host that begins with '/' is the path
/// of a local socket, which is its only address. Error unreachable when the name does not resolve, auth when the rules
/// refuse all addresses, invalid when the path is too long for a socket.
std::vector<Address> resolve(const std::string& host, int port, const HostRules& rules = {});

/// Opens a TCP connection to the first address that answers. Error unreachable (refused, timed out) naming
/// the host; the cancellation's Error when it is raised.
FileDescriptor connect(const std::vector<Address>& addresses, std::string_view host,
                       std::chrono::milliseconds timeout, Cancellation& cancellation);

/// What the other side sends by itself, up to `limit` bytes: empty when it sends nothing in time or closes.
std::string read_greeting(const FileDescriptor& socket, std::size_t limit, std::chrono::milliseconds timeout,
                          Cancellation& cancellation);

}  // namespace prevision::net
