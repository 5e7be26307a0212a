#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/connector/options.hpp"
#include "sources/engine.hpp"

namespace prevision::cli {

/// The field of a file for `apply` that names the file of a secret: "private_key_file".
std::string file_field(const sources::Option& secret);

/// The secret that a file holds. A text of one line loses its line end; a key of several lines keeps it. Error invalid, naming
/// `field`, when the file is empty, or not the JSON object that the secret has to be.
Secret read_secret_file(const sources::Option& secret, const std::filesystem::path& file,
                        const std::string& field, Console& console);

/// Whether the options name the file of a secret.
bool gives_secret_file(const ConnectorOptions& options);

/// Reads the secrets of the files that the options name; the name '' is an empty secret.
void read_secret_files(const ConnectorOptions& options, model::Connector& connector, Services& services);

/// The password, where one is given. With `ask` a terminal is asked when a user name has neither password nor secret file.
std::optional<Secret> password_of(const ConnectorOptions& options, Services& services, bool ask);

}  // namespace prevision::cli
