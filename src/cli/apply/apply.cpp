#include <algorithm>

#include <fmt/format.h>

#include "cli/apply/comparison.hpp"
#include "cli/apply/prepared_change.hpp"
#include "cli/nouns.hpp"
#include "cli/verbs/confirmation.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

struct ApplyOptions : ComparisonOptions {
    bool dry_run = false;
    bool secrets = false;
    bool yes = false;
};

/// Names what is deleted before it is, whether or not a person is asked.
void confirm_removals(const std::vector<Change>& changes, bool yes, Services& services) {
    std::vector<std::string> names;
    for (const auto& change : changes) {
        if (change.action == Change::Action::remove)
            names.push_back(fmt::format("the {} '{}'", to_string(change.kind), change.name));
    }
    if (names.empty()) return;
    if (yes) services.message(fmt::format("deleting {}", join(names, ", ")));
    confirm(fmt::format("Delete {}?", join(names, ", ")), yes, services);
}

/// Makes one change after another, and continues after one that fails. Returns the number of those that failed.
std::size_t make_changes(const std::vector<PreparedChange>& prepared, const Comparison& comparison,
                         const ListOptions& options, Services& services) {
    std::map<std::string, std::string> connector_ids;
    for (const auto& [name, connector] : comparison.state.connectors) connector_ids[name] = connector.id;
    Lines lines(services, options, true);
    std::size_t failed = 0;
    for (const auto& each : prepared) {
        Line line{.change = &each.change(), .id = each.change().id, .result = "done"};
        try {
            services.cancellation().check();
            line.id = each.make(connector_ids, services);
        } catch (const Error& error) {
            if (services.cancellation().cancelled()) {
                lines.finish();  // shows what was done
                throw;
            }
            ++failed;
            line.result = "failed";
            line.message = error.what();
            // With JSON the line itself holds it, and the error is all that stderr has.
            if (!services.options().json_errors()) {
                services.message(fmt::format("{} '{}': {}", to_string(line.change->kind), line.change->name,
                                             line.message));
            }
        }
        lines.add(line);
    }
    lines.finish();
    return failed;
}

void run_apply(const ApplyOptions& options, Services& services) {
    const auto comparison = compare(options, options.secrets, services);
    if (options.dry_run || comparison.changes.empty()) show_changes(comparison, options.list, services);
    // A dry run fails where reading a secret would fail.
    std::vector<PreparedChange> prepared;
    for (const auto& change : comparison.changes) prepared.emplace_back(change, comparison.secrets);
    if (options.dry_run || prepared.empty()) return;
    confirm_removals(comparison.changes, options.yes, services);
    std::size_t failed = 0;
    services.write_in_bulk([&] { failed = make_changes(prepared, comparison, options.list, services); });
    if (failed == 0) return;
    throw Error(ErrorClass::partial, fmt::format("{} of {} changes failed", failed, prepared.size()),
                "fix what is wrong and apply the file again: what is done already stays as it is");
}

}  // namespace

void add_apply(Command& root, Services& services) {
    auto command = root.subcommand("apply", "Make the platform match what files declare");
    auto& options = command.keep<ApplyOptions>();
    add_comparison_options(command, options);
    command.flag("--dry-run", options.dry_run, "Show what would change, and change nothing");
    command.flag("--secrets", options.secrets,
                 "Send all declared secrets, also of connectors that do not differ");
    command.flag("-y,--yes", options.yes, "Do not ask before something is deleted");
    add_list_options(command, options.list, column_names(line_fields(true)));
    command.detail(
        "The files are one declaration: it is checked before anything is sent, and applying it again changes "
        "nothing. A change that fails does not stop the others: exit code 8.");
    command.detail(
        "Any field X may be written as X_env, which names the environment variable that has the value.");
    command.detail(
        "The platform never shows a secret. It compares the declared one with its own where it can; else the "
        "secret is sent with a connector that is created or changed, and always with --secrets.");
    command.example("prevision apply platform.yaml");
    command.example("prevision apply platform.yaml --prune --dry-run");
    command.action([&options, &services] { run_apply(options, services); });
}

}  // namespace prevision::cli
