#include "core/utf8.hpp"
#include "model/json_builder.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/source_answers.hpp"
#include "sources/postgres/name.hpp"
#include "sources/sql/path.hpp"

namespace prevision::platform {

namespace {

OpenSource open(State& state, const RoutedCall& routed) {
    return open_source(state, get_connector(state, routed.parameters.at(0)), routed.call.cancellation);
}

/// `{"items": ["name", …]}`
Answer names_answer(const std::vector<std::string>& names) {
    model::JsonArray items;
    for (const auto& name : names) items.text(valid_utf8(name));
    return json_answer(model::JsonObject().json("items", items.finish()).finish());
}

/// The top level of the connector's system: databases, buckets, or files and folders.
Answer list_top(State& state, const RoutedCall& routed) {
    const auto opened = open(state, routed);
    std::vector<std::string> names;
    use_source(state, opened, [&] {
        for (const auto& entry : opened.source->list("")) names.push_back(entry.name);
    });
    return names_answer(names);
}

/// The tables of a database, each as a datasource's `table` names it: with its schema in systems that have schemas.
Answer list_tables(State& state, const RoutedCall& routed) {
    const auto connector = get_connector(state, routed.parameters.at(0));
    const auto opened = open_source(state, connector, routed.call.cancellation);
    std::vector<std::string> names;
    const auto add = [&](const sources::Entry& entry) {
        if (entry.kind == "schema") return;
        const auto parts = sources::parse_sql_path(entry.path, 2);
        names.push_back(parts.size() == 2 ? sources::postgres::write_name({parts[0], parts[1]}) : entry.name);
    };
    const auto path = sources::sql_path_part(routed.parameters.at(1));
    use_source(state, opened, [&] { opened.source->browse(path, connector.type == "SQL", add); });
    return names_answer(names);
}

model::BrowsedItem to_entry(const sources::Entry& entry) {
    return {.name = valid_utf8(entry.name),
            .path = valid_utf8(entry.path),
            .kind = entry.kind,
            .size = entry.size,
            .modified = entry.modified,
            .detail = valid_utf8(entry.detail),
            .document = {}};
}

/// One line of JSON for each entry, and then one for each note on them: `{"note": "…"}`.
Answer browse(State& state, const RoutedCall& routed) {
    const auto path = routed.query.get("path").value_or("");
    const bool recursive = routed.query.get("recursive").value_or("") == "true";
    return stream_answer(
        state, "application/jsonl", open(state, routed),
        [path, recursive](sources::Source& source, ByteSink& body) {
            source.browse(path, recursive, [&](const sources::Entry& entry) {
                body.write(model::encode_answer(to_entry(entry)) + "\n");
            });
            for (const auto& note : source.notes())
                body.write(model::JsonObject().text("note", valid_utf8(note)).finish() + "\n");
        });
}

}  // namespace

void add_browse_routes(Routes& routes) {
    routes.add("GET", "/connectors/{id}/browse", browse, Pace::distant);
    routes.add("GET", "/connectors/{id}/paths", list_top, Pace::distant);
    routes.add("GET", "/connectors/{id}/databases", list_top, Pace::distant);
    routes.add("GET", "/connectors/{id}/databases/{database}/tables", list_tables, Pace::distant);
}

}  // namespace prevision::platform
