#pragma once

#include <chrono>

#include "core/cancellation.hpp"
#include "core/file.hpp"
#include "sources/engine.hpp"

namespace prevision::sources {

/// What a server shows of itself.
struct ServerAnswer {
    const Engine* engine = nullptr;  ///< the one that speaks its protocol; nullptr: none does
    bool is_silent = false;
};

/// Waits for the server's greeting on a fresh connection, and sends an engine's question when none comes. Takes
/// no longer than `timeout`.
ServerAnswer hear_server(const FileDescriptor& socket, std::chrono::milliseconds timeout,
                         Cancellation& cancellation);

}  // namespace prevision::sources
