#include "cli/apply/check.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "cli/apply/objects.hpp"
#include "cli/apply/secrets.hpp"
#include "cli/connector/secrets.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/connection.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

[[noreturn]] void refuse(const Declared& declared, std::string_view field, const std::string& why,
                         const std::string& hint = {}) {
    throw Error(ErrorClass::invalid, fmt::format("{}: {}", declared.where(field), why), hint);
}

/// The connector that an object names: the file's, else the platform's.
model::Connector connector_of(const Declared& declared, const Declarations& declarations,
                              const PlatformState& state) {
    const auto name = declared.text("connector");
    if (name.empty()) refuse(declared, "", "connector is missing");
    if (const auto* in_file = declarations.find(Kind::connector, name)) return to_connector(*in_file);
    if (state.find(Kind::connector, name) != nullptr) return state.connectors.at(name);
    std::vector<std::string> names;
    for (const auto& object : declarations.objects) {
        if (object.kind == Kind::connector) names.push_back(object.name);
    }
    for (const auto& [known, connector] : state.connectors) names.push_back(known);
    const auto meant = closest(name, names);
    refuse(declared, "connector",
           fmt::format("the connector '{}' is neither in the file nor on the platform", name),
           meant ? fmt::format("did you mean '{}'?", *meant) : "declare it under connectors:");
}

void check_connector(const Declared& declared, Services& services) {
    std::set<std::string> kept;
    for (const auto& field : password_sources(declared)) {
        if (!kept.insert("password").second)
            refuse(declared, field, "the password is given more than once", "keep one of its fields");
    }
    auto connector = to_connector(declared);
    if (connector.type.empty())
        refuse(declared, "type", "type is missing", "one of: " + join(platform::connector_types(), ", "));
    for (const auto* option : sources::secret_options()) {
        const auto field = file_field(*option);
        if (option->name == "password" || !declared.has(field)) continue;
        const std::string name(option->name);
        kept.insert(name);
        // A file that cannot be read is reported when the secret is needed, and a pipe can be read only once.
        std::error_code failure;
        if (std::filesystem::is_regular_file(beside(declared, declared.text(field)), failure)) {
            (option->is_object ? connector.secret_objects : connector.secrets)[name] =
                read_secret_of(declared, *option, services);
        }
    }
    check_definition(connector, kept, declared.place(), services);
}

void check_write_mode(const Declared& declared, const model::Exporter& exporter) {
    const bool to_table = !exporter.table.empty();
    const auto modes = write_modes(to_table);
    const auto& mode = to_table ? exporter.database_write_mode : exporter.file_write_mode;
    if (std::ranges::find(modes, mode) == modes.end())
        refuse(declared, "write_mode",
               fmt::format("write_mode '{}' is not one of {}", mode, join(modes, ", ")));
}

}  // namespace

void check_declarations(const Declarations& declarations, const PlatformState& state, Services& services) {
    for (const auto& declared : declarations.objects) {
        if (declared.kind == Kind::connector) {
            check_connector(declared, services);
            continue;
        }
        const auto connector = connector_of(declared, declarations, state);
        if (declared.kind == Kind::exporter) {
            const auto exporter = to_exporter(declared);
            check_write_mode(declared, exporter);
            check_definition(exporter, connector, declared.place(), services);
        } else {
            check_definition(to_datasource(declared), connector, declared.place(), services);
        }
    }
}

}  // namespace prevision::cli
