#include "sources/field.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"

namespace prevision::sources {

void refuse_field(std::string_view field, std::string_view why, std::string hint) {
    throw Error(ErrorClass::invalid, fmt::format("invalid {}: {}", field, why), std::move(hint));
}

void refuse_line_ends(std::string_view field, std::string_view text) {
    if (std::ranges::any_of(text, [](char c) { return c == '\0' || c == '\r' || c == '\n'; }))
        refuse_field(field, "it holds a line end or a NUL byte");
}

void refuse_nul(std::string_view field, std::string_view text) {
    if (text.find('\0') != std::string_view::npos) refuse_field(field, "it holds a NUL byte");
}

std::string option_of(const Connection& connection, const std::string& name) {
    const auto found = connection.options.find(name);
    return found == connection.options.end() ? "" : found->second;
}

std::string encode_path(std::string_view path) {
    std::string encoded;
    for (;;) {
        const auto slash = path.find('/');
        encoded += percent_encode(path.substr(0, slash));
        if (slash == std::string_view::npos) return encoded;
        encoded += '/';
        path.remove_prefix(slash + 1);
    }
}

}  // namespace prevision::sources
