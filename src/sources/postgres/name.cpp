#include "sources/postgres/name.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "sources/sql/path.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources::postgres {

TableName parse_name(std::string_view text) {
    const auto refuse = [&](std::string_view reason) {
        throw Error(ErrorClass::invalid, fmt::format("invalid table: '{}' {}", text, reason),
                    "write table or schema.table, a part that holds a dot or a quote in double quotes: "
                    "\"odd.schema\".\"t\"\"x\"");
    };
    auto parts = split_quoted(text, '.', refuse);
    if (parts.size() > 2) refuse("has more parts than a schema and a table");
    if (std::ranges::any_of(parts, &std::string::empty)) refuse("has a part that is empty");
    return parts.size() == 1 ? TableName{"", parts[0]} : TableName{parts[0], parts[1]};
}

std::string write_name(const TableName& name) {
    auto table = quote_part(name.table, '.');
    return name.schema.empty() ? table : quote_part(name.schema, '.') + "." + table;
}

std::string quote_name(const TableName& name) {
    auto table = quote_identifier(name.table, SqlDialect::postgres, "table");
    if (name.schema.empty()) return table;
    return quote_identifier(name.schema, SqlDialect::postgres, "schema") + "." + table;
}

}  // namespace prevision::sources::postgres
