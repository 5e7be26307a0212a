#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace prevision::sources::postgres {

/// What a SQLSTATE of PostgreSQL's means; nothing for one that is not listed, such as the many that a wrong
/// statement gives.
std::optional<ErrorClass> classify(std::string_view state);

/// What to do about it, for the user named; empty where nothing can be said.
std::string hint_for(std::string_view state, const std::string& username);

/// Why connecting failed.
struct Refusal {
    std::string state;  ///< the server's SQLSTATE; empty when the server did not come to that
    std::string reason;
};

/// Reads the verbose message of the library, which has no other way of telling the SQLSTATE of a connection
/// that failed. Of several attempts the first that the server answered counts.
Refusal parse_refusal(std::string_view message);

}  // namespace prevision::sources::postgres
