#include "snapshot/background_sink.hpp"

#include <atomic>
#include <stdexcept>

#include <catch2/catch.hpp>

using namespace prevision;
using snapshot::BackgroundSink;

namespace {

std::string make_text(std::size_t size) {
    std::string text;
    while (text.size() < size) text += std::to_string(text.size()) + ' ';
    text.resize(size);
    return text;
}

}  // namespace

TEST_CASE("bytes are worked on in their order, whatever pieces they come in") {
    constexpr std::size_t block = std::size_t{256} << 10U;
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, block - 1, block, block + 1, 6 * block,
                                   7 * block, 40 * block + 17}) {
        for (const std::size_t piece : {std::size_t{1'000}, std::size_t{16'384}, 3 * block + 1}) {
            CAPTURE(size, piece);
            const auto text = make_text(size);
            std::string got;
            BackgroundSink sink([&](std::string_view bytes) { got += bytes; });
            for (std::size_t at = 0; at < size; at += piece) {
                sink.write(std::string_view(text).substr(at, piece));
            }
            sink.finish();
            CHECK((got == text));
        }
    }
}

TEST_CASE("who writes is not further ahead than the blocks that are held") {
    std::atomic<std::size_t> worked{0};
    std::size_t most = 0;
    std::size_t written = 0;
    BackgroundSink sink([&](std::string_view bytes) { worked += bytes.size(); });
    const auto text = make_text(100'000);
    for (int i = 0; i < 500; ++i) {
        sink.write(text);
        written += text.size();
        most = std::max(most, written - worked);
    }
    sink.finish();
    CHECK(worked == written);
    CHECK(most <= (std::size_t{1536} << 10U));
}

TEST_CASE("what the work throws comes out of the writing, or of its end") {
    const auto text = make_text(std::size_t{10} << 20U);
    BackgroundSink failing([](std::string_view) { throw std::runtime_error("cannot"); });
    CHECK_THROWS_WITH(
        [&] {
            failing.write(text);
            failing.finish();
        }(),
        "cannot");
    BackgroundSink short_one([](std::string_view) { throw std::runtime_error("cannot"); });
    short_one.write("x");
    CHECK_THROWS_WITH(short_one.finish(), "cannot");
}

TEST_CASE("a sink that is given up ends its thread") {
    for (int i = 0; i < 100; ++i) {
        BackgroundSink sink([](std::string_view) {});
        sink.write(make_text(600'000));
    }
    SUCCEED("each came to its end");
}
