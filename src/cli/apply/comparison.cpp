#include "cli/apply/comparison.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "cli/apply/check.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t file_limit = std::size_t{16} << 20U;

/// By its name. A link to nothing has such a name too: to leave it out would delete its objects with --prune.
bool is_declaration_file(const std::filesystem::directory_entry& entry) {
    constexpr std::array<std::string_view, 3> extensions{".yaml", ".yml", ".json"};
    const auto name = entry.path().filename().string();
    std::error_code failure;
    return !entry.is_directory(failure) && !name.starts_with('.') &&
           std::ranges::find(extensions, to_lower(entry.path().extension().string())) != extensions.end();
}

/// The files of a folder in the order of their names, or the file itself.
std::vector<std::string> files_at(const std::string& path) {
    std::error_code failure;
    if (!std::filesystem::is_directory(path, failure)) return {path};
    std::vector<std::string> files;
    std::filesystem::directory_iterator entries(path, failure);
    for (; !failure && entries != std::filesystem::directory_iterator(); entries.increment(failure)) {
        if (is_declaration_file(*entries)) files.push_back(entries->path().string());
    }
    if (failure)
        throw Error(ErrorClass::internal,
                    fmt::format("cannot read the folder {}: {}", path, failure.message()));
    if (files.empty())
        throw Error(ErrorClass::invalid,
                    fmt::format("{}: the folder has no file that ends with .yaml, .yml or .json", path));
    std::ranges::sort(files);
    return files;
}

std::vector<DeclarationText> read_files(const std::vector<std::string>& paths, Services& services) {
    if (std::ranges::count(paths, "-") > 1)
        throw Error(ErrorClass::usage, "- is given twice, and stdin can be read only once");
    std::vector<DeclarationText> texts;
    for (const auto& path : paths) {
        if (path == "-") {
            texts.push_back({.text = services.io().in.read_all(file_limit), .file = "stdin"});
            continue;
        }
        for (const auto& file : files_at(path)) {
            // A named file may be a pipe; one of a folder must not wait for a writer.
            texts.push_back(
                {.text = file == path ? read_file(file, file_limit) : read_regular_file(file, file_limit),
                 .file = file});
        }
    }
    return texts;
}

/// Deleting everything has to be written down: a section whose list was lost must not mean it.
void check_prune(const Declarations& declarations) {
    for (const auto& [kind, bare] : declarations.sections) {
        if (!bare) continue;
        throw Error(
            ErrorClass::invalid,
            fmt::format("{}: the section {}s is empty, and --prune would delete every {} of the project",
                        *bare, to_string(kind), to_string(kind)),
            fmt::format("write '{}s: []' when there is to be none", to_string(kind)));
    }
}

/// The change that a declaration asks for; nothing when the platform has it as it is.
std::optional<Change> change_for(const Declared& declared, Comparison& comparison, bool all_secrets,
                                 Services& services) {
    Change change{
        .kind = declared.kind, .name = declared.name, .id = {}, .declared = &declared, .fields = {}};
    const auto* there = comparison.state.find(declared.kind, declared.name);
    if (there == nullptr) return change;
    change.id = there->id;
    change.fields = differing_fields(declared, *there);
    change.action = Change::Action::update;
    const auto secrets = comparison.secrets.find(&declared);
    if (secrets == comparison.secrets.end())
        return change.fields.empty() ? std::nullopt : std::optional(change);
    const auto compared = compare_secrets(secrets->second, *there, services);
    change.secrets = all_secrets && !compared.differs ? "secrets sent" : compared.text;
    if (!change.fields.empty() || compared.differs || all_secrets) return change;
    if (!compared.is_whole) {
        comparison.has_all_compared = false;
        services.warn(fmt::format("{}: {}{}", declared.where(), compared.text,
                                  secrets->second.failure ? "" : "; 'prevision apply --secrets' sends it"));
    }
    return std::nullopt;
}

std::string describe(const Change& change) {
    std::vector<std::string> parts;
    for (const auto& field : change.fields) {
        const auto or_not_set = [](const std::string& value) { return value.empty() ? "-" : value; };
        parts.push_back(fmt::format("{}: {} → {}", field.name, or_not_set(field.from), or_not_set(field.to)));
    }
    if (!change.secrets.empty()) parts.push_back(change.secrets);
    return join(parts, ", ");
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
        .json("fields", fields.finish())
        .text_or_null("secrets", change.secrets);
    if (!line.result.empty()) document.text("result", line.result).text_or_null("message", line.message);
    return document.finish();
}

}  // namespace

void add_comparison_options(Command& command, ComparisonOptions& options) {
    command.argument("FILE", options.files,
                     "What the platform is to have, as YAML or JSON: files, folders of them, or - for stdin",
                     true, {.completes = Completes::file});
    command.flag("--prune", options.prune,
                 "Delete what the files do not have, of the sections that they have");
}

Comparison compare(const ComparisonOptions& options, bool all_secrets, Services& services) {
    Comparison comparison;
    comparison.declarations =
        read_declarations(read_files(options.files, services), services.io().environment);
    if (options.prune) check_prune(comparison.declarations);
    std::set<Kind> kinds;
    for (const auto& [kind, bare] : comparison.declarations.sections) kinds.insert(kind);
    comparison.state = read_platform_state(services, kinds);
    check_declarations(comparison.declarations, comparison.state, services);
    comparison.secrets = read_secrets(comparison.declarations, services);
    for (const auto& [declared, secrets] : comparison.secrets) {
        if (secrets.failure) services.warn(secrets.failure->what());
    }
    for (const auto& declared : comparison.declarations.objects) {
        if (auto change = change_for(declared, comparison, all_secrets, services))
            comparison.changes.push_back(std::move(*change));
    }
    if (options.prune)
        std::ranges::move(removals(comparison.declarations, comparison.state),
                          back_inserter(comparison.changes));
    return comparison;
}

std::string describe_files(const ComparisonOptions& options) {
    if (options.files.size() > 1) return "the files";
    return options.files.front() == "-" ? "the file" : options.files.front();
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

Lines::Lines(Services& services, const ListOptions& options, bool with_results)
    : fields_(line_fields(with_results)),
      listing_(make_listing(services, options, fields_)),
      ids_only_(services.options().format() == render::Format::id) {}

void Lines::add(const Line& line) {
    // An object that does not exist yet has no id to show.
    if (!wanted_ || (ids_only_ && line.id.empty())) return;
    wanted_ = listing_.add({.id = line.id, .cells = cells_of(fields_, line), .document = to_document(line)});
}

void show_changes(const Comparison& comparison, const ListOptions& options, Services& services) {
    Lines lines(services, options, false);
    for (const auto& change : comparison.changes) lines.add({.change = &change, .id = change.id});
    lines.finish();
    if (comparison.changes.empty())
        services.message(comparison.has_all_compared
                             ? "the platform has all that the file says"
                             : "the platform has all that the file says, except what was not compared");
}

}  // namespace prevision::cli
