#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/command/command.hpp"
#include "cli/services.hpp"
#include "cli/verbs/secret_options.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// What `connector create` and `connector update` take.
struct ConnectorOptions {
    std::string name;
    std::optional<std::string> new_name;
    std::optional<std::string> type;
    std::optional<std::string> engine;
    std::optional<std::string> host;
    std::optional<std::string> port;
    std::optional<std::string> username;
    SecretOptions secret;
    std::optional<Secret> typed_password;  ///< from the questions of a terminal, or from the URL in --host
    std::map<std::string, std::optional<std::string>> secret_files;  ///< of the other secrets, by field
    std::map<std::string, std::optional<std::string>> own;  ///< the engines' own, by name: "tls", "region"

    /// Whether nothing but the name was given.
    [[nodiscard]] bool bare() const;
};

/// "--host-key" for "host_key"; for a secret the flag that is safest to use.
std::string flag_of(std::string_view option);

std::string upper_case(std::string text);

/// The type in upper case, or that of the engine that the other two name; empty where they name none.
std::string tell_type(const std::string& type, const std::string& engine, const std::string& host);

/// `exists`: the options change an existing connector.
void add_connector_options(Command& verb, ConnectorOptions& options, bool exists);

/// Takes a --host that is a URL with a user name, password or database apart: they become the options of their
/// own. Warns of a password on the command line, and that a database belongs to a datasource. Error usage when the
/// URL and an option name the same thing.
void take_apart_host(ConnectorOptions& options, Services& services);

/// The connector that the options define, less its secrets, unchecked. Error usage when the type is not known.
model::Connector without_secrets(const ConnectorOptions& options);

/// Nothing for an empty one, too. Error usage when it is not a whole number.
std::optional<int> port_of(const ConnectorOptions& options);

}  // namespace prevision::cli
