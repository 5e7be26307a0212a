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
    std::optional<std::string> type;
    std::optional<std::string> engine;
    std::optional<std::string> host;
    std::optional<int> port;
    std::optional<std::string> username;
    SecretOptions secret;
    std::optional<Secret> typed_password;  ///< from the questions of a terminal, or from the URL in --host
    std::optional<std::string> credentials_file;
    std::optional<std::string> private_key_file;
    std::map<std::string, std::optional<std::string>> own;  ///< the engines' own, by name: "tls", "region"

    /// Whether nothing but the name was given.
    [[nodiscard]] bool bare() const;
};

/// "--host-key" for "host_key"; for a secret the flag that is best for it.
std::string flag_of(std::string_view option);

/// The type in upper case, or that of the engine that the other two tell; empty where nothing tells it.
std::string tell_type(const std::string& type, const std::string& engine, const std::string& host);

/// `exists`: the name is that of one there is.
void add_connector_options(Command& verb, ConnectorOptions& options, bool exists);

/// Takes a --host that is a URL with a user name, password or database apart: they become the options of their
/// own. Warns of a password on the command line, and that a database belongs to a datasource. Error usage when the
/// URL and an option name the same thing.
void take_apart_host(ConnectorOptions& options, Services& services);

/// What the options say of a connector, less its secrets, unchecked. Error usage where the type is not known.
model::Connector without_secrets(const ConnectorOptions& options);

/// The connector that the options define. Asks for a password on a terminal where a user name stands without
/// one. Error usage where the type is not known, invalid where the definition cannot be right; the message
/// names the flag. What an older or newer platform may know is let through where the platform is remote.
model::Connector to_connector(const ConnectorOptions& options, Services& services);

/// The fields that the options change, as JSON. Error usage when there is none.
std::string to_changes(const ConnectorOptions& options, Services& services);

}  // namespace prevision::cli
