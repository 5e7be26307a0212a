#include "platform/http/handlers/source_answers.hpp"

#include "core/utf8.hpp"
#include "model/codec.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"
#include "platform/http/answers.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

/// Adds the fields of the test's result to the failure.
std::string join_failure(const std::string& failure_text, const std::string& result_text) {
    auto failure = model::parse_json_object(failure_text);
    auto result = model::parse_json_object(result_text);
    for (const char* name : {"ok", "stages"}) {
        failure.AddMember(rapidjson::StringRef(name), result[name], failure.GetAllocator());
    }
    return model::write_json(failure);
}

}  // namespace

OpenSource open_source(State& state, const model::Connector& connector,
                       std::shared_ptr<Cancellation> cancellation, const sources::StageObserver& failure) {
    auto slot = take_slot(state, connector.id);
    auto source = sources::open_source(open_connection(state, connector.id), *cancellation, failure);
    return {.connector_id = connector.id,
            .cancellation = std::move(cancellation),
            .source = std::move(source),
            .slot = std::move(slot)};
}

void use_source(State& state, const OpenSource& opened, const std::function<void()>& work) {
    use_source(state, opened.connector_id, *opened.source, work);
}

Answer stream_answer(State& state, std::string content_type, OpenSource opened,
                     std::function<void(sources::Source& source, ByteSink& body)> write) {
    Answer answer;
    answer.content_type = std::move(content_type);
    // std::function is copied, so the source needs shared ownership.
    const auto shared = std::make_shared<OpenSource>(std::move(opened));
    answer.stream = [&state, shared, write = std::move(write)](ByteSink& body) {
        use_source(state, *shared, [&] { write(*shared->source, body); });
    };
    return answer;
}

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
