#include "platform/store/page.hpp"

namespace prevision::platform {

Page read_page(const Query& query) {
    // Multiplied by the size of a page, it is still a 64-bit offset.
    constexpr std::uint64_t most_pages = 1'000'000'000'000;
    constexpr std::uint64_t most_rows = 10'000;
    const Page fallback;
    return {.number = query.number("page", fallback.number, 1, most_pages),
            .size = query.number("rowsPerPage", fallback.size, 1, most_rows),
            .name = query.get("name"),
            .only_ids = query.get("fields") == "_id"};
}

std::uint64_t read_sample_limit(const Query& query) { return query.number("limit", 10, 0, 10'000); }

void bind_page(sqlite::Statement& statement, int index, const Page& page) {
    statement.bind(index, static_cast<std::int64_t>(page.size));
    statement.bind(index + 1, static_cast<std::int64_t>(page.offset()));
}

}  // namespace prevision::platform
