#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::api {

/// Decodes an answer. Error unreachable when it is not a platform's JSON: something else answered.
template <typename Decode>
auto decode_answer(const std::string& what, std::string_view body, Decode decode) {
    try {
        return decode(body);
    } catch (const Error& error) {
        throw Error(ErrorClass::unreachable,
                    fmt::format("{}: the answer is not a JSON object ({})", what, error.what()),
                    "is the URL that of a Prevision.io platform?");
    }
}

}  // namespace prevision::api
