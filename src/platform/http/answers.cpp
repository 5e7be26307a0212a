#include "platform/http/answers.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/utf8.hpp"
#include "model/codec.hpp"
#include "model/json_builder.hpp"

namespace prevision::platform {

Answer json_answer(std::string body) {
    Answer answer;
    answer.body = std::move(body);
    return answer;
}

Answer empty_answer() {
    Answer answer;
    answer.status = 204;
    answer.content_type.clear();
    return answer;
}

int status_of(ErrorClass error_class) {
    switch (error_class) {
        case ErrorClass::usage:
        case ErrorClass::invalid:
            return 400;
        case ErrorClass::auth:
            return 403;
        case ErrorClass::not_found:
            return 404;
        case ErrorClass::conflict:
            return 409;
        case ErrorClass::unreachable:
            return 502;
        default:
            return 500;
    }
}

Answer failure_answer(const Error& error) {
    Answer answer;
    answer.status = error.status().value_or(status_of(error.error_class()));
    answer.body =
        model::encode_answer(model::Failure{.message = valid_utf8(error.what()),
                                            .error_class = std::string(to_string(error.error_class())),
                                            .hint = valid_utf8(error.hint())},
                             answer.status);
    return answer;
}

void PageAnswer::add(std::string_view item) {
    if (!std::exchange(is_empty_, false)) body_ += ',';
    body_ += item;
}

Answer PageAnswer::finish(std::uint64_t total) {
    const bool more = page_.offset() + page_.size < total;
    body_ += fmt::format(R"(],"metaData":{{"totalItems":{},"rowsPerPage":{},"page":{},"nextPage":{}}}}})",
                         total, page_.size, page_.number, more);
    return json_answer(std::move(body_));
}

}  // namespace prevision::platform
