#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "cli/apply/fields.hpp"
#include "cli/apply/manifest_schema.hpp"
#include "cli/connector/secrets.hpp"
#include "cli/nouns.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"
#include "platform/connection.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

using model::JsonArray;
using model::JsonObject;
using Options = std::vector<const sources::Option*>;

std::string text_array(const std::vector<std::string>& texts) {
    JsonArray array;
    for (const auto& text : texts) array.text(text);
    return array.finish();
}

std::string in_array(const std::vector<std::string>& documents) {
    JsonArray array;
    for (const auto& document : documents) array.json(document);
    return array.finish();
}

std::string required(const std::string& name) {
    return JsonObject().json("required", text_array({name})).finish();
}

/// At least one of the fields, which may be given by a variable.
std::string needs_one_of(const std::vector<std::string>& names) {
    std::vector<std::string> choices;
    for (const auto& name : names) {
        choices.push_back(required(name));
        choices.push_back(required(name + "_env"));
    }
    return JsonObject().json("anyOf", in_array(choices)).finish();
}

std::string excludes(const std::string& one, const std::string& other) {
    return JsonObject()
        .json("not", JsonObject().json("required", text_array({one, other})).finish())
        .finish();
}

/// Types may be written in lower case.
std::vector<std::string> in_both_cases(const std::vector<std::string>& names) {
    auto all = names;
    for (const auto& name : names) all.push_back(to_lower(name));
    return all;
}

/// What one of the choices is; YAML reads the bare words yes and no as truth values.
std::string one_of(const std::vector<std::string>& choices) {
    JsonArray values;
    for (const auto& choice : choices) values.text(choice);
    if (std::ranges::find(choices, "yes") != choices.end()) values.json("true").json("false");
    return JsonObject().json("enum", values.finish()).finish();
}

/// A value: a text, or a number or truth value whose spelling is the text.
std::string any_scalar() {
    return JsonObject().json("type", text_array({"string", "number", "boolean", "null"})).finish();
}

std::vector<std::string> choices_of(const Options& options, std::string_view name) {
    std::vector<std::string> choices;
    for (const auto* option : options) {
        if (option->name != name) continue;
        for (const auto& choice : split(option->choices, '|')) {
            if (std::ranges::find(choices, choice) == choices.end()) choices.push_back(choice);
        }
    }
    return choices;
}

std::string help_of(const Options& options, std::string_view name) {
    const auto found = std::ranges::find(options, name, &sources::Option::name);
    return found == options.end() ? std::string() : std::string((*found)->help);
}

std::string value_schema(Kind kind, const std::string& field, const Options& options) {
    if (kind == Kind::connector && field == "type") {
        auto types = platform::connector_types();
        for (const auto& kept : sources::kept_types()) types.emplace_back(kept.type);
        std::ranges::sort(types);
        types.erase(std::unique(types.begin(), types.end()), types.end());
        return one_of(in_both_cases(types));
    }
    if (field == "port")
        return R"({"anyOf":[{"type":"integer","minimum":1,"maximum":65535},{"type":"string","pattern":"^[0-9]+$"}]})";
    if (field == "write_mode") {
        auto modes = write_modes(true);
        for (const auto& mode : write_modes(false)) {
            if (std::ranges::find(modes, mode) == modes.end()) modes.push_back(mode);
        }
        return one_of(modes);
    }
    auto choices = choices_of(options, field);
    if (choices.empty()) return any_scalar();
    if (kind == Kind::datasource) choices.emplace_back("auto");
    return one_of(choices);
}

std::string reference(const std::string& description) {
    return JsonObject().text("type", "string").text("description", description).finish();
}

std::string properties_of(Kind kind, const Options& options) {
    JsonObject properties;
    auto fields = declared_fields(kind);
    fields.insert(fields.begin(), "name");
    for (const auto& field : fields) {
        const auto help = help_of(options, field);
        const auto value = value_schema(kind, field, options);
        properties.json(
            field, help.empty()
                       ? value
                       : JsonObject().text("description", help).json("allOf", in_array({value})).finish());
    }
    for (const auto& field : secret_fields(kind)) properties.json(field, reference("the source of a secret"));
    for (const auto& field : referable_fields(kind))
        properties.json(field + "_env", reference("the environment variable that has the value of " + field));
    return properties.finish();
}

