#include "cli/connector/check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/connector/definition.hpp"
#include "platform/connection.hpp"
#include "sources/check.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

/// Runs a check; its error gets the definition's place, and the field as the user spells it.
template <typename Check>
void check_at(const DefinitionPlace& place, Check check) {
    try {
        check();
    } catch (const sources::InvalidField& error) {
        const auto& field = error.field();
        throw error.with_message(
            fmt::format("{}: invalid {}: {}", place.where(field), place.spell(field), error.reason()));
    } catch (const Error& error) {
        throw error.with_message(fmt::format("{}: {}", place.where(""), error.what()));
    }
}

/// A remote platform may know types that are unknown here.
bool can_check(const std::string& type, Services& services) {
    const auto types = platform::connector_types();
    return services.is_embedded() || std::ranges::find(types, type) != types.end();
}

}  // namespace

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

DefinitionPlace command_line_place(std::string_view noun, const std::string& name) {
    auto where = fmt::format("cannot create the {} '{}'", noun, name);
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
