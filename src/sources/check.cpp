#include "sources/check.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/field.hpp"
#include "sources/registry.hpp"

namespace prevision::sources {

namespace {

using Engines = std::vector<const Engine*>;
using OptionsOf = std::span<const Option> Engine::*;

/// The engines that may serve the connection: the one that its fields name, else all of its type.
Engines engines_for(const Connection& connection) {
    if (const auto* engine = tell_engine(connection)) return {engine};
    Engines found;
    for (const auto& engine : engines()) {
        if (engine.type == connection.type) found.push_back(&engine);
    }
    return found;
}

std::string title_of(const Engines& engines) {
    if (engines.size() == 1) return std::string(engines.front()->title);
    return fmt::format("connectors of type {}", engines.front()->type);
}

std::string flags_of(std::span<const Option> options) {
    std::vector<std::string> flags;
    for (const auto& option : options) {
        flags.push_back(fmt::format("--{}", option.name));
        std::ranges::replace(flags.back(), '_', '-');
    }
    return join(flags, ", ");
}

/// Where the engine is unknown, what one of them takes is let through: `detect_engine` checks again.
void check_value(const std::vector<const Option*>& options, const std::string& value) {
    std::vector<std::string> choices;
    for (const auto* option : options) {
        if (option->choices.empty()) return;
        for (auto& choice : split(option->choices, '|')) {
            if (choice == value) return;
            if (std::ranges::find(choices, choice) == choices.end()) choices.push_back(std::move(choice));
        }
    }
    const auto meant = closest(value, choices);
    refuse_field(options.front()->name, fmt::format("'{}' is not one of {}", value, join(choices, ", ")),
                 meant ? fmt::format("did you mean {}?", *meant) : std::string());
}

/// Each field that is set must be one that some engine takes, with a value that it takes.
void check_given(const Engines& engines, OptionsOf options_of, const Fields& fields) {
    for (const auto& [name, value] : fields) {
        if (value.empty()) continue;
        std::vector<const Option*> found;
        for (const auto* engine : engines) {
            if (const auto* option = find_option(engine->*options_of, name)) found.push_back(option);
        }
        if (found.empty()) {
            refuse_field(name, fmt::format("it does not apply to {}", title_of(engines)),
                         fmt::format("leave it out; it takes {}", flags_of(engines.front()->*options_of)));
        }
        check_value(found, value);
    }
}

void check_required(const Engines& engines, OptionsOf options_of, const Fields& fields) {
    for (const auto& option : engines.front()->*options_of) {
        const auto given = fields.find(option.name);
        if (given != fields.end() && !given->second.empty()) continue;
        // Where the engine is unknown, only what all of them need is missing.
        const bool by_all = std::ranges::all_of(engines, [&](const auto* engine) {
            const auto* same = find_option(engine->*options_of, option.name);
            return same != nullptr && same->required;
        });
        if (by_all) {
            refuse_field(option.name, fmt::format("it is required for {}", title_of(engines)),
                         std::string(option.help));
        }
    }
}

Fields fields_of(const Connection& connection) {
    const auto mark = [](bool is_set) { return is_set ? "set" : ""; };
    Fields fields(connection.options.begin(), connection.options.end());
    fields["host"] = connection.host;
    fields["username"] = connection.username;
    fields["port"] = mark(connection.port.has_value());
    fields["password"] = mark(!connection.password.empty());
    for (const auto& [name, secret] : connection.secrets) fields[name] = mark(!secret.empty());
    return fields;
}

}  // namespace

void check_connection(const Connection& connection) {
    check_type(connection.type);
    const auto engines = engines_for(connection);
    const auto fields = fields_of(connection);
    check_given(engines, &Engine::connector_options, fields);
    check_required(engines, &Engine::connector_options, fields);
    if (engines.size() > 1) return;
    Cancellation cancellation;
    engines.front()->open(connection, cancellation);
}

void check_location(const Connection& connection, const Fields& fields, const Location& location) {
    check_type(connection.type);
    const auto engines = engines_for(connection);
    check_given(engines, &Engine::datasource_options, fields);
    check_required(engines, &Engine::datasource_options, fields);
    if (engines.size() == 1) engines.front()->check_location(location);
}

}  // namespace prevision::sources
