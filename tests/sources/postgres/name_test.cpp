#include "sources/postgres/name.hpp"

#include <vector>

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace prevision;
using namespace prevision::sources;
using namespace prevision::sources::postgres;

TEST_CASE("a table is a name, or a schema's") {
    struct Case {
        std::string text;
        std::string schema;
        std::string table;
        std::string quoted;
    };
    const std::vector<Case> cases{
        {"orders", "", "orders", "\"orders\""},
        {"Orders", "", "Orders", "\"Orders\""},
        {"shop.orders", "shop", "orders", "\"shop\".\"orders\""},
        {"\"odd.schema\".\"t\"\"x\"", "odd.schema", "t\"x", "\"odd.schema\".\"t\"\"x\""},
        {"\"shop\".orders", "shop", "orders", "\"shop\".\"orders\""},
        {"shop.\"or.ders\"", "shop", "or.ders", "\"shop\".\"or.ders\""},
        {"\"\"\"\"", "", "\"", "\"\"\"\""},
        {" a b ", "", " a b ", "\" a b \""},
        {"a;b--/*c*/'d'", "", "a;b--/*c*/'d'", "\"a;b--/*c*/'d'\""},
    };
    for (const auto& each : cases) {
        CAPTURE(each.text);
        const auto name = parse_name(each.text);
        CHECK(name.schema == each.schema);
        CHECK(name.table == each.table);
        CHECK(quote_name(name) == each.quoted);
        const auto again = parse_name(write_name(name));
        CHECK(again.schema == each.schema);
        CHECK(again.table == each.table);
    }
}

TEST_CASE("what is no table's name is refused") {
    for (const std::string text : {"", ".", "a.", ".a", "a..b", "a.b.c", "\"a", "\"a\"b", "a\"b", "\"\"",
                                   "a.\"\"", "\"a\".", "\"a\" .b", "a\"", "\"a\"\""}) {
        CAPTURE(text);
        try {
            parse_name(text);
            FAIL("taken");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::invalid);
            CHECK_THAT(error.what(), Catch::StartsWith("invalid table: "));
        }
    }
}
