#include "cli/connector/check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/connector/options.hpp"
#include "platform/connection.hpp"
#include "sources/field.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

/// The hint with each option that it names, such as --host-key, as the definition spells it.
std::string spell_hint(const std::string& hint, const DefinitionPlace& place) {
    std::string spelled;
    for (std::size_t at = 0; at < hint.size();) {
        const auto flag = std::min(hint.find("--", at), hint.size());
        spelled += hint.substr(at, flag - at);
        at = std::min(hint.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", flag), hint.size());
        auto name = hint.substr(flag, at - flag);
        std::ranges::replace(name, '-', '_');
        if (name.size() > 2) spelled += place.spell(name.substr(2));
    }
    return spelled;
}

/// The error of a check ("invalid FIELD: REASON"), with the definition's place, and the field as the user spells it.
Error at_place(const Error& error, const DefinitionPlace& place) {
    constexpr std::string_view begin = "invalid ";
    std::string message = error.what();
    std::string field;
    const auto colon = message.find(": ");
    if (message.starts_with(begin) && colon != std::string::npos) {
        field = message.substr(begin.size(), colon - begin.size());
        message = fmt::format("{}{}{}", begin, place.spell(field), message.substr(colon));
    }
    return Error(error.error_class(), fmt::format("{}: {}", place.where(field), message),
                 spell_hint(error.hint(), place));
}

/// A remote platform may know types that are unknown here.
bool can_check(const std::string& type, Services& services) {
    const auto types = platform::connector_types();
    return services.is_embedded() || std::ranges::find(types, type) != types.end();
}

}  // namespace

void check_at(const DefinitionPlace& place, const std::function<void()>& check) {
    try {
        check();
    } catch (const Error& error) {
        throw at_place(error, place);
    }
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
        if (option == "engine" && engine_names(each.type).size() > 1) return true;
        if (sources::find_option(each.connector_options, option) != nullptr) return true;
    }
    return !known;
}

DefinitionPlace command_line_place(std::string_view noun, const std::string& name, std::string_view verb) {
    auto where = fmt::format("cannot {} the {} '{}'", verb, noun, name);
    return {.where = [where = std::move(where)](std::string_view /*option*/) { return where; },
            .spell = flag_of};
}

void check_definition(const model::Connector& connector, const std::set<std::string>& kept_secrets,
                      const DefinitionPlace& place, Services& services) {
    if (!can_check(connector.type, services)) return;
    check_at(place, [&] { platform::check_connector(connector, kept_secrets); });
}

void check_definition(const model::Datasource& datasource, const model::Connector& connector,
                      const DefinitionPlace& place, Services& services) {
    if (!can_check(connector.type, services)) return;
    check_at(place, [&] { platform::check_datasource(datasource, connector); });
}

void check_definition(const model::Exporter& exporter, const model::Connector& connector,
                      const DefinitionPlace& place, Services& services) {
    if (!can_check(connector.type, services)) return;
    check_at(place, [&] { platform::check_exporter(exporter, connector); });
}

}  // namespace prevision::cli
