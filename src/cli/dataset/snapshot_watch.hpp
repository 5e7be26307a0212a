#pragma once

#include <string>

#include "cli/services.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// Starts a snapshot, which continues after this returns. When this process is interrupted before the platform has answered, a
/// dataset that it may have made by then is deleted.
model::Dataset start_snapshot(Services& services, const std::string& name, const std::string& datasource_id,
                              api::Names names, bool if_changed = false);

/// Waits until a snapshot is done, shows its progress, and returns it. Throws Error with the snapshot's own class and reason when
/// it fails.
model::Dataset wait_for_snapshot(Services& services, const model::Dataset& started,
                                 const std::string& progress_mode);

/// The same for a snapshot that this command started: when the process is interrupted, the dataset is deleted.
model::Dataset watch_snapshot(Services& services, const model::Dataset& started,
                              const std::string& progress_mode);

}  // namespace prevision::cli
