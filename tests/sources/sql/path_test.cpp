#include "sources/sql/path.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace prevision;
using namespace prevision::sources;

using Parts = std::vector<std::string>;

TEST_CASE("a path has the parts between its slashes") {
    CHECK(parse_sql_path("", 2).empty());
    CHECK(parse_sql_path("/", 2).empty());
    CHECK(parse_sql_path("shop", 2) == Parts{"shop"});
    CHECK(parse_sql_path("/shop/orders/", 2) == Parts{"shop", "orders"});
    CHECK(parse_sql_path(R"("a/b"/c d)", 2) == Parts{"a/b", "c d"});
    CHECK(parse_sql_path(R"("say ""hi""")", 1) == Parts{R"(say "hi")"});
    CHECK(parse_sql_path(R"(""/t)", 2) == Parts{"", "t"});
}

TEST_CASE("a path that cannot be is refused") {
    for (const auto* path : {"a//b", "a/b/c", R"("a)", R"("a"b)", "//"}) {
        CAPTURE(path);
        CHECK_THROWS_AS(parse_sql_path(path, 2), Error);
    }
}

TEST_CASE("a name becomes a part that is read back as it was") {
    for (const std::string name : {"", "plain", "a/b", "\"", "\"\"/", "é 漢", "a.b"}) {
        CAPTURE(name);
        CHECK(parse_sql_path(sql_path_part(name), 1) == Parts{name});
    }
}
