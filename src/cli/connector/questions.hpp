#pragma once

#include "cli/connector/definition.hpp"

namespace prevision::cli {

/// Asks on the terminal for what the connector's type needs, and fills the options with the answers. Prints
/// the command line that would have done the same, without the secret. Answers whether the connection is to
/// be tested before the connector is made. Error usage when the input ends before the answers are complete.
bool ask_for_connector(ConnectorOptions& options, Services& services);

}  // namespace prevision::cli
