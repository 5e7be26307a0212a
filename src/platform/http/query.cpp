#include "platform/http/query.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::platform {

namespace {

std::string decode(std::string text) {
    std::ranges::replace(text, '+', ' ');
    return percent_decode(text);
}

}  // namespace

Query::Query(std::string_view text) {
    for (const auto& part : split(text, '&')) {
        if (part.empty()) continue;
        const auto equals = part.find('=');
        parameters_.emplace_back(decode(part.substr(0, equals)),
                                 equals == std::string::npos ? "" : decode(part.substr(equals + 1)));
    }
}

std::optional<std::string> Query::get(std::string_view name) const {
    const auto found = std::ranges::find(parameters_, name, &std::pair<std::string, std::string>::first);
    if (found == parameters_.end() || found->second.empty()) return std::nullopt;
    return found->second;
}

std::uint64_t Query::number(std::string_view name, std::uint64_t fallback, std::uint64_t least,
                            std::uint64_t most) const {
    const auto text = get(name);
    if (!text) return fallback;
    const auto value = parse_integer(*text);
    if (!value || *value < 0 || static_cast<std::uint64_t>(*value) < least ||
        static_cast<std::uint64_t>(*value) > most) {
        throw Error(ErrorClass::invalid, fmt::format("invalid {}: '{}' is not a whole number from {} to {}",
                                                     name, *text, least, most));
    }
    return static_cast<std::uint64_t>(*value);
}

}  // namespace prevision::platform
