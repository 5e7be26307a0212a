// Requests in SQL, quoted names and paths.

#include <array>

#include "fuzz/input.hpp"
#include "sources/sql/path.hpp"
#include "sources/sql/text.hpp"

using namespace prevision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::array dialects{sources::SqlDialect::mysql, sources::SqlDialect::postgres,
                                  sources::SqlDialect::sqlite};
    fuzz::Input input(data, size);
    const auto dialect = dialects[input.choice(dialects.size())];
    const auto text = input.rest();
    const bool accepted = fuzz::accepts([&] { sources::check_query(text, dialect); });
    if (accepted) {
        const auto query = sources::without_end(text, dialect);
        fuzz::require(fuzz::accepts([&] { sources::check_query(query, dialect); }),
                      "a query without its end is still one");
    }
    fuzz::accepts([&] { sources::quote_identifier(text, dialect, "table"); });
    fuzz::accepts([&] { sources::parse_sql_path(text, 4); });
    const std::string name(text);
    fuzz::accepts([&] {
        const auto parts = sources::parse_sql_path(sources::sql_path_part(name), 1);
        fuzz::require(parts.size() == 1 && parts.front() == name,
                      "a name as a part of a path is read as it was");
    });
    return 0;
}
