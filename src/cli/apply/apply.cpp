#include <algorithm>

#include <fmt/format.h>

#include "cli/apply/objects.hpp"
#include "cli/nouns.hpp"
#include "cli/verbs/confirmation.hpp"
#include "cli/verbs/listing.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t file_limit = std::size_t{16} << 20U;

/// A change, and what came of it where it was made.
struct Line {
    const Change* change = nullptr;
    std::string id{};
    std::string result{};  ///< done, failed
    std::string message{};
};

std::string describe(const Change& change) {
    // An update of no field is there for its secrets.
    if (change.action == Change::Action::update && change.fields.empty()) return "secrets";
    std::vector<std::string> fields;
    for (const auto& field : change.fields) {
        const auto or_not_set = [](const std::string& value) { return value.empty() ? "-" : value; };
        fields.push_back(
            fmt::format("{}: {} → {}", field.name, or_not_set(field.from), or_not_set(field.to)));
    }
    return join(fields, ", ");
}

std::string to_document(const Line& line) {
    const auto& change = *line.change;
    model::JsonArray fields;
    for (const auto& field : change.fields) {
        fields.json(model::JsonObject()
                        .text("name", field.name)
                        .text_or_null("from", field.from)
                        .text_or_null("to", field.to)
                        .finish());
    }
    model::JsonObject document;
    document.text("change", to_string(change.action))
        .text("kind", to_string(change.kind))
        .text_or_null("_id", line.id)
        .text("name", change.name)
        .json("fields", fields.finish());
    if (!line.result.empty()) document.text("result", line.result).text_or_null("message", line.message);
    return document.finish();
}

std::vector<Field<Line>> line_fields(bool with_results) {
    std::vector<Field<Line>> fields{
        {{"change"}, [](const Line& line) { return cell(to_string(line.change->action)); }},
        {{"kind"}, [](const Line& line) { return cell(to_string(line.change->kind)); }},
        {{"name"}, [](const Line& line) { return cell(line.change->name); }},
        {{"fields"}, [](const Line& line) { return cell(describe(*line.change)); }}};
    if (!with_results) return fields;
    fields.push_back(text("result", &Line::result));
    fields.push_back(extra(text("message", &Line::message)));
    return fields;
}

/// Shows the lines as they come.
class Lines {
  public:
    Lines(Services& services, const ListOptions& options, bool with_results)
        : fields_(line_fields(with_results)),
          listing_(make_listing(services, options, fields_)),
          ids_alone_(services.options().format() == render::Format::id) {}

    void add(const Line& line) {
        // What is not there has no id to show.
        if (!wanted_ || (ids_alone_ && line.id.empty())) return;
        wanted_ =
            listing_.add({.id = line.id, .cells = cells_of(fields_, line), .document = to_document(line)});
    }
    void finish() { listing_.finish(); }

  private:
    std::vector<Field<Line>> fields_;
    Listing listing_;
    bool ids_alone_;
    bool wanted_ = true;  ///< --limit
};

struct DiffOptions {
    std::string file;
    bool prune = false;
    ListOptions list;
};

struct ApplyOptions : DiffOptions {
    bool dry_run = false;
    bool secrets = false;
    bool yes = false;
};

/// The file as it was read and checked, beside what the platform has.
struct Comparison {
    Declarations declarations;
    PlatformState state;
    std::vector<Change> changes;
};

Comparison compare(const DiffOptions& options, Services& services) {
    const bool from_stdin = options.file == "-";
    const auto text =
        from_stdin ? services.io().in.read_all(file_limit) : read_file(options.file, file_limit);
    Comparison comparison;
    comparison.declarations = read_declarations(text, from_stdin ? "stdin" : options.file);
    comparison.state = read_platform_state(services, comparison.declarations.sections);
    check_declarations(comparison.declarations, comparison.state, services);
    comparison.changes = compare(comparison.declarations, comparison.state, options.prune);
    return comparison;
}

void show_difference(const Comparison& comparison, const DiffOptions& options, Services& services) {
    Lines lines(services, options.list, false);
    for (const auto& change : comparison.changes) lines.add({.change = &change, .id = change.id});
    lines.finish();
    if (comparison.changes.empty()) services.message("the platform has all that the file says");
}

