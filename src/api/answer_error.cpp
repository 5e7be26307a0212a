#include <fmt/format.h>

#include "api/client.hpp"
#include "model/codec.hpp"

namespace prevision::api {

namespace {

ErrorClass class_of_status(int status) {
    switch (status) {
        case 400:
        case 405:
        case 413:
        case 422:
        case 501:
            return ErrorClass::invalid;
        case 401:
        case 403:
            return ErrorClass::auth;
        case 404:
        case 410:
            return ErrorClass::not_found;
        case 409:
        case 412:
            return ErrorClass::conflict;
        case 408:
        case 425:
        case 429:
            return ErrorClass::unreachable;
        default:
            return status >= 500 ? ErrorClass::unreachable : ErrorClass::internal;
    }
}

std::string hint_of_status(int status) {
    switch (status) {
        case 401:
        case 403:
            return "check the token: PREVISION_MASTER_TOKEN, or the profile's";
        case 405:
        case 501:
            return "this platform has no such call; it may be older than this program";
        case 429:
            return "the platform asks for fewer requests: try again later";
        default:
            return status >= 500 ? "the platform failed: try again later" : "";
    }
}

}  // namespace

Error to_error(const std::string& what, const transport::Response& response, const std::string& platform) {
    const auto failure = model::decode_failure(response.body);
    const auto named = parse_error_class(failure.error_class);
    const auto error_class = named.value_or(class_of_status(response.status));
    const auto why =
        failure.message.empty() ? fmt::format("{} answered {}", platform, response.status) : failure.message;
    const auto hint = named || !failure.hint.empty() ? failure.hint : hint_of_status(response.status);
    return Error(error_class, fmt::format("{}: {}", what, why), hint).with_status(response.status);
}

}  // namespace prevision::api
