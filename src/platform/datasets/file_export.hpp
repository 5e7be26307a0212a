#pragma once

#include <string>

#include "core/clock.hpp"
#include "model/exporter.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

/// Writes the content to the exporter's path, and returns the path that it wrote. The exporter's
/// `file_write_mode` decides: `replace` replaces a file that exists; `safe` refuses then (Error conflict);
/// `timestamp`, the default, adds the time to the name. `engine` must have a file writer. Errors as a FileWriter's,
/// and the engine's for an invalid path.
std::string export_file(const sources::Engine& engine, sources::FileWriter& writer,
                        const model::Exporter& exporter, const sources::OutgoingFile& content,
                        const Clock& clock);

/// "out/sales.csv" → "out/sales-20261123T091659.822Z.csv".
std::string add_time(const std::string& path, std::chrono::system_clock::time_point time);

}  // namespace prevision::platform
