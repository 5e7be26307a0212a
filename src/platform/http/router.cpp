#include "platform/http/router.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/id.hpp"
#include "core/text.hpp"
#include "platform/http/answers.hpp"

namespace prevision::platform {

namespace {

/// Removes the leading slash and the first segment from a path; returns the segment.
std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

/// The parameters of a path that the pattern matches, else nothing. Splits into segments before it
/// decodes them, so that a name can hold a slash as %2F.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
    std::vector<std::string> parameters;
    while (pattern.starts_with('/') && path.starts_with('/')) {
        const auto expected = take_segment(pattern);
        const auto segment = take_segment(path);
        if (expected.starts_with('{')) {
            parameters.push_back(percent_decode(segment));
        } else if (segment != expected) {
            return std::nullopt;
        }
    }
    if (!pattern.empty() || !path.empty()) return std::nullopt;
    return parameters;
}

/// An id becomes part of a query or of a file's name, so no other text is passed on as one.
void check_ids(std::string_view pattern, const std::vector<std::string>& parameters) {
    std::size_t index = 0;
    std::string noun;
    while (!pattern.empty()) {
        const auto segment = take_segment(pattern);
        if (segment.starts_with('{')) {
            const auto& text = parameters.at(index++);
            if (segment == "{id}" && !is_id(text))
                throw Error(ErrorClass::not_found, fmt::format("there is no {} {}", noun, text));
        }
        // "data-sources" holds datasources.
        noun = segment.ends_with('s') ? segment.substr(0, segment.size() - 1) : segment;
        std::erase(noun, '-');
    }
}

std::string_view without_trailing_slash(std::string_view path) {
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    return path;
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, Handler handler, Pace pace) {
    routes_.push_back({.method = method, .pattern = pattern, .handler = std::move(handler), .pace = pace});
}

Pace Router::pace_of(const Call& call) const {
    const auto path = without_trailing_slash(call.path);
    const auto found = std::ranges::find_if(routes_, [&](const Route& route) {
        return route.method == call.method && match(route.pattern, path);
    });
    return found == routes_.end() ? Pace::store : found->pace;
}

Answer Router::route(const Call& call) const {
    const auto path = without_trailing_slash(call.path);
    std::vector<std::string> allowed;
    for (const auto& route : routes_) {
        auto parameters = match(route.pattern, path);
        if (!parameters) continue;
        if (route.method == call.method) {
            check_ids(route.pattern, *parameters);
            return route.handler(
                {.call = call, .parameters = std::move(*parameters), .query = Query(call.query)});
        }
        if (std::ranges::find(allowed, route.method) == allowed.end()) allowed.emplace_back(route.method);
    }
    if (allowed.empty()) {
        throw Error(ErrorClass::not_found, fmt::format("the platform has no call {} {}", call.method, path),
                    "a project's objects are below it: GET /projects, then GET /projects/ID/connectors");
    }
    auto answer =
        failure_answer(Error(ErrorClass::invalid, fmt::format("{} does not take {}; it takes {}", path,
                                                              call.method, join(allowed, ", ")))
                           .with_status(405));
    answer.headers.push_back({.name = "Allow", .value = join(allowed, ", ")});
    return answer;
}

}  // namespace prevision::platform
