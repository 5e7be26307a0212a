#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command/command.hpp"
#include "model/model.hpp"

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
    std::optional<std::string> separator;
    std::optional<std::string> quote;
    std::optional<std::string> escape;
    std::optional<std::string> comment;
    std::optional<std::string> header;
    std::optional<std::string> skip;
    std::optional<std::string> encoding;
};

/// `exists`: the options change an existing datasource, which has its connector already.
void add_datasource_options(Command& verb, DatasourceOptions& options, bool exists);

/// What the platform has for a text among the format's values, such as --separator's: "auto" is "".
std::string format_value(const std::optional<std::string>& value);

/// The same for --header and --skip: nothing is "auto". Error usage when the lines to skip are not a number.
std::optional<bool> header_value(const std::optional<std::string>& value);
std::optional<std::uint64_t> skip_value(const std::optional<std::string>& value);

/// All of the format's values.
model::FileFormat format_of(const DatasourceOptions& options);

}  // namespace prevision::cli
