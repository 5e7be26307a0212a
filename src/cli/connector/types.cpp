#include <fmt/format.h>

#include "cli/connector/verbs.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

using sources::Engine;

/// The names that a file for `apply` has: the flags are longer, and would not fit a terminal of 80 cells.
std::string names_of(std::span<const sources::Option> options) {
    std::vector<std::string> names;
    for (const auto& option : options) {
        if (!option.secret) names.emplace_back(option.name);
    }
    return join(names, " ");
}

template <typename Texts>
std::string to_array(const Texts& texts) {
    model::JsonArray array;
    for (const auto& text : texts) array.text(text);
    return array.finish();
}

std::string to_document(std::span<const sources::Option> options) {
    model::JsonArray array;
    for (const auto& option : options) {
        array.json(model::JsonObject()
                       .text("name", option.name)
                       .text("flag", flag_of(option.name))
                       .text("help", option.help)
                       .text_or_null("default", option.fallback)
                       .json("choices", to_array(split(option.choices, '|')))
                       .value("required", option.required)
                       .value("secret", option.secret)
                       .finish());
    }
    return array.finish();
}

std::string to_document(const Engine& engine) {
    return model::JsonObject()
        .text("type", engine.type)
        .text("engine", engine.name)
        .text("title", engine.title)
        .json("schemes", to_array(engine.schemes))
        .value("port", engine.default_port)
        .json("connector_options", to_document(engine.connector_options))
        .json("datasource_options", to_document(engine.datasource_options))
        .finish();
}

std::vector<Field<Engine>> engine_fields() {
    using render::Alignment;
    return {{{"type"}, [](const Engine& engine) { return cell(std::string(engine.type)); }},
            {{"engine"}, [](const Engine& engine) { return cell(std::string(engine.name)); }},
            {{"title"}, [](const Engine& engine) { return cell(std::string(engine.title)); }, false},
            {{"port", Alignment::right},
             [](const Engine& engine) -> std::optional<std::string> {
                 if (!engine.default_port) return std::nullopt;
                 return fmt::format("{}", *engine.default_port);
             }},
            {{"schemes"},
             [](const Engine& engine) { return cell(fmt::format("{}", fmt::join(engine.schemes, " "))); },
             false},
            {{"options"}, [](const Engine& engine) { return cell(names_of(engine.connector_options)); }},
            {{"datasource_options"},
             [](const Engine& engine) { return cell(names_of(engine.datasource_options)); },
             false}};
}

}  // namespace

void add_connector_types(Command& command, Services& services) {
    auto verb = command.subcommand("types", "List the types of connectors, and what each takes");
    auto& options = verb.keep<ListOptions>();
    add_list_options(verb, options, column_names(engine_fields()));
    verb.detail("'prevision connector create --type TYPE --help' explains the flags of one type.");
    verb.example("prevision connector types");
    verb.example("prevision connector types -o json --filter type=SQL");
    verb.action([&options, &services] {
        const auto fields = engine_fields();
        auto listing = make_listing(services, options, fields);
        for (const auto& engine : sources::engines()) {
            render::Row row{.id = std::string(engine.name), .cells = {}, .document = to_document(engine)};
            for (const auto& field : fields) row.cells.push_back(field.cell(engine));
            if (!listing.add(std::move(row))) break;
        }
        listing.finish();
    });
}

}  // namespace prevision::cli
