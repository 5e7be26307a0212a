#include "model/list_page.hpp"

#include "model/json.hpp"
#include "model/json_parts.hpp"

namespace prevision::model {

std::int64_t ListPage::pages(std::int64_t number) const {
    if (total_items && rows_per_page && *rows_per_page > 0)
        return *total_items / *rows_per_page + (*total_items % *rows_per_page > 0 ? 1 : 0);
    return next_page ? number + 1 : number;
}

std::optional<ListPage> decode_list_page(std::string_view text) {
    const auto members = split_object(text);
    if (!members) return std::nullopt;
    ListPage page;
    const auto items = find_value(*members, "items");
    page.has_items = items.has_value();
    if (items) page.items = split_array(*items).value_or(std::vector<std::string_view>());
    const auto meta_text = find_value(*members, "metaData");
    if (!meta_text) return page;
    const auto meta = parse_json(*meta_text);
    page.total_items = get_integer(meta, "totalItems");
    page.rows_per_page = get_integer(meta, "rowsPerPage");
    page.next_page = get_boolean(meta, "nextPage").value_or(false);
    return page;
}

}  // namespace prevision::model
