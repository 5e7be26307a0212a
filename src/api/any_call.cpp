// Calls that no method of the client is for, and that leave their answer as it is.
#include <fmt/format.h>

#include "api/client.hpp"
#include "api/seen_items.hpp"
#include "model/json.hpp"

namespace prevision::api {

namespace {

std::string describe(const std::string& method, const std::string& path) {
    return fmt::format("{} {} failed", method, path.substr(0, path.find('?')));
}

/// A POST creates, or is a test, which is never repeated; so may be a method that nobody knows.
Repeat repeat_of(const std::string& method, const std::string& path) {
    if (path.substr(0, path.find('?')).ends_with("/test")) return Repeat::never;
    const bool safe = method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
    return safe ? Repeat::safe : Repeat::if_not_sent;
}

}  // namespace

std::string Client::call_any(const AnyCall& any) {
    return call({any.what.empty() ? describe(any.method, any.path) : any.what, any.method, any.path, any.body,
                 repeat_of(any.method, any.path), any.sink, any.headers});
}

void Client::list_any(const std::string& path, const Each<std::string>& each, const std::string& what) {
    SeenItems seen;
    const auto take = [&](std::span<const std::string_view> items) {
        seen.begin_page();
        for (const auto item : items) {
            std::string document(item);
            if (seen.add(model::get_text(model::parse_json(item), "_id"), document) &&
                !each(std::move(document)))
                return false;
        }
        return seen.anything_new();
    };
    list_pages(what.empty() ? describe("GET", path) : what, path, take, what.empty());
}

void Client::check_token() {
    const std::string what = "the token cannot be checked";
    const auto body = call({what, "GET", "/version"});
    try {
        model::parse_json_object(body);
    } catch (const Error& error) {
        throw Error(ErrorClass::unreachable,
                    fmt::format("{}: the answer is no JSON object ({})", what, error.what()),
                    "is the URL that of a Prevision.io platform?");
    }
}

}  // namespace prevision::api
