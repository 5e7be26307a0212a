#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prevision::sources {

/// The parts of a path in an SQL system: "shop/orders", and "\"a/b\"/\"c\"\"d\"" for `a/b` and `c"d`. An
/// empty path has none, and '/' at both ends means nothing. Error invalid when there are more than `limit`,
/// or quotes do not match.
std::vector<std::string> parse_sql_path(std::string_view path, std::size_t limit);

/// A name as a part of such a path: in quotes where it needs them, as an empty one does.
std::string sql_path_part(std::string_view name);

}  // namespace prevision::sources