/// What a connector needs and takes when `field` has one of the values; `engines` are those that may serve it then.
std::string rule_when(const std::string& field, const std::vector<std::string>& values,
                      const std::vector<std::span<const sources::Option>>& engines) {
    std::vector<std::string> names{"name", "type", "engine"};
    std::vector<std::string> secrets{"password_env", "password_file", "password_command"};
    std::vector<std::string> needs;
    Options all;
    for (const auto& options : engines) {
        for (const auto& option : options) {
            all.push_back(&option);
            const auto is_needed = [&](const auto& others) {
                const auto* same = sources::find_option(others, option.name);
                return same != nullptr && same->required;
            };
            const std::string name(option.name);
            const bool is_new = std::ranges::find(names, name) == names.end();
            if (option.secret && name != "password") secrets.push_back(file_field(option));
            if (!option.secret && is_new) names.push_back(name);
            if (is_new && std::ranges::all_of(engines, is_needed)) {
                if (!option.secret) needs.push_back(needs_one_of({name}));
                if (option.secret && name != "password") needs.push_back(needs_one_of({file_field(option)}));
            }
        }
    }
    JsonObject properties;
    for (const auto& name : names) {
        if (const auto choices = choices_of(all, name); !choices.empty())
            properties.json(name, one_of(choices));
    }
    auto taken = secrets;
    taken.insert(taken.end(), names.begin(), names.end());
    for (const auto& referable : referable_fields(Kind::connector)) {
        if (std::ranges::find(taken, referable) != taken.end()) taken.push_back(referable + "_env");
    }
    JsonObject then;
    then.json("properties", properties.finish())
        .json("propertyNames", JsonObject().json("enum", text_array(taken)).finish());
    if (!needs.empty()) then.json("allOf", in_array(needs));
    const auto is_so = JsonObject()
                           .json("properties", JsonObject().json(field, one_of(values)).finish())
                           .json("required", text_array({field}))
                           .finish();
    return JsonObject().json("if", is_so).json("then", then.finish()).finish();
}

/// One rule for each type and each engine, from their tables.
std::vector<std::string> connector_rules() {
    std::vector<std::string> rules{needs_one_of({"type", "engine", "host"})};
    for (const auto& type : sources::engine_types()) {
        std::vector<std::span<const sources::Option>> options;
        for (const auto& engine : sources::engines()) {
            if (engine.type == type) options.push_back(engine.connector_options);
        }
        rules.push_back(rule_when("type", in_both_cases({type}), options));
    }
    for (const auto& kept : sources::kept_types())
        rules.push_back(rule_when("type", in_both_cases({std::string(kept.type)}), {kept.connector_options}));
    for (const auto& engine : sources::engines())
        rules.push_back(rule_when("engine", {std::string(engine.name)}, {engine.connector_options}));
    return rules;
}

std::string object_schema(Kind kind) {
    Options options;
    if (kind == Kind::connector) {
        for (const auto& [type, option] : sources::connector_options()) options.push_back(option);
    } else {
        for (const auto& engine : sources::engines()) {
            for (const auto& option : engine.datasource_options) options.push_back(&option);
        }
    }
    auto rules =
        kind == Kind::connector ? connector_rules() : std::vector<std::string>{needs_one_of({"connector"})};
    rules.push_back(needs_one_of({"name"}));
    for (const auto& field : referable_fields(kind)) rules.push_back(excludes(field, field + "_env"));
    if (kind == Kind::connector) {
        constexpr std::array<const char*, 5> sources{"password_env", "password_file", "password_file_env",
                                                     "password_command", "password_command_env"};
        for (auto one = sources.begin(); one != sources.end(); ++one) {
            for (auto other = one + 1; other != sources.end(); ++other)
                rules.push_back(excludes(*one, *other));
        }
    }
    return JsonObject()
        .text("type", "object")
        .value("additionalProperties", false)
        .json("properties", properties_of(kind, options))
        .json("allOf", in_array(rules))
        .finish();
}

std::string schema() {
    JsonObject sections;
    JsonObject definitions;
    for (const auto kind : all_kinds) {
        const auto name = to_string(kind);
        const auto items = JsonObject().text("$ref", "#/definitions/" + name).finish();
        sections.json(name + "s",
                      JsonObject().json("type", text_array({"array", "null"})).json("items", items).finish());
        definitions.json(name, object_schema(kind));
    }
    return JsonObject()
        .text("$schema", "http://json-schema.org/draft-07/schema#")
        .text("title", "A file for prevision apply")
        .text("type", "object")
        .value("additionalProperties", false)
        .json("properties", sections.finish())
        .json("definitions", definitions.finish())
        .finish();
}

}  // namespace

void add_schema(Command& root, Services& services) {
    auto command =
        root.subcommand("schema", "Write the JSON Schema of the files that apply reads, or of manifests");
    auto& what = command.keep<std::string>("definitions");
    command.argument("[WHAT]", what,
                     "definitions: the files that apply reads, the default; manifest: of a dataset", false,
                     {.choices = {"definitions", "manifest"}});
    command.detail(
        "Editors check and complete files for apply with it. It is made from the engines' tables.");
    command.example("prevision schema > prevision.schema.json");
    command.example("prevision schema manifest > manifest.schema.json");
    command.action([&what, &services] {
        using render::Format;
        auto settings = services.render_settings();
        if (settings.format == Format::table) settings.format = Format::json;
        if (!render::traits(settings.format).document)
            throw Error(ErrorClass::usage, "schema writes json or yaml",
                        "leave out -q or -o, or use -o yaml");
        const auto document = what == "manifest" ? std::string(manifest_schema()) : schema();
        render::render_object({}, {.id = {}, .cells = {}, .document = document}, settings, services.io().out);
    });
}

}  // namespace prevision::cli
