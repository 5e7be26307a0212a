#include "cli/datasource/verbs.hpp"
#include "cli/nouns.hpp"
#include "cli/verbs/names.hpp"
#include "cli/verbs/test_verb.hpp"

namespace prevision::cli {

namespace {

using model::Connector;
using model::Datasource;

/// A column of how a file is written, shown only where it is asked for.
Field<Datasource> format_field(std::string name, std::string model::FileFormat::*member) {
    return extra<Datasource>({{std::move(name)}, [member](const Datasource& datasource) {
                                  return cell(datasource.format.*member);
                              }});
}

std::optional<std::string> header_cell(const Datasource& datasource) {
    return cell(yes_or_no(datasource.format.header));
}

std::optional<std::string> skip_cell(const Datasource& datasource) {
    return cell(digits(datasource.format.skip));
}

DatasourceNoun datasource_noun(Names<Connector>& connectors) {
    using model::FileFormat;
    return {.completes = Completes::datasource,
            .fields = {id_field<Datasource>(), text("name", &Datasource::name),
                       name_field<Datasource>("connector", connectors, &Datasource::connector_id),
                       extra(text("connector_id", &Datasource::connector_id)),
                       text("database", &Datasource::database), text("table", &Datasource::table),
                       text("request", &Datasource::request), extra(text("bucket", &Datasource::bucket)),
                       text("path", &Datasource::path), extra(text("g_cloud", &Datasource::g_cloud)),
                       format_field("separator", &FileFormat::separator),
                       format_field("quote", &FileFormat::quote), format_field("escape", &FileFormat::escape),
                       format_field("comment", &FileFormat::comment),
                       extra<Datasource>({{"header"}, header_cell}), extra<Datasource>({{"skip"}, skip_cell}),
                       format_field("encoding", &FileFormat::encoding),
                       extra(time("created_at", &Datasource::created_at))},
            .dependents = {}};
}

void add_verbs(Command& command, Services& services) {
    const auto& noun = command.keep<DatasourceNoun>(datasource_noun(command.keep<Names<Connector>>()));
    add_list_verb(command, services, noun);
    add_datasource_create(command, services, noun);
    add_show_verb(command, services, noun);
    add_datasource_update(command, services, noun);
    add_delete_verb(command, services, noun);
    add_test_verb(command, services, noun, "Try a datasource: its connector's stages, then read", "orders",
                  test_datasource);
    add_datasource_preview(command, services);
    add_datasource_cat(command, services);
    add_datasource_schema(command, services);
    add_datasource_freshness(command, services);
}

}  // namespace

void add_datasource(Command& root, Services& services) {
    root.subcommand("datasource", "The exact resource behind a connector", {"datasources", "ds"})
        .when_reached([&services](Command& command) { add_verbs(command, services); });
}

}  // namespace prevision::cli
