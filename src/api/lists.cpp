// Lists, page by page.
#include <algorithm>

#include <fmt/format.h>

#include "api/client.hpp"
#include "api/decode_answer.hpp"
#include "api/page_reader.hpp"
#include "api/seen_items.hpp"
#include "model/json.hpp"
#include "model/list_page.hpp"

namespace prevision::api {

namespace {

Error incomplete(const std::string& what, const std::string& why) {
    return Error(ErrorClass::unreachable, fmt::format("{}: the list is not complete: {}", what, why),
                 "try again; when it fails again, the platform pages its lists wrongly");
}

}  // namespace

// The pages count from 1. Objects can come and go between two pages.
void Client::list_pages(const std::string& what, const std::string& path, const TakeItem& take,
                        const OnFailure& failed) {
    auto sized = path;
    if (settings_.rows_per_page) {
        sized += fmt::format("{}rowsPerPage={}", path.find('?') == std::string::npos ? '?' : '&',
                             *settings_.rows_per_page);
    }
    PageReader reader(transport_, cancellation_, settings_.retry, sized,
                      [&](const std::string& page, const std::string& outcome, auto start) {
                          trace("GET", page, outcome, start);
                      });
    SeenItems seen;
    std::optional<std::int64_t> total;  // the smallest that was announced: items may come and go meanwhile
    for (std::int64_t number = 1;; ++number) {
        const auto body = next_page(what, reader, failed);
        const auto page = decode_answer(what, body, [&](std::string_view text) {
            auto decoded = model::decode_list_page(text);
            if (!decoded && !failed) throw Error(ErrorClass::invalid, "invalid JSON: an object is expected");
            return decoded;
        });
        if (failed && (!page || !page->has_items)) {
            throw Error(ErrorClass::invalid, fmt::format("{}: the answer is no list of pages", what),
                        "leave --paginate out");
        }
        const auto before = seen.distinct();
        for (const auto& item : page->items) {
            if (!take(item, seen)) return;
        }
        if (page->total_items) total = std::min(total.value_or(*page->total_items), *page->total_items);
        const auto pages = page->pages(number);
        if (number >= pages) break;
        if (seen.distinct() == before) {
            throw incomplete(what, page->items.empty()
                                       ? fmt::format("page {} is empty", number)
                                       : fmt::format("page {} repeats earlier items", number));
        }
        reader.expect(pages);
    }
    if (total && seen.count() < *total)
        throw incomplete(what, fmt::format("{} of {} items were sent", seen.count(), *total));
}

std::string Client::next_page(const std::string& what, PageReader& reader, const OnFailure& failed) {
    try {
        auto response = reader.next();
        if (!is_success(response.status)) {
            if (failed) failed(response);
            throw to_error(what, response, transport_.description());
        }
        return std::move(response.body);
    } catch (const transport::TransportError& error) {
        throw Error(error.error_class(), fmt::format("{}: {}", what, error.what()), error.hint());
    }
}

void Client::list_any(const std::string& path, const Each<std::string>& each, const OnFailure& failed) {
    const auto what = fmt::format("GET {} failed", path.substr(0, path.find('?')));
    const auto take = [&](std::string_view item, SeenItems& seen) {
        const auto id = decode_answer(what, item, [](std::string_view text) {
            return model::get_text(model::parse_json(text), "_id");
        });
        std::string document(item);
        return !seen.add(id, document) || each(std::move(document));
    };
    list_pages(what, path, take, failed);
}

std::vector<std::string> Client::list_names(const std::string& what, const std::string& path) {
    std::vector<std::string> names;
    list_pages(what, path, [&](std::string_view item, SeenItems& seen) {
        seen.add({}, std::string(item));
        const auto value =
            decode_answer(what, item, [](std::string_view text) { return model::parse_json(text); });
        names.push_back(value.IsObject() ? model::get_text(value, "name")
                                         : model::scalar_text(value).value_or(""));
        return true;
    });
    return names;
}

}  // namespace prevision::api
