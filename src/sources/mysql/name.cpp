#include "sources/mysql/name.hpp"

#include <fmt/format.h>

#include "core/utf8.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources::mysql {

namespace {

/// Why the server cannot have that name; empty when it can.
std::string_view problem_of(std::string_view name) {
    constexpr std::size_t most_characters = 64;
    std::size_t characters = 0;
    for (auto rest = name; !rest.empty(); ++characters) {
        const auto size = utf8_character_size(rest);
        if (size == 0) return "it is not UTF-8";
        if (size == 4) return "it holds a character beyond U+FFFF, which no name of MySQL can hold";
        rest.remove_prefix(size);
    }
    if (characters > most_characters) return "it is longer than the 64 characters of a name of MySQL";
    if (name.ends_with(' ')) return "it ends with a space, which no name of MySQL can";
    return {};
}

}  // namespace

std::string quote_name(std::string_view name, std::string_view field, ErrorClass error_class) {
    auto quoted = quote_identifier(name, SqlDialect::mysql, field);
    const auto problem = problem_of(name);
    if (problem.empty()) return quoted;
    throw Error(error_class, fmt::format("invalid {}: {}", field, problem));
}

std::string quote_table(std::string_view database, std::string_view table, ErrorClass error_class) {
    return fmt::format("{}.{}", quote_name(database, "database", error_class),
                       quote_name(table, "table", error_class));
}

}  // namespace prevision::sources::mysql
