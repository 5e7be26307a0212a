#include "sources/sql/path.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::sources {

namespace {

/// Takes the quoted part at the start of `rest`, with its quotes. Nothing when it is not closed.
std::optional<std::string> take_quoted(std::string_view& rest) {
    std::string part;
    for (std::size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] == '"' && !rest.substr(at + 1).starts_with('"')) {
            rest.remove_prefix(at + 1);
            return part;
        }
        if (rest[at] == '"') ++at;
        part += rest[at];
    }
    return std::nullopt;
}

std::string take_plain(std::string_view& rest, char separator) {
    std::string part(rest.substr(0, rest.find(separator)));
    rest.remove_prefix(part.size());
    return part;
}

}  // namespace

std::vector<std::string> split_quoted(std::string_view text, char separator,
                                      const std::function<void(std::string_view reason)>& refuse) {
    std::vector<std::string> parts;
    auto rest = text;
    for (;;) {
        const bool is_quoted = rest.starts_with('"');
        auto part = is_quoted ? take_quoted(rest) : take_plain(rest, separator);
        if (!part) refuse("has a quote that is not closed");
        if (!is_quoted && part->empty()) refuse("has a part that is empty");
        if (!is_quoted && part->find('"') != std::string::npos) refuse("has a quote within a name");
        parts.push_back(std::move(*part));
        if (rest.empty()) return parts;
        if (rest.front() != separator) refuse("goes on after a closed quote");
        rest.remove_prefix(1);
    }
}

std::string quote_part(std::string_view name, char separator) {
    if (!name.empty() && name.find_first_of(std::string{separator, '"'}) == std::string_view::npos)
        return std::string(name);
    std::string quoted = "\"";
    for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + "\"";
}

std::vector<std::string> parse_sql_path(std::string_view path, std::size_t limit) {
    const auto refuse = [&](std::string_view reason) {
        throw Error(ErrorClass::invalid, fmt::format("invalid path: '{}' {}", path, reason),
                    "write database/table; a name that holds '/' or '\"' is written in double quotes");
    };
    auto rest = path;
    if (rest.starts_with('/')) rest.remove_prefix(1);
    if (rest.empty()) return {};
    if (rest.size() > 1 && rest.ends_with('/')) rest.remove_suffix(1);
    auto parts = split_quoted(rest, '/', refuse);
    if (parts.size() > limit) refuse("goes deeper than this system does");
    return parts;
}

std::string sql_path_part(std::string_view name) { return quote_part(name, '/'); }

}  // namespace prevision::sources
