#pragma once

#include <string>
#include <string_view>

namespace prevision::sources {

enum class SqlDialect { mysql, postgres, sqlite };

/// Throws Error invalid, naming `request`, unless the text is one query: SELECT, VALUES, TABLE (MySQL,
/// PostgreSQL), or WITH before one of these, in parentheses or not, with a ';' and comments after it or not, without parameters,
/// for which there are no values, and without functions that do more than read rows. It looks at words; the
/// system checks the grammar.
void check_query(std::string_view sql, SqlDialect dialect);

/// Throws Error invalid: a request has no values for parameters. `name` is as the request writes it: "?", ":id".
[[noreturn]] void refuse_parameter(std::string_view name);

/// A query that `check_query` takes, up to its ';', as it can be put in parentheses. It may end in a comment.
std::string_view without_end(std::string_view sql, SqlDialect dialect);

/// A text as a literal of standard SQL: a quote is doubled, and the session must take a backslash as a plain
/// character.
std::string quote_literal(std::string_view text);

/// A name as the dialect quotes it. Error invalid, naming `field`, when it is empty or holds a NUL byte.
std::string quote_identifier(std::string_view name, SqlDialect dialect, std::string_view field);

}  // namespace prevision::sources
