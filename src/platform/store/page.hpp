#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/http/query.hpp"
#include "sqlite/sqlite.hpp"

namespace prevision::platform {

/// A page of a list: `page`, from 1, and `rowsPerPage`; with `name`, of the objects that have this name; with
/// `fields=_id`, where the list can be read so, of ids only.
struct Page {
    std::uint64_t number = 1;
    std::uint64_t size = 100;
    std::optional<std::string> name{};
    bool only_ids = false;

    [[nodiscard]] std::uint64_t offset() const { return (number - 1) * size; }
};

/// A page of a list, and the number of items on all pages.
template <typename Item>
struct Listed {
    std::vector<Item> items;
    std::uint64_t total = 0;
};

/// Whether a new object may have a name that another one has.
enum class Names { repeated, unique };

/// Error invalid, naming the parameter, when one is not a number or out of range (1 to 10,000 rows on a page).
Page read_page(const Query& query);

/// The rows of a sample: `limit`, by default 10. Error invalid above 10,000, since a sample is held in memory; the
/// whole data can be streamed.
std::uint64_t read_sample_limit(const Query& query);

/// Binds the two parameters of "LIMIT ? OFFSET ?", from `index` on.
void bind_page(sqlite::Statement& statement, int index, const Page& page);

}  // namespace prevision::platform
