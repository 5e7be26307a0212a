#include "cli/dataset/verbs.hpp"
#include "cli/nouns.hpp"
#include "cli/verbs/names.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

using model::Dataset;
using model::Datasource;

/// The platform's several states as one word.
std::string state_of(const Dataset& dataset) {
    if (dataset.failed()) return "failed";
    if (dataset.done()) return "done";
    return dataset.copy_state == "pending" ? "pending" : "running";
}

std::string describe_schema(const Dataset& dataset) {
    std::vector<std::string> columns;
    for (const auto& column : dataset.schema) {
        columns.push_back(
            fmt::format("{} {}{}", column.name, column.type, column.nullable ? "" : " not null"));
    }
    return join(columns, ", ");
}

/// A column of a text that `get` takes from the dataset, shown only where it is asked for.
template <typename Get>
Field<Dataset> text_of(std::string name, Get get) {
    return extra<Dataset>({{std::move(name)}, [get](const Dataset& dataset) { return cell(get(dataset)); }});
}

DatasetNoun dataset_noun(Names<Datasource>& datasources) {
    return {
        .completes = Completes::dataset,
        .fields = {id_field<Dataset>(),
                   text("name", &Dataset::name),
                   name_field<Dataset>("datasource", datasources, &Dataset::datasource_id),
                   {{"state"}, [](const Dataset& dataset) { return cell(state_of(dataset)); }},
                   quantity("rows", render::Quantity::count, &Dataset::rows),
                   quantity("bytes", render::Quantity::bytes, &Dataset::bytes),
                   text_of("file_type", [](const Dataset& dataset) { return dataset.file.type; }),
                   text_of("compression", [](const Dataset& dataset) { return dataset.file.compression; }),
                   text_of("separator", [](const Dataset& dataset) { return dataset.file.format.separator; }),
                   text_of("note", [](const Dataset& dataset) { return dataset.file.note; }),
                   extra(text("datasource_id", &Dataset::datasource_id)),
                   extra(text("sha256", &Dataset::sha256)),
                   extra<Dataset>({{.name = "schema", .is_list = true},
                                   [](const Dataset& dataset) { return cell(describe_schema(dataset)); }}),
                   extra(text("message", &Dataset::message)),
                   text_of("pinned", [](const Dataset& dataset) { return dataset.pinned ? "yes" : ""; }),
                   time("created_at", &Dataset::created_at)},
        .dependents = {}};
}

void add_verbs(Command& command, Services& services) {
    const auto& noun = command.keep<DatasetNoun>(dataset_noun(command.keep<Names<Datasource>>()));
    add_list_verb(command, services, noun);
    add_dataset_create(command, services, noun);
    add_show_verb(command, services, noun);
    add_dataset_update(command, services, noun);
    add_dataset_head(command, services);
    add_dataset_download(command, services);
    add_dataset_verify(command, services);
    add_dataset_wait(command, services, noun);
    add_dataset_pin(command, services, noun);
    add_dataset_unpin(command, services, noun);
    add_dataset_prune(command, services);
    add_delete_verb(command, services, noun);
}

}  // namespace

void add_dataset(Command& root, Services& services) {
    root.subcommand("dataset", "A snapshot of a datasource", {"datasets"})
        .when_reached([&services](Command& command) { add_verbs(command, services); });
}

}  // namespace prevision::cli
