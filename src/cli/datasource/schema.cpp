#include "cli/datasource/verbs.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

using model::Datasource;

std::string to_document(const model::SchemaColumn& column) {
    // Without types, nullability is unknown.
    const auto nullable = column.type.empty() ? std::nullopt : std::optional(column.nullable);
    return model::JsonObject()
        .text("name", column.name)
        .text_or_null("type", column.type)
        .value("nullable", nullable)
        .finish();
}

std::vector<Field<model::SchemaColumn>> schema_fields() {
    using model::SchemaColumn;
    const auto nullable = [](const SchemaColumn& column) -> std::optional<std::string> {
        if (column.type.empty()) return std::nullopt;
        return column.nullable ? "yes" : "no";
    };
    return {{{"name"}, [](const SchemaColumn& column) { return std::optional(column.name); }},
            text("type", &SchemaColumn::type),
            {{"nullable"}, nullable}};
}

void run_schema(const Datasource& datasource, const ListOptions& options, Services& services) {
    // One row has a table's types; a file's are inferred from many.
    const int rows = datasource.path.empty() ? 1 : 1000;
    auto sample = services.client().preview_datasource(api::refer_to(datasource), rows);
    if (sample.schema.size() != sample.columns.size()) {
        sample.schema.clear();
        for (const auto& name : sample.columns) sample.schema.push_back({.name = name, .type = {}});
    }
    const auto fields = schema_fields();
    auto listing = make_listing(services, options, fields);
    for (const auto& column : sample.schema) {
        if (!listing.add(
                {.id = column.name, .cells = cells_of(fields, column), .document = to_document(column)}))
            break;
    }
    listing.finish();
}

}  // namespace

void add_datasource_schema(Command& command, Services& services) {
    struct Options {
        std::string name;
        ListOptions list;
    };
    auto verb = command.subcommand("schema", "Show the columns of the remote data and their types");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = Completes::datasource});
    add_list_options(verb, options.list, column_names(schema_fields()));
    verb.detail("The types of a file's columns are inferred from its first 1,000 rows.");
    verb.example("prevision datasource schema orders");
    verb.example("prevision datasource schema orders -o csv --columns name,type");
    verb.action([&options, &services] {
        run_schema(find<Datasource>(services, options.name), options.list, services);
    });
}

}  // namespace prevision::cli
