#pragma once

#include <optional>
#include <string>

#include "cli/command/command.hpp"
#include "model/exporter.hpp"

namespace prevision::cli {

/// What `exporter create` and `update` take.
struct ExporterOptions {
    std::string name;
    std::optional<std::string> new_name;
    std::optional<std::string> connector;
    std::optional<std::string> database;
    std::optional<std::string> table;
    std::optional<std::string> bucket;
    std::optional<std::string> path;
    std::optional<std::string> g_cloud;
    std::optional<std::string> write_mode;
    std::optional<std::string> description;
};

/// `exists`: the options change an existing exporter, which has its connector already.
void add_exporter_options(Command& verb, ExporterOptions& options, bool exists);

/// Sets the exporter's write mode, by default append in a table and timestamp of a file. Error invalid for one that does not fit
/// what it writes to.
void set_write_mode(model::Exporter& exporter, const std::string& mode);

}  // namespace prevision::cli
