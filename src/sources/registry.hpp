#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sources/detect.hpp"
#include "sources/engine.hpp"

namespace prevision::sources {

/// All engines, in one table.
std::span<const Engine> engines();

/// The engine of that name or scheme, or nullptr.
const Engine* find_engine(std::string_view name);

/// The engine of the scheme of a URL, with a driver behind it or not: "mysql", "postgresql+psycopg2"; or nullptr.
const Engine* find_engine_by_scheme(std::string_view scheme);

/// The types of connectors that have an engine, each once, in the order of the table.
std::vector<std::string> engine_types();

/// The options that only some engines take, by name, each once, in the order of the tables: all but host,
/// port, username and secrets.
std::vector<std::string> engine_option_names();

/// Whether it is one of these.
bool is_engine_option(std::string_view name);

/// A type of connectors that can be kept for other platforms, although no engine opens it.
struct KeptType {
    std::string_view type;
    std::span<const Option> connector_options;
    bool is_offered = false;  ///< the help lists it; else it is only accepted
};

std::span<const KeptType> kept_types();

/// The type of that name, or nullptr.
const KeptType* find_kept_type(std::string_view type);

/// An option of a connector, and the type that takes it.
struct TypedOption {
    std::string_view type;
    const Option* option;
};

/// The options of all engines and kept types in the order of the tables; a name may occur several times.
std::vector<TypedOption> connector_options();

/// The secrets among these, each name once.
std::vector<const Option*> secret_options();

/// Whether the engines of the type write tables rather than files.
bool writes_tables(std::string_view type);

/// Throws Error invalid when no engine serves the type.
void check_type(std::string_view type);

/// The engine of a connection: checks it, then `detect_engine`.
const Engine& choose_engine(const Connection& connection, Cancellation& cancellation,
                            const StageObserver& failure = {});

/// The source of a connection: of the engine that `choose_engine` returns, whose `open` does not touch the network.
std::unique_ptr<Source> open_source(const Connection& connection, Cancellation& cancellation,
                                    const StageObserver& failure = {});

}  // namespace prevision::sources
