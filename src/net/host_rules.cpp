#include "net/host_rules.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fnmatch.h>
#include <netinet/in.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::net {

namespace {

using Bytes = std::array<std::uint8_t, 16>;

struct Range {
    std::string_view word;
    std::string_view networks;  ///< separated by spaces
};

// link-local has also the addresses outside of it at which clouds answer with their machines' credentials.
constexpr std::array ranges{
    Range{"loopback", "127.0.0.0/8 0.0.0.0/8 ::1 ::"},
    Range{"private", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7"},
    Range{"link-local", "169.254.0.0/16 fe80::/10 fd00:ec2::254 100.100.100.200 168.63.129.16 192.0.0.192"},
};

constexpr unsigned mapped_bits = 96;

Bytes map(const std::uint8_t* address) {
    Bytes bytes{};
    bytes[10] = bytes[11] = 0xff;
    std::copy_n(address, 4, bytes.begin() + 12);
    return bytes;
}

bool begins_with(const Bytes& bytes, std::initializer_list<std::uint8_t> prefix) {
    return std::ranges::equal(prefix, std::span(bytes).first(prefix.size()));
}

/// The IPv4 address within an IPv6 address that leads to it: compatible (::a.b.c.d), NAT64 and 6to4.
Bytes unwrap(const Bytes& bytes) {
    if (begins_with(bytes, {0x20, 0x02})) return map(&bytes[2]);
    const bool is_nat64 = begins_with(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0});
    const bool is_compatible = begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) && bytes[12] != 0;
    return is_nat64 || is_compatible ? map(&bytes[12]) : bytes;
}

std::optional<Bytes> parse_address(const std::string& text) {
    Bytes bytes{};
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return unwrap(bytes);
    std::array<std::uint8_t, 4> four{};
    if (::inet_pton(AF_INET, text.c_str(), four.data()) == 1) return map(four.data());
    return std::nullopt;
}

std::string show(const Bytes& bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) {
        ::inet_ntop(AF_INET, &bytes[12], text.data(), text.size());
    } else {
        ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
    }
    return text.data();
}

}  // namespace

HostRules::HostRules(const std::vector<std::string>& patterns) : restricted_(true) {
    link_local_ = parse_pattern("link-local").networks;
    for (const auto& text : patterns) patterns_.push_back(parse_pattern(text));
}

void HostRules::check(const std::string& host, const sockaddr& address) const {
    if (!restricted_ || address.sa_family == AF_UNIX) return;
    const auto bytes = bytes_of(address);
    bool allowed = std::ranges::all_of(patterns_, &Pattern::refuses);
    bool allowed_by_address = false;
    bool refused = false;
    for (const auto& pattern : patterns_) {
        if (!pattern.matches(host, bytes)) continue;
        (pattern.refuses ? refused : allowed) = true;
        allowed_by_address = allowed_by_address || (!pattern.refuses && pattern.name.empty());
    }
    if (is_in(link_local_, bytes) && !allowed_by_address) refused = true;
    if (allowed && !refused) return;
    throw Error(ErrorClass::auth,
                fmt::format("cannot connect to {}: this server does not connect to the address {}", host,
                            show(bytes)),
                "the operator of the server chooses the hosts with 'prevision serve --allow-hosts'");
}

bool HostRules::allows_by_name(const std::string& host) const {
    if (!restricted_) return true;
    const bool has_brackets = host.starts_with('[') && host.ends_with(']');
    auto text = has_brackets ? host.substr(1, host.size() - 2) : host;
    if (has_brackets) text = text.substr(0, text.find('%'));  // an interface
    sockaddr_in6 six{.sin6_family = AF_INET6};
    sockaddr_in four{.sin_family = AF_INET};
    try {
        if (::inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) == 1) {
            check(host, reinterpret_cast<const sockaddr&>(six));
            return true;
        }
        // As lenient as a resolver: "2852039166" is an address too.
        if (::inet_aton(text.c_str(), &four.sin_addr) == 1) {
            check(host, reinterpret_cast<const sockaddr&>(four));
            return true;
        }
    } catch (const Error&) {
        return false;
    }
    const auto matching = [&](bool refuses) {
        return std::ranges::any_of(patterns_, [&](const Pattern& pattern) {
            return pattern.refuses == refuses && pattern.matches_name(host);
        });
    };
    return matching(false) && !matching(true);
}

bool HostRules::Network::contains(const Bytes& other) const {
    const auto whole = bits / 8;
    if (!std::equal(address.begin(), address.begin() + whole, other.begin())) return false;
    const auto rest = bits % 8;
    return rest == 0 || (address.at(whole) ^ other.at(whole)) >> (8 - rest) == 0;
}

bool HostRules::Pattern::matches_name(const std::string& host) const {
    return !name.empty() && ::fnmatch(name.c_str(), host.c_str(), FNM_CASEFOLD) == 0;
}

bool HostRules::Pattern::matches(const std::string& host, const Bytes& address) const {
    return name.empty() ? is_in(networks, address) : matches_name(host);
}

bool HostRules::is_in(const std::vector<Network>& networks, const Bytes& address) {
    return std::ranges::any_of(networks, [&](const Network& network) { return network.contains(address); });
}

HostRules::Bytes HostRules::bytes_of(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in four{};
        std::memcpy(&four, &address, sizeof four);
        return map(reinterpret_cast<const std::uint8_t*>(&four.sin_addr));
    }
    sockaddr_in6 six{};
    if (address.sa_family == AF_INET6) std::memcpy(&six, &address, sizeof six);
    return unwrap(std::to_array(six.sin6_addr.s6_addr));
}

HostRules::Network HostRules::parse_network(const std::string& text) {
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    const bool is_four = text.find(':') == std::string::npos;
    std::optional<std::int64_t> bits = is_four ? 32 : 128;
    if (slash != std::string::npos) bits = parse_integer(text.substr(slash + 1));
    if (!address || !bits || *bits < 0 || *bits > (is_four ? 32 : 128)) {
        throw Error(ErrorClass::usage, fmt::format("--allow-hosts: '{}' is not a network", text),
                    "for example 10.0.0.0/8 or fd00::/8");
    }
    return {.address = *address, .bits = static_cast<unsigned>(*bits) + (is_four ? mapped_bits : 0)};
}

HostRules::Pattern HostRules::parse_pattern(const std::string& text) {
    Pattern pattern{.refuses = text.starts_with('!'), .name = {}, .networks = {}};
    const auto rest = pattern.refuses ? text.substr(1) : text;
    if (rest.empty()) {
        throw Error(ErrorClass::usage, fmt::format("--allow-hosts: '{}' is not a pattern", text),
                    "for example '*.example.com', 10.0.0.0/8 or loopback");
    }
    const auto* const range = std::ranges::find(ranges, std::string_view(rest), &Range::word);
    if (range != ranges.end()) {
        for (const auto& network : split(range->networks, ' '))
            pattern.networks.push_back(parse_network(network));
    } else if (rest.find('/') != std::string::npos || parse_address(rest)) {
        pattern.networks.push_back(parse_network(rest));
    } else {
        pattern.name = rest;
    }
    return pattern;
}

}  // namespace prevision::net
