#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/json.hpp"

/// What `dataset prune` sends, and what the platform answers.
namespace prevision::model {

/// Which datasets to keep of each datasource; the others are removed. The rules are those of restic's `forget`.
struct PruneRequest {
    std::string datasource_id;  ///< only its datasets; empty: of all datasources of the project
    std::uint64_t keep_last = 0;
    std::uint64_t keep_hourly = 0;
    std::uint64_t keep_daily = 0;
    std::uint64_t keep_weekly = 0;
    std::uint64_t keep_monthly = 0;
    std::uint64_t keep_yearly = 0;
    std::string keep_within;  ///< "48h", or empty
    bool dry_run = false;
    std::optional<std::vector<std::string>> confirmed;  ///< removes none but these
};

/// What becomes of a dataset, and why.
struct PruneDecision {
    std::string id;
    std::string name;
    std::string datasource_id;
    std::string created_at;
    std::optional<std::uint64_t> bytes;
    bool removed = false;  ///< with `dry_run`: would be
    std::vector<std::string> reasons;
    std::string document;
};

struct PruneResult {
    std::vector<PruneDecision> decisions;
    std::uint64_t removed = 0;
    std::uint64_t freed_bytes = 0;
};

/// Calls `field(name, member)` for each number of datasets to keep.
template <typename Request, typename Field>
void visit_keeps(Request& request, Field&& field) {
    field("keep_last", request.keep_last);
    field("keep_hourly", request.keep_hourly);
    field("keep_daily", request.keep_daily);
    field("keep_weekly", request.keep_weekly);
    field("keep_monthly", request.keep_monthly);
    field("keep_yearly", request.keep_yearly);
}

std::string encode_request(const PruneRequest& request);
std::string encode_answer(const PruneResult& result);
PruneResult decode_prune_result(const JsonText& json);

}  // namespace prevision::model
