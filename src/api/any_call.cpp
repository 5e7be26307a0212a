// Calls without a method of their own; their answers are not decoded.
#include <fmt/format.h>

#include "api/client.hpp"
#include "api/decode_answer.hpp"
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

transport::Response Client::call_any(const AnyCall& any) {
    return send({describe(any.method, any.path), any.method, any.path, any.body,
                 repeat_of(any.method, any.path), any.sink, any.headers});
}

Error Client::error_of(const AnyCall& any, const transport::Response& response) const {
    return to_error(describe(any.method, any.path), response, transport_.description());
}

void Client::check_token() {
    const std::string what = "the token cannot be checked";
    decode_answer(what, call({what, "GET", "/version"}), model::parse_json_object);
}

}  // namespace prevision::api
