#pragma once

#include <string>
#include <string_view>

namespace prevision::sources {

enum class SqlDialect { mysql, postgres, sqlite };

/// Throws Error invalid, naming the field `request`, unless the text is one query: SELECT, VALUES, TABLE
/// (MySQL, PostgreSQL), or WITH before one of these, in parentheses or not, a ';' and comments after it or
/// not, and without parameters, for which there are no values. It looks at words, not at grammar: that is left to
/// the system.
void check_query(std::string_view sql, SqlDialect dialect);

/// Throws Error invalid: a request has no values for parameters. `name` is as the request writes it: "?",
/// ":id".
[[noreturn]] void refuse_parameter(std::string_view name);

/// A query that `check_query` takes, up to its ';': what can stand in parentheses. A comment may be its end.
std::string_view without_end(std::string_view sql, SqlDialect dialect);

/// A name as the dialect quotes it. Error invalid, naming `field`, when it is empty or holds a NUL byte.
std::string quote_identifier(std::string_view name, SqlDialect dialect, std::string_view field);

}  // namespace prevision::sources
