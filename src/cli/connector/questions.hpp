#pragma once

#include "cli/connector/options.hpp"

namespace prevision::cli {

/// Asks on the terminal for what the connector's type needs, and fills the options with the answers. Prints the command line that
/// does the same, without the secret. Returns whether to test the connection before the connector is created. Error usage when
/// the input ends before the last answer.
bool ask_for_connector(ConnectorOptions& options, Services& services);

/// After a test of these answers failed at `stage` ("connect", "auth"): says why, and asks again for the answers that may be
/// wrong. Returns false, and asks nothing, when no answer can be the cause.
bool ask_again(const Error& failure, const std::string& stage, ConnectorOptions& options, Services& services);

}  // namespace prevision::cli
