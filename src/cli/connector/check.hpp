#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/services.hpp"
#include "model/exporter.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// The types that a connector can be of.
std::vector<std::string> connector_types();

/// The names of the engines.
std::vector<std::string> engine_names(std::string_view type = {});

/// Whether an engine of the type (any, where it is empty) and of the name (any, where it is empty) takes the
/// option. A type without an engine may take all.
bool takes(std::string_view type, std::string_view engine, std::string_view option);

/// How a refusal names a definition and its options.
struct DefinitionPlace {
    std::function<std::string(std::string_view option)>
        where;  ///< "cannot create the connector 'shop'", "x.yaml:3: ..."
    std::function<std::string(std::string_view option)> spell;  ///< "--host-key", "host_key"
};

/// That of a definition by flags, of a "connector", "datasource" or "exporter".
DefinitionPlace command_line_place(std::string_view noun, const std::string& name);

/// Checks a connector before anything is sent: missing, unknown and conflicting options, and values that are
/// none of an option's. Error invalid names the option. A type that is not known is let through where the
/// platform is remote: it may know it.
void check_definition(const model::Connector& connector, bool has_password, const DefinitionPlace& place,
                      Services& services);

/// The same for a datasource of that connector.
void check_definition(const model::Datasource& datasource, const model::Connector& connector,
                      const DefinitionPlace& place, Services& services);

/// The same for an exporter through that connector.
void check_definition(const model::Exporter& exporter, const model::Connector& connector,
                      const DefinitionPlace& place, Services& services);

}  // namespace prevision::cli
