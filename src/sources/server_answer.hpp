#pragma once

#include <chrono>
#include <string_view>

#include "core/cancellation.hpp"
#include "core/file.hpp"

namespace prevision::sources {

/// What a server lets see of itself.
struct ServerAnswer {
    std::string_view engine;  ///< the name of the engine that speaks its protocol; empty: none is known
    bool is_silent = false;
};

/// Listens to the server on the other side of a fresh connection, and asks it when it says nothing. Takes no
/// longer than `timeout`.
ServerAnswer hear_server(const FileDescriptor& socket, std::chrono::milliseconds timeout,
                         Cancellation& cancellation);

}  // namespace prevision::sources
