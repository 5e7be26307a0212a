#include "sources/host_url.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/field.hpp"
#include "sources/registry.hpp"

namespace prevision::sources {

namespace {

/// Moves what follows the first `mark` out of the text; nothing when there is none.
std::optional<std::string_view> cut_at(std::string_view& text, char mark) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos) return std::nullopt;
    const auto after = text.substr(at + 1);
    text = text.substr(0, at);
    return after;
}

/// Of a URL's parameters only the one for encryption has a meaning here: libpq's sslmode, MySQL's ssl-mode.
std::string parse_parameters(std::string_view text) {
    std::string tls;
    for (const auto& parameter : split(text, '&')) {
        std::string_view name = parameter;
        const auto value = cut_at(name, '=').value_or("");
        if (name != "sslmode" && name != "ssl-mode") {
            refuse_field("host", fmt::format("its parameter '{}' has no meaning here", name),
                         "leave out what follows the '?', and see the connector's own options");
        }
        tls = to_lower(percent_decode(value));
        if (tls == "disabled") tls = "disable";
        if (tls == "preferred") tls = "prefer";
        if (tls == "required") tls = "require";
        if (tls == "verify_identity" || tls == "verify_ca") tls = "verify";
    }
    return tls;
}

}  // namespace

std::optional<HostUrl> split_host_url(std::string_view text) {
    text = trim(text);
    const auto mark = text.find("://");
    if (mark == std::string_view::npos || mark == 0) return std::nullopt;
    const auto* engine = find_engine_by_scheme(to_lower(text.substr(0, mark)));
    if (engine != nullptr && engine->is_file) return std::nullopt;
    const bool is_database = engine != nullptr && engine->type == "SQL";
    const auto scheme = text.substr(0, mark + 3);
    auto rest = text.substr(scheme.size());
    const auto parameters = is_database ? cut_at(rest, '?') : std::nullopt;
    const auto slash = rest.find('/');
    auto authority = rest.substr(0, slash);
    auto path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
    const auto at = authority.rfind('@');
    if (at == std::string_view::npos && path.find('@') != std::string_view::npos && is_database) {
        refuse_field("host", "a user name or password in it holds a '/'",
                     "write %2F for it, or give them in their own fields");
    }
    HostUrl url;
    if (at != std::string_view::npos) {
        auto user = authority.substr(0, at);
        authority.remove_prefix(at + 1);
        if (const auto password = cut_at(user, ':')) url.password = Secret(percent_decode(*password));
        if (!user.empty()) url.username = percent_decode(user);
    }
    if (is_database && !path.empty()) {
        url.database = percent_decode(path.substr(1));
        path = {};
    }
    if (parameters) url.tls = parse_parameters(*parameters);
    url.host = fmt::format("{}{}{}", scheme, authority, path);
    const bool names_more = url.username || url.password || !url.database.empty() || parameters;
    return names_more ? std::optional(std::move(url)) : std::nullopt;
}

}  // namespace prevision::sources
