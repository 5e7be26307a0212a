#pragma once

#include "cli/datasource/options.hpp"
#include "cli/verbs/noun.hpp"

/// Each adds a verb of `datasource`, in a file of its name. `services` and `noun` must outlive the action.
namespace prevision::cli {

using DatasourceNoun = Noun<model::Datasource>;

void add_datasource_create(Command& command, Services& services, const DatasourceNoun& noun);
void add_datasource_update(Command& command, Services& services, const DatasourceNoun& noun);
void add_datasource_preview(Command& command, Services& services);
void add_datasource_cat(Command& command, Services& services);
void add_datasource_schema(Command& command, Services& services);
void add_datasource_freshness(Command& command, Services& services);

/// The platform's test of a datasource.
api::TestOutcome test_datasource(api::Client& client, const api::ObjectReference& datasource);

/// Changes the fields that the options give. Error usage when they give none.
model::Datasource update_datasource(const DatasourceOptions& options, const model::Datasource& found,
                                    Services& services);

}  // namespace prevision::cli
