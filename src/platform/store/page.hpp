#pragma once

#include <cstdint>
#include <vector>

#include "platform/http/query.hpp"
#include "sqlite/sqlite.hpp"

namespace prevision::platform {

/// Which part of a list is asked for: `page`, from 1, and `rowsPerPage`.
struct Page {
    std::uint64_t number = 1;
    std::uint64_t size = 100;

    [[nodiscard]] std::uint64_t offset() const { return (number - 1) * size; }
};

/// A part of a list, and how many items there are in all.
template <typename Item>
struct Listed {
    std::vector<Item> items;
    std::uint64_t total = 0;
};

/// Error invalid, naming the parameter, when one is no number or out of range (1..1000 rows on a page).
Page read_page(const Query& query);

/// How many rows of a sample are asked for: `limit`, 10 where it is not given. Error invalid beyond 10,000: a
/// sample is held in memory, and all of the data can be streamed.
std::uint64_t read_sample_limit(const Query& query);

/// Binds "LIMIT ? OFFSET ?", whose first parameter is the one at `index`.
void bind_page(sqlite::Statement& statement, int index, const Page& page);

}  // namespace prevision::platform
