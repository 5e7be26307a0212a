#pragma once

#include "platform/http/handlers/routes.hpp"

/// The routes of the platform's calls, a file for each noun.
namespace prevision::platform {

void add_version_routes(Routes& routes);
void add_project_routes(Routes& routes);
void add_connector_routes(Routes& routes);
void add_browse_routes(Routes& routes);
void add_datasource_routes(Routes& routes);
void add_freshness_routes(Routes& routes);
void add_dataset_routes(Routes& routes);
void add_prune_routes(Routes& routes);
void add_exporter_routes(Routes& routes);
void add_export_routes(Routes& routes);

/// Runs an export that another process has handed over; returns when it has ended. False when none is running.
bool run_pending_export(State& state, const std::string& id, Cancellation& cancellation);

}  // namespace prevision::platform
