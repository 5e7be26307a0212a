#include "cli/connector/types.hpp"

#include <fmt/format.h>

#include "cli/connector/definition.hpp"
#include "cli/verbs/listing.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

using sources::Engine;

/// As a file for `apply` spells them: the flags are longer, and would not fit a terminal of 80 cells.
std::string names_of(std::span<const sources::Option> options) {
    std::vector<std::string> names;
    for (const auto& option : options) names.emplace_back(option.name);
    return join(names, " ");
}

void write_options(model::JsonWriter& writer, std::string_view name,
                   std::span<const sources::Option> options) {
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer.StartArray();
    for (const auto& option : options) {
        writer.StartObject();
        model::write_text(writer, "name", option.name);
        model::write_text(writer, "flag", flag_of(option.name));
        model::write_text(writer, "help", option.help);
        model::write_text_or_null(writer, "default", std::string(option.fallback));
        writer.Key("choices");
        writer.StartArray();
        for (const auto& choice : split(option.choices, '|')) writer.String(choice);
        writer.EndArray();
        writer.Key("required");
        writer.Bool(option.required);
        writer.Key("secret");
        writer.Bool(option.secret);
        writer.EndObject();
    }
    writer.EndArray();
}

std::string to_document(const Engine& engine) {
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    writer.StartObject();
    model::write_text(writer, "type", engine.type);
    model::write_text(writer, "engine", engine.name);
    model::write_text(writer, "title", engine.title);
    writer.Key("schemes");
    writer.StartArray();
    for (const auto scheme : engine.schemes) writer.String(std::string(scheme));
    writer.EndArray();
    writer.Key("port");
    if (engine.default_port) {
        writer.Int(*engine.default_port);
    } else {
        writer.Null();
    }
    write_options(writer, "connector_options", engine.connector_options);
    write_options(writer, "datasource_options", engine.datasource_options);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
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

void add_types_verb(Command& command, Services& services) {
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
