#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace prevision::model {

/// One page of a list, as platforms answer it.
struct ListPage {
    bool has_items = false;               ///< an object without them is no list, or an empty one
    std::vector<std::string_view> items;  ///< their texts as they were sent
    std::optional<std::int64_t> total_items;
    std::optional<std::int64_t> rows_per_page;
    bool next_page = false;

    /// The number of pages, at least 1, as this page says, which is page `number`: from `total_items` and `rows_per_page`,
    /// else from `next_page`.
    [[nodiscard]] std::int64_t pages(std::int64_t number) const;
};

/// Nothing when the text is not an object. The items point into `text`, and are not parsed: most lists have thousands, of
/// which each is parsed by who needs it. Error invalid when it is not JSON.
std::optional<ListPage> decode_list_page(std::string_view text);

}  // namespace prevision::model
