#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace prevision::sources {

/// The parts of a text between separators. A part may be in double quotes, within which a quote is written
/// twice and a separator means nothing. Calls `refuse`, which must throw, with the reason when quotes do not
/// match.
std::vector<std::string> split_quoted(std::string_view text, char separator,
                                      const std::function<void(std::string_view reason)>& refuse);

/// A name as such a part: in quotes when it holds the separator or a quote, or is empty.
std::string quote_part(std::string_view name, char separator);

/// The parts of a path in an SQL system: "shop/orders", and "\"a/b\"/\"c\"\"d\"" for `a/b` and `c"d`. An
/// empty path has none; one '/' at each end means nothing. Error invalid when there are more than `limit`
/// parts, or quotes do not match.
std::vector<std::string> parse_sql_path(std::string_view path, std::size_t limit);

/// A name as a part of such a path.
std::string sql_path_part(std::string_view name);

}  // namespace prevision::sources
