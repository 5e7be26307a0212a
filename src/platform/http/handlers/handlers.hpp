#pragma once

#include "platform/http/router.hpp"
#include "platform/services.hpp"

/// Who answers the platform's calls, a file a noun. The services must outlive the router.
namespace prevision::platform {

void add_version_routes(Router& router);
void add_project_routes(Router& router, Services& services);
void add_connector_routes(Router& router, Services& services);
void add_datasource_routes(Router& router, Services& services);
void add_dataset_routes(Router& router, Services& services);
void add_event_routes(Router& router);
void add_exporter_routes(Router& router, Services& services);

}  // namespace prevision::platform
