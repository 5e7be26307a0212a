#pragma once

#include "sources/engine.hpp"

/// Which engine serves a connection.
namespace prevision::sources {

/// The engine as far as it is known without the network: by the connection's `engine`, else the scheme of its
/// host, else its type where only one engine serves that, else its port. nullptr when none of these decides. An
/// empty type is not known yet. Error invalid when a name, type or scheme is unknown, or they contradict each
/// other.
const Engine* tell_engine(const Connection& connection);

/// As `tell_engine`, and where that does not decide, by what the server sends after connecting. Error
/// unreachable, or Error invalid when that does not decide either, or when the engine does not take a field of the
/// connection; `failure` then gets the stages of the attempt.
const Engine& detect_engine(const Connection& connection, Cancellation& cancellation,
                            const StageObserver& failure = {});

}  // namespace prevision::sources
