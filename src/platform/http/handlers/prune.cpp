#include <algorithm>
#include <set>
#include <span>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "model/pruning.hpp"
#include "platform/datasets/retention.hpp"
#include "platform/http/body.hpp"
#include "platform/http/handlers/handlers.hpp"

namespace prevision::platform {

namespace {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Kept = DatasetTable::Kept;

/// Error invalid, naming the field, and when no rule keeps anything.
KeepRules read_rules(const Body& body) {
    KeepRules rules{.last = body.count("keep_last").value_or(0),
                    .hourly = body.count("keep_hourly").value_or(0),
                    .daily = body.count("keep_daily").value_or(0),
                    .weekly = body.count("keep_weekly").value_or(0),
                    .monthly = body.count("keep_monthly").value_or(0),
                    .yearly = body.count("keep_yearly").value_or(0),
                    .within = {}};
    if (const auto within = body.text("keep_within"); !within.empty()) {
        try {
            rules.within = Period::parse(within);
        } catch (const Error& error) {
            throw Error(ErrorClass::invalid, fmt::format("invalid keep_within: {}", error.what()),
                        error.hint());
        }
    }
    if (rules.keeps_nothing()) {
        throw Error(ErrorClass::invalid, "invalid keep_last: no rule says what to keep",
                    "give at least one of keep_last, keep_daily, keep_within and the others");
    }
    return rules;
}

/// What holds a dataset, whatever the rules say.
std::vector<std::string> holds_of(const Kept& dataset) {
    std::vector<std::string> holds;
    if (dataset.pinned) holds.emplace_back("pinned");
    if (dataset.exported) holds.emplace_back("an export is running");
    if (dataset.datasource_id.empty()) holds.emplace_back("uploaded");
    return holds;
}

/// Decides about the datasets of one datasource, the newest first.
void decide(std::span<const Kept> datasets, const KeepRules& rules, Time now, model::PruneResult& result) {
    std::vector<Time> times;
    std::set<std::string> untimed;
    for (const auto& dataset : datasets) {
        const auto time = parse_time(dataset.created_at);
        if (!time) untimed.insert(dataset.id);
        times.push_back(time.value_or(now));
    }
    const auto reasons = decide_retention(times, rules, now);
    for (std::size_t at = 0; at < datasets.size(); ++at) {
        const auto& dataset = datasets[at];
        auto kept_by = reasons[at];
        for (auto& hold : holds_of(dataset)) kept_by.push_back(std::move(hold));
        if (untimed.contains(dataset.id)) kept_by.emplace_back("its time is not known");
        const bool removed = kept_by.empty();
        if (removed) kept_by.emplace_back("no rule keeps it");
        result.decisions.push_back({.id = dataset.id,
                                    .name = dataset.name,
                                    .datasource_id = dataset.datasource_id,
                                    .created_at = dataset.created_at,
                                    .bytes = dataset.bytes,
                                    .removed = removed,
                                    .reasons = std::move(kept_by),
                                    .document = {}});
    }
}

model::PruneResult plan(const std::vector<Kept>& datasets, const KeepRules& rules, Time now) {
    model::PruneResult result;
    result.decisions.reserve(datasets.size());
    for (auto begin = datasets.begin(); begin != datasets.end();) {
        const auto end = std::find_if(begin, datasets.end(), [&](const Kept& other) {
            return other.datasource_id != begin->datasource_id;
        });
        decide({begin, end}, rules, now, result);
        begin = end;
    }
    return result;
}

/// Marks what was not removed after all: it was not confirmed, or something holds it since.
void remove_planned(State& state, const std::optional<std::vector<std::string>>& confirmed,
                    model::PruneResult& result) {
    const auto allowed =
        confirmed ? std::optional(std::set<std::string>(confirmed->begin(), confirmed->end())) : std::nullopt;
    std::vector<std::string> ids;
    for (auto& decision : result.decisions) {
        if (!decision.removed) continue;
        if (!allowed || allowed->contains(decision.id)) {
            ids.push_back(decision.id);
            continue;
        }
        decision.removed = false;
        decision.reasons = {"it was not confirmed"};
    }
    const auto done = state.jobs.remove_unheld(ids);
    const std::set<std::string> removed(done.ids.begin(), done.ids.end());
    for (auto& decision : result.decisions) {
        if (!decision.removed || removed.contains(decision.id)) continue;
        decision.removed = false;
        decision.reasons = {"it was pinned, exported or deleted meanwhile"};
    }
    result.removed = removed.size();
    result.freed_bytes = done.freed_bytes;
}

Answer prune_datasets(State& state, const RoutedCall& routed) {
    const Body body(routed.call.body);
    const auto rules = read_rules(body);
    state.exports.settle();
    const auto datasets = state.datasets.list_kept(routed.parameters.at(0), body.text("datasource_id"));
    const auto now = std::chrono::floor<std::chrono::milliseconds>(state.clock.now());
    auto result = plan(datasets, rules, now);
    if (!body.boolean("dry_run").value_or(false)) remove_planned(state, body.texts("confirmed"), result);
    return json_answer(model::encode_answer(result));
}

}  // namespace

void add_prune_routes(Routes& routes) {
    routes.add("POST", "/projects/{id}/datasets/prune", prune_datasets, Pace::file);
}

}  // namespace prevision::platform
