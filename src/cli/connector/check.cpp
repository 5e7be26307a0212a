#include "cli/connector/check.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "cli/connector/definition.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/connection.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

using Given = std::map<std::string, std::string>;

void refuse(const DefinitionPlace& place, std::string_view option, const std::string& why,
            const std::string& hint) {
    throw Error(ErrorClass::invalid, fmt::format("{}: {}", place.where(option), why), hint);
}

/// What an engine refuses by itself is told with the definition's place.
template <typename Check>
void check_by_engine(const DefinitionPlace& place, Check check) {
    try {
        check();
    } catch (const Error& error) {
        throw error.with_message(fmt::format("{}: {}", place.where(""), error.what()));
    }
}

std::string meant(std::string_view word, const std::vector<std::string>& candidates,
                  const std::string& otherwise) {
    const auto found = closest(word, candidates);
    return found ? fmt::format("did you mean {}?", *found) : otherwise;
}

/// The engines that may serve the connector: the one that is told, else all of its type.
std::vector<const sources::Engine*> engines_for(const sources::Connection& connection) {
    if (const auto* told = sources::tell_engine(connection)) return {told};
    std::vector<const sources::Engine*> engines;
    for (const auto& engine : sources::engines()) {
        if (engine.type == connection.type) engines.push_back(&engine);
    }
    return engines;
}

std::string titles(const std::vector<const sources::Engine*>& engines) {
    std::vector<std::string> names;
    names.reserve(engines.size());
    for (const auto* engine : engines) names.emplace_back(engine->title);
    return join(names, " or ");
}

std::vector<std::string> spelled(std::span<const sources::Option> options, const DefinitionPlace& place) {
    std::vector<std::string> names;
    for (const auto& option : options) names.push_back(place.spell(option.name));
    return names;
}

const sources::Option* find(std::span<const sources::Option> options, const std::string& name) {
    const auto found = std::ranges::find(options, name, &sources::Option::name);
    return found == options.end() ? nullptr : &*found;
}

/// Each option that was given must be one that some of the engines takes, with a value that it takes.
template <typename OptionsOf>
void check_given(const DefinitionPlace& place, const Given& given,
                 const std::vector<const sources::Engine*>& engines, OptionsOf options_of) {
    for (const auto& [option_name, value] : given) {
        if (value.empty()) continue;
        const sources::Option* option = nullptr;
        for (const auto* engine : engines) {
            if (option == nullptr) option = find(options_of(*engine), option_name);
        }
        if (option == nullptr) {
            refuse(place, option_name,
                   fmt::format("{} takes no {}", titles(engines), place.spell(option_name)),
                   fmt::format("it takes {}", join(spelled(options_of(*engines.front()), place), ", ")));
        }
        const auto choices = split(option->choices, '|');
        if (!choices.empty() && std::ranges::find(choices, value) == choices.end()) {
            refuse(place, option_name,
                   fmt::format("{} '{}' is none of {}", place.spell(option_name), value, join(choices, ", ")),
                   meant(value, choices, fmt::format("one of: {}", join(choices, ", "))));
        }
    }
}

template <typename OptionsOf>
void check_required(const DefinitionPlace& place, const Given& given,
                    const std::vector<const sources::Engine*>& engines, OptionsOf options_of) {
    for (const auto& option : options_of(*engines.front())) {
        const auto found = given.find(std::string(option.name));
        if (!option.required || (found != given.end() && !found->second.empty())) continue;
        // Where the engine is not told yet, only what all of them need is missing.
        const bool by_all = std::ranges::all_of(engines, [&](const auto* engine) {
            const auto* same = find(options_of(*engine), std::string(option.name));
            return same != nullptr && same->required;
        });
        if (by_all) {
            const auto spelling = place.spell(option.name);
            refuse(place, "", fmt::format("{} is missing: {} needs it", spelling, titles(engines)),
                   fmt::format("{}: {}", spelling, option.help));
        }
    }
}

Given given_options(const model::Connector& connector, bool has_password) {
    Given given{connector.options.begin(), connector.options.end()};
    given.erase("engine");
    given["host"] = connector.host;
    given["port"] = connector.port ? fmt::format("{}", *connector.port) : "";
    given["username"] = connector.username;
    given["password"] = has_password ? "given" : "";
    given["private_key"] = connector.private_key.empty() ? "" : "given";
    return given;
}

