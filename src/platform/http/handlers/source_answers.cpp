#include "platform/http/handlers/source_answers.hpp"

#include "core/utf8.hpp"
#include "model/codec.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"
#include "platform/http/handlers/routes.hpp"

namespace prevision::platform {

namespace {

/// A failed test's answer is a failure with the test's own fields beside it.
std::string join_failure(const std::string& failure_text, const std::string& result_text) {
    auto failure = model::parse_json_object(failure_text);
    auto result = model::parse_json_object(result_text);
    for (const char* name : {"ok", "stages"}) {
        failure.AddMember(rapidjson::StringRef(name), result[name], failure.GetAllocator());
    }
    return model::write_json(failure);
}

}  // namespace

Answer test_answer(const std::function<void(const sources::StageObserver&)>& test) {
    model::TestResult result;
    const auto observer = [&](const sources::Stage& stage) {
        result.stages.push_back({.stage = stage.name,
                                 .ok = stage.ok,
                                 .milliseconds = static_cast<double>(stage.elapsed.count()) / 1000,
                                 .message = valid_utf8(stage.message)});
    };
    try {
        test(observer);
    } catch (const Error& error) {
        if (error.error_class() == ErrorClass::interrupted || error.error_class() == ErrorClass::terminated)
            throw;
        result.ok = false;
        auto answer = failure_answer(error);
        answer.body = join_failure(answer.body, model::encode_answer(result));
        return answer;
    }
    result.message = "it works";
    return json_answer(model::encode_answer(result));
}

Answer deleted_answer(const std::string& id) {
    return json_answer(model::JsonObject().text("_id", id).text("message", "deleted").finish());
}

}  // namespace prevision::platform
