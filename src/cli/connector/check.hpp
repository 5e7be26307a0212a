#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/services.hpp"
#include "model/exporter.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// The names of the engines of a type, or of all.
std::vector<std::string> engine_names(std::string_view type = {});

/// Whether an engine of that type and name takes the option; an empty type or name means any. True for a type without an
/// engine.
bool takes(std::string_view type, std::string_view engine, std::string_view option);

/// How an error names a definition and its fields.
struct DefinitionPlace {
    std::function<std::string(std::string_view option)>
        where;  ///< "cannot create the connector 'shop'", "x.yaml:3: ..."
    std::function<std::string(std::string_view option)> spell;  ///< "--host-key", "host_key"
};

/// The place of a definition by flags. `noun` is "connector", "datasource" or "exporter".
DefinitionPlace command_line_place(std::string_view noun, const std::string& name,
                                   std::string_view verb = "create");

/// Runs a check. An Error of it, "invalid FIELD: REASON", gets the definition's place, and names fields in message and hint as
/// the definition spells them.
void check_at(const DefinitionPlace& place, const std::function<void()>& check);

/// Checks a connector as the platform does, before anything is sent. `kept_secrets` are fields of secrets whose
/// values are not read yet. Error invalid names the place and the field. A type that is unknown here passes
/// when the platform is remote, because that may know it.
void check_definition(const model::Connector& connector, const std::set<std::string>& kept_secrets,
                      const DefinitionPlace& place, Services& services);

/// The same for a datasource of that connector.
void check_definition(const model::Datasource& datasource, const model::Connector& connector,
                      const DefinitionPlace& place, Services& services);

/// The same for an exporter through that connector.
void check_definition(const model::Exporter& exporter, const model::Connector& connector,
                      const DefinitionPlace& place, Services& services);

}  // namespace prevision::cli