/// Connectors that do not differ, so that their secrets are sent as well.
void add_secret_updates(Comparison& comparison) {
    std::vector<Change> updates;
    for (const auto& declared : comparison.declarations.objects) {
        const auto is_declared = [&](const Change& change) { return change.declared == &declared; };
        const bool has_secret = std::ranges::any_of(
            secret_fields(declared.kind), [&](const std::string& field) { return declared.has(field); });
        if (!has_secret || std::ranges::any_of(comparison.changes, is_declared)) continue;
        updates.push_back({.action = Change::Action::update,
                           .kind = declared.kind,
                           .name = declared.name,
                           .id = comparison.state.find(declared.kind, declared.name)->id,
                           .declared = &declared,
                           .fields = {}});
    }
    comparison.changes.insert(comparison.changes.begin(), updates.begin(), updates.end());
}

void confirm_removals(const std::vector<Change>& changes, bool yes, Services& services) {
    std::vector<std::string> names;
    for (const auto& change : changes) {
        if (change.action == Change::Action::remove)
            names.push_back(fmt::format("the {} '{}'", to_string(change.kind), change.name));
    }
    if (!names.empty()) confirm(fmt::format("Delete {}?", join(names, ", ")), yes, services);
}

/// Makes one change after another, and goes on where one fails. The number of those that failed.
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
                lines.finish();  // what was made is told
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
    auto comparison = compare(options, services);
    if (options.secrets) add_secret_updates(comparison);
    if (options.dry_run || comparison.changes.empty()) {
        show_difference(comparison, options, services);
        return;
    }
    std::vector<PreparedChange> prepared;
    for (const auto& change : comparison.changes) prepared.emplace_back(change, services);
    confirm_removals(comparison.changes, options.yes, services);
    const auto failed = make_changes(prepared, comparison, options.list, services);
    if (failed == 0) return;
    throw Error(ErrorClass::partial, fmt::format("{} of {} changes failed", failed, prepared.size()),
                "mend what is wrong and apply the file again: what is done already stays as it is");
}

void add_diff_options(Command& command, DiffOptions& options) {
    command.argument("FILE", options.file, "What there is to be, as YAML or JSON; - is stdin", true,
                     {.completes = Completes::file});
    command.flag("--prune", options.prune, "Delete what the file does not have, of the sections that it has");
}

}  // namespace

void add_apply(Command& root, Services& services) {
    auto command = root.subcommand("apply", "Make connectors, datasources and exporters what a file says");
    auto& options = command.keep<ApplyOptions>();
    add_diff_options(command, options);
    command.flag("--dry-run", options.dry_run, "Show what would change, and change nothing");
    command.flag("--secrets", options.secrets,
                 "Send the secrets of connectors too that do not differ otherwise");
    command.flag("-y,--yes", options.yes, "Do not ask before something is deleted");
    add_list_options(command, options.list, column_names(line_fields(true)));
    command.detail(
        "The whole file is checked before anything is sent, and applying it again changes nothing. What "
        "fails does not hold up the rest: exit code 8.");
    command.detail(
        "The platform never tells a secret, so whether it differs is not seen: it is sent with a connector "
        "that is created or changed, and always with --secrets.");
    command.example("prevision apply platform.yaml");
    command.example("prevision apply platform.yaml --prune --dry-run");
    command.action([&options, &services] { run_apply(options, services); });
}

void add_diff(Command& root, Services& services) {
    struct Options : DiffOptions {
        bool exit_code = false;
    };
    auto command = root.subcommand("diff", "Show what apply would change");
    auto& options = command.keep<Options>();
    add_diff_options(command, options);
    command.flag("--exit-code", options.exit_code, "Exit with code 10 when something differs");
    add_list_options(command, options.list, column_names(line_fields(false)));
    command.example("prevision diff platform.yaml");
    command.example("prevision diff platform.yaml --exit-code > /dev/null");
    command.action([&options, &services] {
        const auto comparison = compare(options, services);
        show_difference(comparison, options, services);
        services.io().out.flush();
        if (!options.exit_code || comparison.changes.empty()) return;
        const auto count = comparison.changes.size();
        throw Error(ErrorClass::differs,
                    fmt::format("{} object{} not as {} says", count, count == 1 ? " is" : "s are",
                                options.file == "-" ? "the file" : options.file),
                    "'prevision apply' makes it so");
    });
}

}  // namespace prevision::cli
