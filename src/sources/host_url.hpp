#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/secret.hpp"

namespace prevision::sources {

/// A URL as other programs write it, taken apart: "postgresql+psycopg2://app:s%40cret@db:5432/shop?sslmode=require".
struct HostUrl {
    std::string host;  ///< without the other fields: "postgresql+psycopg2://db:5432"
    std::optional<std::string> username;
    std::optional<Secret> password;
    std::string database;  ///< empty: it names none
    std::string tls;       ///< empty: it says nothing
};

/// Nothing when the text is not a URL, or names a host only. User name, password and database are percent-decoded.
/// Error invalid, which never repeats the text, when a part cannot be understood.
std::optional<HostUrl> split_host_url(std::string_view text);

}  // namespace prevision::sources
