#include "model/list_page.hpp"

#include <algorithm>

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
    ListPage page;
    page.document = parse_json(text);
    if (!page.document.IsObject()) return std::nullopt;
    const auto items = page.document.FindMember("items");
    page.has_items = items != page.document.MemberEnd();
    if (page.has_items && items->value.IsArray()) {
        const auto texts = elements_of(*find_value(members_of(text), "items"));
        page.items.reserve(texts.size());
        for (rapidjson::SizeType i = 0; i < items->value.Size(); ++i)
            page.items.push_back({&items->value[i], texts[i]});
    }
    if (const auto* meta = find_member(page.document, "metaData")) {
        page.total_items = get_integer(*meta, "totalItems");
        page.rows_per_page = get_integer(*meta, "rowsPerPage");
        page.next_page = get_boolean(*meta, "nextPage").value_or(false);
    }
    return page;
}

}  // namespace prevision::model
