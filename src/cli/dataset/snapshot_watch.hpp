#pragma once

#include <string>

#include "cli/services.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// Asks for a snapshot, which goes on after this returns. When this process is interrupted before the
/// platform has answered, the dataset that it may have made by then is looked for, and deleted.
model::Dataset start_snapshot(Services& services, const std::string& name, const std::string& datasource_id,
                              api::Names names);

/// Waits until a snapshot is done, showing how far it is, and returns it. Throws Error with the snapshot's
/// own class and reason when it fails. When this process is interrupted the dataset is deleted: nothing
/// half-made is left.
model::Dataset watch_snapshot(Services& services, const model::Dataset& started,
                              const std::string& progress_mode);

}  // namespace prevision::cli
