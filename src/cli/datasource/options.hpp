#pragma once

#include <optional>
#include <string>

#include "cli/command/command.hpp"
#include "cli/verbs/format_options.hpp"

namespace prevision::cli {

/// What `datasource create` and `update` take.
struct DatasourceOptions {
    std::string name;
    std::optional<std::string> new_name;
    std::optional<std::string> connector;
    std::optional<std::string> database;
    std::optional<std::string> table;
    std::optional<std::string> request;
    std::optional<std::string> bucket;
    std::optional<std::string> path;
    std::optional<std::string> g_cloud;
    FormatOptions format;
};

/// `exists`: the options change an existing datasource, which has its connector already.
void add_datasource_options(Command& verb, DatasourceOptions& options, bool exists);

}  // namespace prevision::cli
