#pragma once

#include <optional>
#include <string>

#include "core/error.hpp"

namespace prevision::sources {

/// What a code of MySQL's, of the server or of the client library, means; nothing for one that is not listed,
/// such as the many that a wrong statement gives.
std::optional<ErrorClass> classify_mysql_error(unsigned code);

/// What to do about it, for the user named; empty where nothing can be said.
std::string mysql_error_hint(unsigned code, const std::string& username);

}  // namespace prevision::sources
