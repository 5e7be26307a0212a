#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/cancellation.hpp"
#include "sources/file_writer.hpp"
#include "sources/source.hpp"
#include "sources/table_writer.hpp"

namespace prevision::sources {

/// A field of a connector or a datasource that an engine takes, as data: flags, checks, redaction, help and
/// documentation derive from it.
struct Option {
    std::string_view name;  ///< as in the API and, with "--" before it and '-' for '_', on the command line
    std::string_view help;
    std::string_view fallback = {};  ///< its value when it is left out, in words for the help
    std::string_view choices = {};   ///< "a|b|c" where only these are allowed
    bool required = false;
    bool secret = false;
    bool guards_secret =
        false;               ///< it decides where secrets go or how they travel: a change needs them again
    bool is_object = false;  ///< a secret whose value is a JSON object
    std::string_view file_flag = {};  ///< a secret's flag is --FILE_FLAG-file; empty: its name
    std::string_view label = {};  ///< what a question calls it, where its name would mislead: "Access key"
};

/// A kind of remote system, as data. Adding one: its folder, and a line in the registry.
struct Engine {
    std::string_view name;                      ///< "mysql"
    std::string_view title;                     ///< "MySQL and MariaDB"
    std::string_view type;                      ///< the connector type that it serves: "SQL"
    std::span<const std::string_view> schemes;  ///< of a host that is a URL: "mysql", "mariadb"
    std::optional<int> default_port;            ///< nothing where there is no network
    std::span<const Option> connector_options;
    std::span<const Option> datasource_options;
    std::span<const std::string_view> curl_protocols = {};  ///< what libcurl must speak for it
    bool is_file = false;  ///< its host is the path of a file of this machine

    /// Whether bytes that a server sent after connecting are this system's; nullptr where they do not show it.
    bool (*recognizes)(std::string_view answer) = nullptr;
    /// What to send so that a silent server answers; empty where the server speaks first.
    std::string_view question = {};

    /// Error invalid when the connection cannot be right. Does not touch the network.
    std::unique_ptr<Source> (*open)(const Connection& connection, Cancellation& cancellation);

    /// Throws Error invalid, naming the field, when the location cannot be right for this engine.
    void (*check_location)(const Location& location);

    /// A request for the highest value of a column of what the location holds. Error invalid, naming the field; nullptr
    /// where there are no columns.
    std::string (*newest_statement)(const Location& location, const std::string& column) = nullptr;

    /// What the values of a column are, by the type that the engine gave it; nullptr where types do not show it.
    ValueKind (*kind_of_type)(std::string_view type) = nullptr;

    // As `open`, to write tables or files; nullptr where the engine does not.
    std::unique_ptr<TableWriter> (*open_table_writer)(const Connection& connection,
                                                      Cancellation& cancellation) = nullptr;
    std::unique_ptr<FileWriter> (*open_file_writer)(const Connection& connection,
                                                    Cancellation& cancellation) = nullptr;
};

/// The option of that name, or nullptr.
const Option* find_option(std::span<const Option> options, std::string_view name);

}  // namespace prevision::sources
