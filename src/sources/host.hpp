#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prevision::sources {

/// A host as users write it: "db.example.com", "db.example.com:3306", "[::1]:3306", "https://db.example.com",
/// "mysql://db:3307/shop", "sqlite:///data/shop.db".
struct Host {
    std::string scheme;  ///< lower case, empty where there is none
    std::string name;    ///< without brackets
    std::optional<int> port;
    std::string
        path;  ///< what follows, or stands in its place ("%2Frun%2Fx"), percent-decoded, with its leading '/'
};

/// Error invalid for any other text.
Host parse_host(std::string_view text);

/// The port that a connection names, in its own field or in its host; nothing when it names none. Error invalid
/// when it is not in 1..65535 or the two differ.
std::optional<int> choose_port(std::optional<int> given, const Host& host);

/// "db.example.com:3306", "[::1]:3306".
std::string format_address(std::string_view name, int port);

}  // namespace prevision::sources
