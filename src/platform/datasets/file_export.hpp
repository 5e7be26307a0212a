#pragma once

#include <filesystem>
#include <string>

#include "core/clock.hpp"
#include "model/exporter.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

/// Writes the file at `content` to where an exporter says, by its `file_write_mode`: `replace` what is there;
/// `safe`, refuse when something is there (Error conflict); `timestamp` (and where none is said), under a
/// name with the time in it. Returns the path that it was written to. `engine` must write files. Errors as a
/// FileWriter's, and the engine's where the path cannot be right.
std::string export_file(const sources::Engine& engine, sources::FileWriter& writer,
                        const model::Exporter& exporter, const std::filesystem::path& content,
                        const Clock& clock);

/// "out/sales.csv" → "out/sales-20261123T091659.822Z.csv".
std::string add_time(const std::string& path, std::chrono::system_clock::time_point time);

}  // namespace prevision::platform