/// Whether the type has an engine here. Error invalid for one that the embedded platform does not know.
bool is_known_type(const std::string& type, const DefinitionPlace& place, Services& services) {
    const auto types = connector_types();
    const auto serves = [&](const sources::Engine& engine) { return engine.type == type; };
    if (std::ranges::any_of(sources::engines(), serves)) return true;
    if (!services.is_embedded()) return false;
    try {
        // What it keeps without being able to use it is let through.
        platform::check_connector({.type = type}, false);
    } catch (const Error&) {
        refuse(place, "type", fmt::format("{} '{}' is unknown", place.spell("type"), type),
               meant(type, types, fmt::format("one of: {}", join(types, ", "))));
    }
    return false;
}

}  // namespace

std::vector<std::string> connector_types() {
    // Those that every platform has, though not all have an engine here.
    std::vector<std::string> types{"SQL", "FTP", "SFTP", "S3", "GCP"};
    for (const auto& engine : sources::engines()) {
        if (std::ranges::find(types, engine.type) == types.end()) types.emplace_back(engine.type);
    }
    return types;
}

std::vector<std::string> engine_names(std::string_view type) {
    std::vector<std::string> names;
    for (const auto& engine : sources::engines()) {
        if (type.empty() || engine.type == type) names.emplace_back(engine.name);
    }
    return names;
}

bool takes(std::string_view type, std::string_view engine, std::string_view option) {
    bool known = false;
    for (const auto& each : sources::engines()) {
        if (!type.empty() && each.type != type) continue;
        if (!engine.empty() && sources::find_engine(engine) != &each) continue;
        known = true;
        if (option == "engine" && type == "SQL") return true;
        if (find(each.connector_options, std::string(option)) != nullptr) return true;
    }
    return !known;
}

DefinitionPlace command_line_place(std::string_view noun, const std::string& name) {
    auto where = fmt::format("cannot create the {} '{}'", noun, name);
    return {.where = [where = std::move(where)](std::string_view /*option*/) { return where; },
            .spell = flag_of};
}

void check_definition(const model::Connector& connector, bool has_password, const DefinitionPlace& place,
                      Services& services) {
    if (!is_known_type(connector.type, place, services)) return;
    auto connection = platform::connection_of(connector, Secret(has_password ? "given" : ""));
    connection.private_key = connector.private_key;
    if (!connection.engine.empty() && sources::find_engine(connection.engine) == nullptr) {
        const auto names = engine_names();
        refuse(place, "engine", fmt::format("{} '{}' is unknown", place.spell("engine"), connection.engine),
               meant(connection.engine, names, fmt::format("one of: {}", join(names, ", "))));
    }
    std::vector<const sources::Engine*> engines;
    check_by_engine(place, [&] { engines = engines_for(connection); });
    const auto given = given_options(connector, has_password);
    const auto options_of = [](const sources::Engine& engine) { return engine.connector_options; };
    check_given(place, given, engines, options_of);
    check_required(place, given, engines, options_of);
    check_by_engine(place, [&] {
        sources::check_connection(connection);
        if (engines.size() == 1) engines.front()->open(connection, services.cancellation());
    });
}

void check_definition(const model::Datasource& datasource, const model::Connector& connector,
                      const DefinitionPlace& place, Services& services) {
    if (!is_known_type(connector.type, place, services)) return;
    const auto engines = engines_for(platform::connection_of(connector, {}));
    const auto& format = datasource.format;
    const std::string header = format.header ? (*format.header ? "yes" : "no") : "";
    const Given given{
        {"database", datasource.database}, {"table", datasource.table}, {"request", datasource.request},
        {"bucket", datasource.bucket},     {"path", datasource.path},   {"g_cloud", datasource.g_cloud},
        {"separator", format.separator},   {"quote", format.quote},     {"header", header},
        {"encoding", format.encoding}};
    const auto options_of = [](const sources::Engine& engine) { return engine.datasource_options; };
    check_given(place, given, engines, options_of);
    check_required(place, given, engines, options_of);
    if (engines.size() == 1) {
        check_by_engine(place, [&] { platform::check_datasource(datasource, connector); });
    }
}

// What can be written to is what can be read, but for requests.
void check_definition(const model::Exporter& exporter, const model::Connector& connector,
                      const DefinitionPlace& place, Services& services) {
    if (connector.type == "SQL" && exporter.table.empty()) {
        const auto table = place.spell("table");
        refuse(place, "", fmt::format("{} is missing: an exporter to a database needs it", table),
               fmt::format("{}: the table to write to", table));
    }
    model::Datasource target;
    target.database = exporter.database;
    target.table = exporter.table;
    target.bucket = exporter.bucket;
    target.path = exporter.filepath;
    target.g_cloud = exporter.g_cloud;
    check_definition(target, connector, place, services);
}

}  // namespace prevision::cli
