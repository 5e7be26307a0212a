#include <catch2/catch.hpp>

#include "render/renderer.hpp"

using namespace prevision::render;
using Lines = std::vector<std::string>;

TEST_CASE("a text is broken at blanks, by what is seen of it") {
    CHECK(wrap_text("one two three", 13) == Lines{"one two three"});
    CHECK(wrap_text("one two three", 12) == Lines{"one two", "three"});
    CHECK(wrap_text("売上 データ 表", 11) == Lines{"売上 データ", "表"});
    CHECK(wrap_text("a  b c", 5) == Lines{"a  b", "c"});
    CHECK(wrap_text("", 5).empty());
}

TEST_CASE("a word that is too long has a line of its own") {
    CHECK(wrap_text("see https://example.com/long for more", 12) ==
          Lines{"see", "https://example.com/long", "for more"});
}

TEST_CASE("a list is broken between its parts") {
    CHECK(wrap_list("id INTEGER, total DECIMAL(10,2), note TEXT", 21) ==
          Lines{"id INTEGER,", "total DECIMAL(10,2),", "note TEXT"});
    CHECK(wrap_list("id INTEGER, total DECIMAL(10,2), note TEXT", 32) ==
          Lines{"id INTEGER, total DECIMAL(10,2),", "note TEXT"});
    CHECK(wrap_list("one", 2) == Lines{"one"});
    CHECK(wrap_list("", 5).empty());
}

TEST_CASE("only a part that is too long by itself is broken at its blanks") {
    CHECK(wrap_list("id INTEGER, the total of a long order DECIMAL(10,2), note TEXT", 21) ==
          Lines{"id INTEGER, the total", "of a long order", "DECIMAL(10,2),", "note TEXT"});
    CHECK(wrap_list("a, a part that is much too long", 12) == Lines{"a, a part", "that is much", "too long"});
}
