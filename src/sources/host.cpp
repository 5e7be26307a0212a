#include "sources/host.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/field.hpp"

namespace prevision::sources {

namespace {

constexpr std::string_view forms =
    R"(write a name, an address or a URL: "db.example.com", "https://db.example.com", )"
    R"("[::1]:3306", "sqlite:///data/shop.db")";

// The text itself is not repeated: it may hold a password.
[[noreturn]] void refuse(std::string_view why, std::string_view hint = forms) {
    refuse_field("host", why, std::string(hint));
}

bool is_scheme(std::string_view text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    });
}

bool is_blank_or_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f;
}

int parse_port(std::string_view text) {
    const auto port = parse_integer(text);
    if (!port) refuse("the text after the ':' is not a port");
    if (*port < 1 || *port > 65535) refuse(fmt::format("port {} is not between 1 and 65535", *port));
    return static_cast<int>(*port);
}

// libpq's form of the path of a local socket: "%2Frun%2Fpostgresql:5432".
bool is_socket(std::string_view authority) { return to_lower(authority.substr(0, 3)) == "%2f"; }

void parse_socket(std::string_view text, Host& host) {
    if (!host.path.empty() && host.path != "/") refuse("a path follows that of the socket");
    const auto colon = text.find(':');
    host.path = percent_decode(text.substr(0, colon));
    if (colon != std::string_view::npos) host.port = parse_port(text.substr(colon + 1));
}

// "name", "name:port", "[address]:port", or an IPv6 address without brackets (and then without a port).
void parse_authority(std::string_view text, Host& host) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) refuse("a '[' is not closed");
        host.name = text.substr(1, end - 1);
        text.remove_prefix(end + 1);
        if (text.empty()) return;
        if (text.front() != ':') refuse("only a port may follow the ']'");
        host.port = parse_port(text.substr(1));
        return;
    }
    const auto colon = text.find(':');
    host.name = text.substr(0, colon);
    if (colon == std::string_view::npos) return;
    if (text.find(':', colon + 1) != std::string_view::npos) {
        host.name = text;
        return;
    }
    host.port = parse_port(text.substr(colon + 1));
}

}  // namespace

Host parse_host(std::string_view text) {
    Host host;
    if (text.empty()) refuse("it is empty");
    if (text.find('\0') != std::string_view::npos) refuse("it holds a NUL byte");
    if (text.front() == '/') {  // a file: its name is taken as it is
        host.path = text;
        return host;
    }
    text = trim(text);
    const auto mark = text.find("://");
    if (mark != std::string_view::npos) {
        if (!is_scheme(text.substr(0, mark))) refuse("the text before '://' is not a scheme");
        // "mysql+pymysql" also names a driver of the user's other program.
        const auto scheme = text.substr(0, mark);
        host.scheme = to_lower(scheme.substr(0, scheme.find('+')));
        text.remove_prefix(mark + 3);
    }
    const auto slash = text.find('/');
    const auto authority = text.substr(0, slash);
    if (slash != std::string_view::npos) host.path = percent_decode(text.substr(slash));
    if (is_socket(authority)) parse_socket(authority, host);
    if (host.path.find('\0') != std::string::npos) refuse("it holds a NUL byte");
    if (authority.find('@') != std::string_view::npos) {
        refuse("it holds a user name", "give the user name and the password in their own fields");
    }
    if (std::ranges::any_of(authority, is_blank_or_control))
        refuse("it holds a space or a control character");
    if (authority.find_first_of("?#\\<>\"'`,;") != std::string_view::npos) {
        refuse("it holds a character that no host name has");
    }
    if (is_socket(authority)) return host;
    parse_authority(authority, host);
    if (host.name.empty() && (!authority.empty() || host.path.empty())) refuse("it has no name");
    return host;
}

std::optional<int> choose_port(std::optional<int> given, const Host& host) {
    if (!given) return host.port;
    if (*given < 1 || *given > 65535)
        refuse_field("port", fmt::format("{} is not between 1 and 65535", *given));
    if (host.port && *host.port != *given) {
        refuse_field("port", fmt::format("it is {}, and the host says {}", *given, *host.port),
                     "name the port once");
    }
    return given;
}

std::string format_address(std::string_view name, int port) {
    const bool has_colon = name.find(':') != std::string_view::npos;
    return has_colon ? fmt::format("[{}]:{}", name, port) : fmt::format("{}:{}", name, port);
}

}  // namespace prevision::sources
