#include "model/pruning.hpp"

#include "model/json_builder.hpp"
#include "model/json_parts.hpp"

namespace prevision::model {

namespace {

constexpr std::string_view keeps = "keep";
constexpr std::string_view removes = "remove";

std::string text_array(const std::vector<std::string>& texts) {
    JsonArray array;
    for (const auto& text : texts) array.text(text);
    return array.finish();
}

std::string encode(const PruneDecision& decision) {
    return JsonObject()
        .text("_id", decision.id)
        .text("name", decision.name)
        .text_or_null("datasource_id", decision.datasource_id)
        .text("created_at", decision.created_at)
        .value("bytes", decision.bytes)
        .text("action", decision.removed ? removes : keeps)
        .json("reasons", text_array(decision.reasons))
        .finish();
}

PruneDecision decode_decision(const JsonText& json) {
    const auto& object = json.value();
    PruneDecision decision{.id = get_text(object, "_id"),
                           .name = get_text(object, "name"),
                           .datasource_id = get_text(object, "datasource_id"),
                           .created_at = get_text(object, "created_at"),
                           .bytes = get_count(object, "bytes"),
                           .removed = get_text(object, "action") == removes,
                           .reasons = {},
                           .document = std::string(json.text())};
    const auto* reasons = find_member(object, "reasons");
    if (reasons == nullptr || !reasons->IsArray()) return decision;
    for (const auto& reason : reasons->GetArray())
        decision.reasons.push_back(scalar_text(reason).value_or(""));
    return decision;
}

}  // namespace

std::string encode_request(const PruneRequest& request) {
    JsonObject object;
    object.text_if_set("datasource_id", request.datasource_id);
    visit_keeps(request, [&](auto name, std::uint64_t number) {
        if (number > 0) object.value(name, number);
    });
    object.text_if_set("keep_within", request.keep_within).value("dry_run", request.dry_run);
    if (request.confirmed) object.json("confirmed", text_array(*request.confirmed));
    return object.finish();
}

std::string encode_answer(const PruneResult& result) {
    JsonArray decisions;
    for (const auto& decision : result.decisions) decisions.json(encode(decision));
    return JsonObject()
        .json("datasets", decisions.finish())
        .value("removed", result.removed)
        .value("freed_bytes", result.freed_bytes)
        .finish();
}

PruneResult decode_prune_result(const JsonText& json) {
    PruneResult result;
    const auto& object = json.value();
    const auto* decisions = find_member(object, "datasets");
    if (decisions != nullptr && decisions->IsArray()) {
        for (const auto text : elements_of(*find_value(members_of(json.text()), "datasets")))
            result.decisions.push_back(decode_decision(text));
    }
    result.removed = get_count(object, "removed").value_or(0);
    result.freed_bytes = get_count(object, "freed_bytes").value_or(0);
    return result;
}

}  // namespace prevision::model
