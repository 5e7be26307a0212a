#pragma once

#include "cli/connector/options.hpp"
#include "cli/verbs/noun.hpp"

/// Each adds a verb of `connector`, in a file of its name. `services` and `noun` must outlive the action.
namespace prevision::cli {

using ConnectorNoun = Noun<model::Connector>;

void add_connector_create(Command& command, Services& services, const ConnectorNoun& noun);
void add_connector_update(Command& command, Services& services, const ConnectorNoun& noun);
void add_connector_browse(Command& command, Services& services);
void add_connector_types(Command& command, Services& services);

/// The platform's test of a connector.
api::TestOutcome test_connector(api::Client& client, const api::ObjectReference& connector);

/// Changes the fields that the options give, and the secrets of `given`: stdin, a pipe or a command can be read only once.
/// Error usage when no option gives a field to change.
model::Connector update_connector(const ConnectorOptions& options, const model::Connector& given,
                                  const model::Connector& found, Services& services);

}  // namespace prevision::cli
