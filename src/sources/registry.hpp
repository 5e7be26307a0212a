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

/// An option that a connector or a datasource of an engine takes, as data: flags, checks, redaction, help and
/// documentation derive from it.
struct Option {
    std::string_view name;  ///< as in the API and, with "--" before it and '-' for '_', on the command line
    std::string_view help;
    std::string_view fallback = {};  ///< what holds when it is left out, in words for the help
    std::string_view choices = {};   ///< "a|b|c" where only these are taken
    bool required = false;
    bool secret = false;
};

struct Engine {
    std::string_view name;                      ///< "mysql"
    std::string_view title;                     ///< "MySQL and MariaDB"
    std::string_view type;                      ///< the connector type that it serves: "SQL"
    std::span<const std::string_view> schemes;  ///< of a host that is a URL: "mysql", "mariadb"
    std::optional<int> default_port;            ///< nothing where there is no network
    std::span<const Option> connector_options;
    std::span<const Option> datasource_options;

    /// Error invalid when the connection cannot be right. Does not touch the network.
    std::unique_ptr<Source> (*open)(const Connection& connection, Cancellation& cancellation);

    /// Throws Error invalid, naming the field, when the location cannot be right for this engine.
    void (*check_location)(const Location& location);

    /// What `check_connection` asks beyond the table; nullptr where there is nothing.
    void (*check_connection)(const Connection& connection) = nullptr;

    // As `open`, to write; nullptr where the engine writes no such thing.
    std::unique_ptr<TableWriter> (*open_table_writer)(const Connection& connection,
                                                      Cancellation& cancellation) = nullptr;
    std::unique_ptr<FileWriter> (*open_file_writer)(const Connection& connection,
                                                    Cancellation& cancellation) = nullptr;
};

/// Every engine there is, in one table.
std::span<const Engine> engines();

/// The engine of that name, or nullptr.
const Engine* find_engine(std::string_view name);

/// Which engine serves the connection, by what is known without the network: its `engine`, else the scheme of
/// its host, else its type where that has one engine only, else its port. Nothing when these do not tell.
/// An empty type is one that is not known yet. Error invalid when a name, type or scheme is none of ours, or
/// they contradict each other.
const Engine* tell_engine(const Connection& connection);

/// As `tell_engine`, and where that does not tell, by what the server says first when it is called. Error
/// unreachable or invalid when that does not tell either; `failure` is told the stages of the call then.
const Engine& detect_engine(const Connection& connection, Cancellation& cancellation,
                            const StageObserver& failure = {});

/// The source of a connection: `detect_engine`, then its `open`, which does not touch the network.
std::unique_ptr<Source> open_source(const Connection& connection, Cancellation& cancellation,
                                    const StageObserver& failure = {});

/// Throws Error invalid, naming the field, when a connection cannot be right whatever answers: unknown type
/// or engine, a port out of 1..65535, a required option missing, an option with a value that it does not
/// take.
void check_connection(const Connection& connection);

}  // namespace prevision::sources
