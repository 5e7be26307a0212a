#include "model/list_page.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "model/json.hpp"

using namespace prevision;
using namespace prevision::model;

TEST_CASE("a page holds its items as they were sent") {
    const std::string text =
        R"({"items":[{"_id":"a","n":12345678901234567890123}, {"_id":"b"}],"metaData":{"totalItems":3}})";
    const auto page = decode_list_page(text);
    REQUIRE(page);
    CHECK(page->has_items);
    REQUIRE(page->items.size() == 2);
    CHECK(page->items[0] == R"({"_id":"a","n":12345678901234567890123})");
    CHECK(page->items[1] == R"({"_id":"b"})");
    CHECK(page->total_items == 3);
}

TEST_CASE("the number of pages is told in more than one way") {
    struct Case {
        std::string meta;
        std::int64_t pages;  // as the second page tells it
    };
    const std::vector<Case> cases{
        {R"({"totalItems":5,"rowsPerPage":2})", 3},
        {R"({"totalItems":"4","rowsPerPage":"2"})", 2},
        {R"({"totalItems":0,"rowsPerPage":2})", 1},
        {R"({"totalItems":-9,"rowsPerPage":2})", 1},
        {R"({"totalItems":9,"rowsPerPage":3,"nextPage":false})", 3},
        {R"({"nextPage":true})", 3},
        {R"({"nextPage":false})", 2},
        {R"({"totalItems":9,"rowsPerPage":0,"nextPage":true})", 3},
        {R"({"totalItems":9})", 2},
        {R"({})", 2},
        {"null", 2},
    };
    for (const auto& each : cases) {
        INFO(each.meta);
        const auto text = R"({"items":[1],"metaData":)" + each.meta + "}";
        CHECK(decode_list_page(text)->pages(2) == each.pages);
    }
    CHECK(decode_list_page(R"({"items":[1]})")->pages(2) == 2);
}

TEST_CASE("items that are false or absent are none, and what is no object is no page") {
    CHECK(decode_list_page(R"({"items":false})")->items.empty());
    CHECK(decode_list_page(R"({"items":false})")->has_items);
    CHECK_FALSE(decode_list_page("{}")->has_items);
    CHECK_FALSE(decode_list_page("[1]"));
    for (const auto* text :
         {"<html>", "", R"({"items":[)", R"({"items":[{"a":1]})", R"({"items":["a]})", R"({"items":[1]} x)",
          R"({"items":[)"
          "\n"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(decode_list_page(text), Error);
    }
}
