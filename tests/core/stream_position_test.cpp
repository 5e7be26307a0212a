#include "core/stream_position.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

namespace prevision {

namespace {

/// What is new of bytes that come in pieces of that size; "differs" where they are not the known ones.
std::string fresh(StreamPosition& position, std::string_view bytes, std::size_t piece) {
    std::string found;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        auto some = bytes.substr(0, piece);
        if (!position.skip_known(some)) return "differs";
        found += some;
        if (!some.empty()) position.deliver(some);
    }
    return found;
}

}  // namespace

TEST_CASE("a stream that is resumed brings each byte once, whatever the pieces") {
    std::string text;
    for (int number = 0; text.size() < 60'000; ++number) text += std::to_string(number);
    const auto piece = static_cast<std::size_t>(GENERATE(1, 7, 16'384, 100'000));
    StreamPosition position;
    position.deliver(text.substr(0, 1'000));
    position.deliver(text.substr(1'000, 39'000));
    CHECK(position.delivered() == 40'000);
    CHECK(position.resume_at() == 40'000 - 16'384);
    SECTION("from a place before the cut") {
        position.come_from(position.resume_at());
        CHECK(
            (fresh(position, std::string_view(text).substr(40'000 - 16'384), piece) == text.substr(40'000)));
    }
    SECTION("from the beginning") {
        position.come_from(0);
        CHECK((fresh(position, text, piece) == text.substr(40'000)));
    }
    SECTION("and other bytes before the cut are found") {
        position.come_from(position.resume_at());
        CHECK(fresh(position, text, piece) == "differs");
    }
    SECTION("also when only the last one is another") {
        auto other = text.substr(0, 40'000);
        other.back() = static_cast<char>(other.back() ^ 1);
        position.come_from(0);
        CHECK(fresh(position, other, piece) == "differs");
    }
}

TEST_CASE("a stream of which nothing came begins at its beginning") {
    StreamPosition position;
    CHECK(position.resume_at() == 0);
    position.come_from(0);
    CHECK(fresh(position, "abc", 2) == "abc");
    CHECK(position.delivered() == 3);
    CHECK(position.resume_at() == 0);
}

}  // namespace prevision
