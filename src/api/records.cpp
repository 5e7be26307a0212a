// The calls of the embedded platform about what snapshots recorded.
#include <fmt/format.h>

#include "api/client.hpp"
#include "api/decode_answer.hpp"
#include "core/text.hpp"
#include "model/codec.hpp"

namespace prevision::api {

model::PruneResult Client::prune_datasets(const std::string& project_id, const model::PruneRequest& request) {
    const std::string what = "cannot prune the datasets";
    // Repeated, it removes nothing more than what the request confirms.
    return decode_answer(
        what,
        call_added({what, "POST", fmt::format("/projects/{}/datasets/prune", percent_encode(project_id)),
                    model::encode_request(request), Repeat::if_not_sent}),
        model::decode_prune_result);
}

model::Freshness Client::freshness(const ObjectReference& datasource, const std::string& column) {
    const auto what = fmt::format("cannot see how fresh the datasource {} is", describe(datasource));
    const auto path = fmt::format("/data-sources/{}/freshness{}", percent_encode(datasource.id),
                                  column.empty() ? "" : "?column=" + percent_encode(column));
    return decode_answer(what, call_added({what, "GET", path}), model::decode_freshness);
}

}  // namespace prevision::api
