#include "contract/file_writer_contract.hpp"

#include <algorithm>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "contract/source_contract.hpp"
#include "sources/registry.hpp"

namespace prevision::testing {

namespace {

/// Gives the bytes, and fails in the middle where it is told to.
sources::OutgoingFile outgoing(const std::string& bytes, std::size_t& at,
                               std::optional<std::size_t> fail_at = std::nullopt) {
    at = 0;
    return {.size = bytes.size(),
            .read =
                [&bytes, &at, fail_at](std::span<char> buffer) {
                    if (fail_at && at >= *fail_at) throw std::runtime_error("the disk is gone");
                    const auto count = std::min(buffer.size(), bytes.size() - at);
                    std::copy_n(bytes.data() + at, count, buffer.data());
                    at += count;
                    return count;
                },
            .rewind = [&at] { at = 0; }};
}

std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint32_t state = 12345;
    for (auto& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<char>(state >> 24U);
    }
    return bytes;
}

}  // namespace

void check_file_writer_contract(const FileWriterFixture& fixture) {
    Cancellation cancellation;
    const auto& engine = sources::detect_engine(fixture.connection, cancellation);
    REQUIRE(engine.open_file_writer != nullptr);
    const auto writer = engine.open_file_writer(fixture.connection, cancellation);
    std::size_t at = 0;
    std::vector<std::string> written;
    const std::vector<std::string> contents{"id,name\r\n1,one\r\n", "", std::string("\0\r\n\n", 4),
                                            pattern(3'000'000)};
    for (const std::string path : {"plain.csv", "two words.csv", "naïve ☃.csv", R"(quo"te's \ %41+.csv)"}) {
        for (const auto& content : contents) {
            CAPTURE(path, content.size());
            writer->write(fixture.location(path), outgoing(content, at));
            CHECK((fixture.content(path) == content));
        }
        CHECK(writer->exists(fixture.location(path)));
        written.push_back(path);
    }
    CHECK_FALSE(writer->exists(fixture.location("plain.cs")));

    // Nothing of a file that could not be written whole stays, and what was there stays as it was.
    const auto large = pattern(2'000'000);
    CHECK_THROWS_WITH(writer->write(fixture.location("plain.csv"), outgoing(large, at, 100'000)),
                      "the disk is gone");
    CHECK((fixture.content("plain.csv") == contents.back()));
    std::sort(written.begin(), written.end());
    CHECK(fixture.names() == written);

    const auto missing = error_of([&] { writer->write(fixture.nowhere, outgoing(large, at)); });
    CAPTURE(missing.what());
    CHECK(missing.error_class() == ErrorClass::not_found);
    CHECK(std::string(missing.what()).starts_with("cannot write "));

    // The writer is in order after all that.
    writer->write(fixture.location("last.csv"), outgoing(contents.front(), at));
    CHECK((fixture.content("last.csv") == contents.front()));

    Cancellation raised;
    const auto interrupted = engine.open_file_writer(fixture.connection, raised);
    auto cut = outgoing(large, at);
    cut.read = [&, read = cut.read](std::span<char> buffer) {
        if (at > 500'000) raised.cancel();
        return read(buffer);
    };
    const auto error = error_of([&] { interrupted->write(fixture.location("cut.csv"), cut); });
    CHECK(error.error_class() == ErrorClass::interrupted);
    CHECK_FALSE(fixture.content("cut.csv"));
}

}  // namespace prevision::testing
