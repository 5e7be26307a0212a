#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace prevision::sources::postgres {

/// The class of an error by its SQLSTATE; nothing for a state that is not listed, as for most that a wrong
/// statement causes.
std::optional<ErrorClass> classify(std::string_view state);

/// The hint for a SQLSTATE, addressed to the user; may be empty.
std::string hint_for(std::string_view state, const std::string& username);

/// Why connecting failed.
struct Refusal {
    std::string state;  ///< the server's SQLSTATE; empty when the server sent none
    std::string reason;
};

/// Parses the verbose message of the library, the only place where it gives the SQLSTATE of a failed connection.
/// After several attempts the first that the server answered counts.
Refusal parse_refusal(std::string_view message);

}  // namespace prevision::sources::postgres
