#include "sources/postgres/name.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources {

namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
    throw Error(ErrorClass::invalid, fmt::format("invalid table: '{}' {}", text, why),
                "write table or schema.table, a part that holds a dot or a quote in double quotes: "
                "\"odd.schema\".\"t\"\"x\"");
}

/// Takes the quoted part at the start of `rest`, with its quotes.
std::string take_quoted(std::string_view& rest, std::string_view text) {
    std::string part;
    for (std::size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] == '"') {
            if (at + 1 == rest.size() || rest[at + 1] != '"') {
                rest.remove_prefix(at + 1);
                return part;
            }
            ++at;
        }
        part += rest[at];
    }
    refuse(text, "has a quote that is not closed");
}

std::string take_plain(std::string_view& rest, std::string_view text) {
    const auto part = rest.substr(0, std::min(rest.find('.'), rest.size()));
    if (part.find('"') != std::string_view::npos) refuse(text, "has a quote within a name");
    rest.remove_prefix(part.size());
    return std::string(part);
}

std::string write_part(const std::string& part) {
    if (part.find_first_of(".\"") == std::string::npos) return part;
    return quote_identifier(part, SqlDialect::postgres, "table");
}

}  // namespace

PostgresName parse_postgres_name(std::string_view text) {
    std::vector<std::string> parts;
    auto rest = text;
    for (;;) {
        parts.push_back(rest.starts_with('"') ? take_quoted(rest, text) : take_plain(rest, text));
        if (parts.back().empty()) refuse(text, "has a part that is empty");
        if (rest.empty()) break;
        if (rest.front() != '.') refuse(text, "goes on behind a closed quote");
        rest.remove_prefix(1);
    }
    if (parts.size() > 2) refuse(text, "has more parts than a schema and a table");
    if (parts.size() == 1) return {.schema = "", .table = parts[0]};
    return {.schema = parts[0], .table = parts[1]};
}

std::string write_postgres_name(const PostgresName& name) {
    auto table = write_part(name.table);
    return name.schema.empty() ? table : write_part(name.schema) + "." + table;
}

std::string quote_postgres_name(const PostgresName& name) {
    auto table = quote_identifier(name.table, SqlDialect::postgres, "table");
    if (name.schema.empty()) return table;
    return quote_identifier(name.schema, SqlDialect::postgres, "table") + "." + table;
}

}  // namespace prevision::sources
