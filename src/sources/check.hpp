#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sources/field.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// The fields of a definition by the names that the engines' tables have for them; empty is not set.
using Fields = std::map<std::string, std::string, std::less<>>;

/// Throws Error invalid, "invalid FIELD: REASON", when a connection cannot be right whatever answers:
/// unknown type or engine, a port out of 1..65535, a field that the engine does not take, a value that is not
/// one of a field's choices, a required field missing. Where the engine is unknown until the server answers, a
/// field is refused when no engine of the type takes it. Does not touch the network.
void check_connection(const Connection& connection);

/// Throws as above when a datasource's fields or its location cannot be right for the connection.
void check_location(const Connection& connection, const Fields& fields, const Location& location);

}  // namespace prevision::sources
