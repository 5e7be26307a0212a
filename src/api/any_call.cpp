// Calls without a method of their own; their answers are not decoded.
#include <fmt/format.h>

#include "api/client.hpp"
#include "api/decode_answer.hpp"
#include "api/seen_items.hpp"
#include "model/json.hpp"

namespace prevision::api {

namespace {

std::string describe(const std::string& method, const std::string& path) {
    return fmt::format("{} {} failed", method, path.substr(0, path.find('?')));
}

/// A POST may create something, and so may an unknown method. A test is never repeated.
Repeat repeat_of(const std::string& method, const std::string& path) {
    if (path.substr(0, path.find('?')).ends_with("/test")) return Repeat::never;
    const bool safe = method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
    return safe ? Repeat::safe : Repeat::if_not_sent;
}

}  // namespace

std::string Client::call_any(const AnyCall& any) {
    return call({describe(any.method, any.path), any.method, any.path, any.body,
                 repeat_of(any.method, any.path), any.sink, any.headers});
}

void Client::list_any(const std::string& path, const Each<std::string>& each) {
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
    list_pages(describe("GET", path), path, take, true);
}

void Client::check_token() {
    const std::string what = "the token cannot be checked";
    decode_answer(what, call({what, "GET", "/version"}), model::parse_json_object);
}

}  // namespace prevision::api
