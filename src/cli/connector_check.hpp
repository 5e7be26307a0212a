#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/services.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// The types that a connector can be of.
std::vector<std::string> connector_types();

/// The names of the engines.
std::vector<std::string> engine_names();

/// Whether an engine of the type (any, where it is empty) and of the name (any, where it is empty) takes the
/// option. A type without an engine may take all.
bool takes(std::string_view type, std::string_view engine, std::string_view option);

/// Checks a connector before anything is sent: missing, unknown and conflicting options, and values that are
/// none of an option's. Error invalid names the flag. A type that is not known is let through where the
/// platform is remote: it may know it.
void check_definition(const model::Connector& connector, bool has_password, Services& services);

/// The same for a datasource of that connector.
void check_definition(const model::Datasource& datasource, const model::Connector& connector,
                      Services& services);

}  // namespace prevision::cli
