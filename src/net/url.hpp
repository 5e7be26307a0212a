#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prevision::net {

/// The parts of an absolute http or https URL.
struct Url {
    std::string scheme;  ///< lower case
    std::string host;    ///< lower case; an IPv6 address in brackets
    int port = 0;        ///< the scheme's own where none is named
    std::string path;    ///< percent-encoded, at least "/"
    bool has_query = false;
    bool has_fragment = false;

    /// "https://cloud.example.com", with the port unless it is the scheme's own: no user, no path.
    [[nodiscard]] std::string origin() const;

    /// "cloud.example.com:443".
    [[nodiscard]] std::string authority() const;
};

/// Nothing where the text is no absolute http or https URL. A user and a password in it are left out.
std::optional<Url> parse_http_url(const std::string& text);

/// A URL for a message, whatever its form: all that may be a user or a password is shown as "***".
std::string mask_url(std::string_view text);

}  // namespace prevision::net
