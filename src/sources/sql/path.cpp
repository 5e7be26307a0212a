#include "sources/sql/path.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::sources {

namespace {

[[noreturn]] void refuse(std::string_view path, std::string_view reason) {
    throw Error(ErrorClass::invalid, fmt::format("invalid path: '{}' {}", path, reason),
                "write database/table; a name that holds '/' or '\"' stands in double quotes");
}

/// Takes the quoted part at the start of `rest`, with its quotes.
std::string take_quoted(std::string_view& rest, std::string_view path) {
    std::string part;
    for (std::size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] != '"') {
            part += rest[at];
        } else if (at + 1 < rest.size() && rest[at + 1] == '"') {
            part += '"';
            ++at;
        } else {
            rest.remove_prefix(at + 1);
            return part;
        }
    }
    refuse(path, "has a quote that is not closed");
}

}  // namespace

std::vector<std::string> parse_sql_path(std::string_view path, std::size_t limit) {
    auto rest = path;
    if (rest.starts_with('/')) rest.remove_prefix(1);
    std::vector<std::string> parts;
    while (!rest.empty()) {
        if (rest.front() == '"') {
            parts.push_back(take_quoted(rest, path));
            if (!rest.empty() && rest.front() != '/') refuse(path, "goes on behind a closed quote");
        } else {
            const auto end = std::min(rest.find('/'), rest.size());
            parts.emplace_back(rest.substr(0, end));
            if (end == 0) refuse(path, "has a part that is empty");
            rest.remove_prefix(end);
        }
        if (!rest.empty()) rest.remove_prefix(1);
    }
    if (parts.size() > limit) refuse(path, "goes deeper than this system does");
    return parts;
}

std::string sql_path_part(std::string_view name) {
    if (!name.empty() && name.find_first_of("/\"") == std::string_view::npos) return std::string(name);
    std::string quoted = "\"";
    for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

}  // namespace prevision::sources
