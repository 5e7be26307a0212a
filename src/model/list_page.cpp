#include "model/list_page.hpp"

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "model/json.hpp"
#include "model/json_parts.hpp"

namespace prevision::model {

std::int64_t ListPage::pages(std::int64_t number) const {
    if (total_items && rows_per_page && *rows_per_page > 0) {
        const auto full = *total_items / *rows_per_page;
        return std::max<std::int64_t>(1, full + (*total_items % *rows_per_page > 0 ? 1 : 0));
    }
    return next_page ? number + 1 : number;
}

std::optional<ListPage> decode_list_page(std::string_view text) {
    constexpr std::string_view around = " \t\r\n\xef\xbb\xbf";  // white space and the byte order mark
    const auto begin = text.find_first_not_of(around);
    const bool is_object =
        begin != std::string_view::npos && text[begin] == '{' && text[text.find_last_not_of(around)] == '}';
    if (!is_object) {
        parse_json(text);
        return std::nullopt;
    }
    ListPage page;
    auto object = split_list_object(text, "items");
    page.has_items = object.has_list;
    page.items = std::move(object.elements);
    for (const auto& [name, value] : object.others) {
        if (name != "metaData") continue;
        const auto meta = parse_json(value);
        page.total_items = get_integer(meta, "totalItems");
        page.rows_per_page = get_integer(meta, "rowsPerPage");
        page.next_page = get_boolean(meta, "nextPage").value_or(false);
    }
    return page;
}

}  // namespace prevision::model
