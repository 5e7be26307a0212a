#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace prevision::net {

/// Decides which hosts a process may connect to when it connects for somebody else. A default one allows all. Copies
/// are independent; safe on any thread.
class HostRules {
  public:
    HostRules() = default;

    /// A pattern is a host name with the wildcards * and ?, an address, a network (10.0.0.0/8), or one of the words
    /// loopback, private and link-local. A pattern that begins with '!' refuses; if any other is given, a host must
    /// match one, by its name or its address. Link-local addresses, which include those that hand out a cloud
    /// machine's credentials, are refused unless an address, a network or the word link-local allows them.
    /// Error usage for an invalid pattern.
    explicit HostRules(const std::vector<std::string>& patterns);

    /// Throws Error auth when a connection to `address` on behalf of the host is refused. Allows local sockets.
    void check(const std::string& host, const sockaddr& address) const;

    /// Whether a proxy may be asked to connect to the host. It resolves the name, so the address cannot be checked: a
    /// pattern must allow the name, or the host must be an address that `check` allows.
    [[nodiscard]] bool allows_by_name(const std::string& host) const;

  private:
    using Bytes = std::array<std::uint8_t, 16>;  ///< an IPv6 address, or an IPv4 address in its mapped form
    struct Network {
        Bytes address{};
        unsigned bits = 128;

        [[nodiscard]] bool contains(const Bytes& other) const;
    };
    struct Pattern {
        bool refuses = false;
        std::string name;  ///< empty when it is about addresses
        std::vector<Network> networks;

        [[nodiscard]] bool matches_name(const std::string& host) const;
        [[nodiscard]] bool matches(const std::string& host, const Bytes& address) const;
    };

    static Bytes bytes_of(const sockaddr& address);
    static Network parse_network(const std::string& text);
    static Pattern parse_pattern(const std::string& text);
    static bool is_in(const std::vector<Network>& networks, const Bytes& address);

    bool restricted_ = false;
    std::vector<Network> link_local_;
    std::vector<Pattern> patterns_;
};

}  // namespace prevision::net
