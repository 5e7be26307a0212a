#include <algorithm>
#include <array>

#include "cli/dataset/verbs.hpp"
#include "cli/verbs/confirmation.hpp"
#include "cli/verbs/names.hpp"
#include "core/text.hpp"
#include "model/pruning.hpp"

namespace prevision::cli {

namespace {

using model::Datasource;
using model::PruneDecision;
using model::PruneResult;

/// A rule that keeps a number of datasets.
struct Rule {
    const char* flag;
    const char* help;
    std::uint64_t model::PruneRequest::*number;
};

constexpr std::array rules{
    Rule{"--keep-last", "Keep the newest N", &model::PruneRequest::keep_last},
    Rule{"--keep-hourly", "Keep the newest of each of the newest N hours that have one",
         &model::PruneRequest::keep_hourly},
    Rule{"--keep-daily", "The same for days, in UTC", &model::PruneRequest::keep_daily},
    Rule{"--keep-weekly", "The same for weeks, which begin on Monday", &model::PruneRequest::keep_weekly},
    Rule{"--keep-monthly", "The same for months", &model::PruneRequest::keep_monthly},
    Rule{"--keep-yearly", "The same for years", &model::PruneRequest::keep_yearly},
};

struct PruneOptions {
    std::string datasource;
    std::array<std::optional<std::int64_t>, rules.size()> numbers;  ///< as `rules`
    std::string within;
    bool dry_run = false;
    bool yes = false;
    ListOptions list;
};

std::vector<Field<PruneDecision>> prune_fields(Names<Datasource>& datasources) {
    return {id_field<PruneDecision>(),
            text("name", &PruneDecision::name),
            name_field<PruneDecision>("datasource", datasources, &PruneDecision::datasource_id),
            extra(text("datasource_id", &PruneDecision::datasource_id)),
            time("created_at", &PruneDecision::created_at),
            quantity("bytes", render::Quantity::bytes, &PruneDecision::bytes),
            {{"action"},
             [](const PruneDecision& decision) {
                 return std::optional<std::string>(decision.removed ? "remove" : "keep");
             }},
            {{"reasons"}, [](const PruneDecision& decision) { return cell(join(decision.reasons, ", ")); }}};
}

/// Error usage for a negative number, and when no rule is given: that would remove all.
model::PruneRequest to_request(const PruneOptions& options) {
    model::PruneRequest request;
    std::uint64_t kept = 0;
    for (std::size_t at = 0; at < rules.size(); ++at) {
        const auto number = options.numbers[at].value_or(0);
        if (number < 0)
            throw Error(ErrorClass::usage, fmt::format("{}: it cannot be negative", rules[at].flag));
        request.*rules[at].number = static_cast<std::uint64_t>(number);
        kept = std::max(kept, request.*rules[at].number);
    }
    request.keep_within = options.within;
    if (kept == 0 && request.keep_within.empty()) {
        throw Error(ErrorClass::usage, "no rule says what to keep, and all datasets would go",
                    "give at least one of --keep-last, --keep-daily, --keep-within and the others");
    }
    return request;
}

/// "'a', 'b', 'c' and 4 more".
std::string some_names(const std::vector<const PruneDecision*>& removals) {
    constexpr std::size_t most = 3;
    std::vector<std::string> names;
    for (const auto* removal : removals) {
        if (names.size() < most) names.push_back(fmt::format("'{}'", removal->name));
    }
    const auto more = removals.size() - names.size();
    return join(names, ", ") + (more == 0 ? "" : fmt::format(" and {} more", more));
}

std::string count_datasets(std::uint64_t count) {
    return fmt::format("{} {}", format_count(count), count == 1 ? "dataset" : "datasets");
}

/// All decisions; with ids only, those of the datasets that go: a script must not delete the others.
void show(Services& services, const PruneOptions& options, const std::vector<Field<PruneDecision>>& fields,
          const PruneResult& result) {
    auto listing = make_listing(services, options.list, fields);
    listing.show([&] {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (listing.uses(i) && fields[i].prepare) fields[i].prepare(services);
        }
        for (const auto& decision : result.decisions) {
            if (services.options().format() == render::Format::id && !decision.removed) continue;
            if (!listing.add(to_row(fields, decision))) return;
        }
    });
}

void run_prune(const PruneOptions& options, const std::vector<Field<PruneDecision>>& fields,
               Services& services) {
    auto request = to_request(options);
    if (!options.datasource.empty())
        request.datasource_id = find<Datasource>(services, options.datasource).id;
    const auto& project = services.project_id();
    request.dry_run = true;
    const auto plan = services.client().prune_datasets(project, request);
    std::vector<const PruneDecision*> removals;
    for (const auto& decision : plan.decisions) {
        if (decision.removed) removals.push_back(&decision);
    }
    if (options.dry_run || removals.empty()) {
        show(services, options, fields, plan);
        services.message(options.dry_run ? fmt::format("would remove {} of {}", format_count(removals.size()),
                                                       count_datasets(plan.decisions.size()))
                                         : "every dataset is kept");
        return;
    }
    confirm(fmt::format("Remove {} of {}: {}?", format_count(removals.size()),
                        count_datasets(plan.decisions.size()), some_names(removals)),
            options.yes, services);
    request.dry_run = false;
    request.confirmed.emplace();
    for (const auto* removal : removals) request.confirmed->push_back(removal->id);
    const auto result = services.client().prune_datasets(project, request);
    show(services, options, fields, result);
    services.message(fmt::format("removed {}, which freed {}", count_datasets(result.removed),
                                 format_bytes(result.freed_bytes)));
}

void add_rules(Command& verb, PruneOptions& options) {
    for (std::size_t at = 0; at < rules.size(); ++at)
        verb.option(rules[at].flag, options.numbers[at], rules[at].help);
    verb.option("--keep-within", options.within,
                "Keep those made within this period before the newest: 48h, 30d, 8w, 6m (months), 1y",
                {.value = "PERIOD"});
}

}  // namespace

void add_dataset_prune(Command& command, Services& services) {
    auto verb = command.subcommand("prune", "Remove old datasets, and keep those that rules choose");
    auto& options = verb.keep<PruneOptions>();
    const auto& fields =
        verb.keep<std::vector<Field<PruneDecision>>>(prune_fields(verb.keep<Names<Datasource>>()));
    verb.option("--datasource", options.datasource, "Only datasets of this one, by name or id",
                {.value = "NAME", .completes = Completes::datasource});
    add_rules(verb, options);
    verb.flag("--dry-run", options.dry_run,
              "Remove nothing, and show what would go, with the reason for each");
    verb.flag("-y,--yes", options.yes, "Do not ask; needed where nobody can be asked");
    add_list_options(verb, options.list, column_names(fields));
    verb.detail(
        "The rules are those of restic's forget, for the datasets of each datasource; one rule is enough to keep a "
        "dataset. Pinned datasets, uploads, and what an export is running from always stay; unfinished and failed "
        "snapshots do not count. With -q it shows the ids of those that go.");
    verb.example("prevision dataset prune --keep-last 7 --keep-daily 30 --keep-monthly 12 --dry-run");
    verb.example("prevision dataset prune --datasource orders --keep-within 48h --yes");
    verb.action([&options, &fields, &services] { run_prune(options, fields, services); });
}

}  // namespace prevision::cli
