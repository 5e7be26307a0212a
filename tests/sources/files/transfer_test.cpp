#include "sources/files/transfer.hpp"

#include <algorithm>
#include <stdexcept>

#include <catch2/catch.hpp>

namespace prevision::sources {

namespace {

/// A file in memory whose connection is cut, and whose content changes, as a script says.
class ScriptedFile final : public DistantFile {
  public:
    explicit ScriptedFile(std::string content) : content_(std::move(content)) {}

    FileVersion look() override {
        ++looks;
        if (on_look) on_look(looks);
        return {.size = size_known ? std::optional<std::uint64_t>(content_.size()) : std::nullopt,
                .modified = modified};
    }

    void fetch(std::uint64_t offset, const Take& take) override {
        offsets.push_back(offset);
        // Bytes by threes, up to where this attempt is cut.
        const auto attempt = offsets.size() - 1;
        const auto cut = attempt < cuts.size() ? cuts[attempt] : content_.size();
        for (auto at = static_cast<std::size_t>(offset); at < cut; at += 3) {
            const auto count = std::min<std::size_t>(3, cut - at);
            if (!take(std::string_view(content_).substr(at, count))) {
                ended_early = true;
                return;
            }
        }
        if (attempt < cuts.size() && !silent) throw Error(ErrorClass::unreachable, "the line is dead");
    }

    [[nodiscard]] std::string title() const override { return "the file"; }

    void replace(std::string content) { content_ = std::move(content); }

    std::vector<std::size_t> cuts;  // an attempt each: where it is cut
    bool silent = false;            // a cut looks like an end
    bool size_known = true;
    std::string modified = "2026-01-02T03:04:05Z";
    std::function<void(int)> on_look;
    int looks = 0;
    std::vector<std::uint64_t> offsets;
    bool ended_early = false;

  private:
    std::string content_;
};

class TextSink final : public ByteSink {
  public:
    void write(std::string_view bytes) override {
        text += bytes;
        if (on_write) on_write();
    }
    [[nodiscard]] bool wants_more() const override { return text.size() < enough; }
    std::string text;
    std::size_t enough = static_cast<std::size_t>(-1);
    std::function<void()> on_write;
};

constexpr auto content = "0123456789abcdefghij";
constexpr RetryPolicy quick{.retries = 2, .first_wait = std::chrono::milliseconds(1)};

void transfer(ScriptedFile& file, TextSink& sink) {
    Cancellation cancellation;
    transfer_file(
        file, [&](const FileVersion&) -> ByteSink& { return sink; }, cancellation, quick);
}

ErrorClass class_of(ScriptedFile& file, TextSink& sink) {
    try {
        transfer(file, sink);
    } catch (const Error& error) {
        return error.error_class();
    }
    FAIL("no error");
    return ErrorClass::internal;
}

}  // namespace

TEST_CASE("a file comes whole") {
    ScriptedFile file(content);
    TextSink sink;
    transfer(file, sink);
    CHECK(sink.text == content);
    CHECK(file.offsets == std::vector<std::uint64_t>{0});
    CHECK(file.looks == 2);
}

TEST_CASE("an empty file is a file") {
    ScriptedFile file("");
    TextSink sink;
    transfer(file, sink);
    CHECK(sink.text.empty());
}

TEST_CASE("a reading that is cut off goes on where it stopped, however often, while it moves") {
    ScriptedFile file(content);
    file.cuts = {4, 5, 9, 10, 15, 16, 20};
    file.silent = GENERATE(false, true);
    TextSink sink;
    transfer(file, sink);
    CHECK(sink.text == content);
    const std::vector<std::uint64_t> offsets{0, 4, 5, 9, 10, 15, 16, 20};
    // An end in silence at the last byte is the end.
    CHECK(file.offsets == (file.silent ? std::vector(offsets.begin(), offsets.end() - 1) : offsets));
}

TEST_CASE("attempts without a byte are given up") {
    ScriptedFile file(content);
    file.cuts = {4, 4, 4, 4, 4, 4, 4};
    TextSink sink;
    try {
        transfer(file, sink);
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::unreachable);
        CHECK(std::string(error.what()) ==
              "cannot read the file: cut off after 4 of 20 bytes of 2026-01-02T03:04:05Z: the line is dead");
    }
    CHECK(file.offsets == std::vector<std::uint64_t>{0, 4, 4});
}

TEST_CASE("a file that changed before the reading went on is refused, and none of it is taken") {
    ScriptedFile file(content);
    file.cuts = {7};
    TextSink sink;
    SECTION("another size") {
        file.on_look = [&](int look) {
            if (look == 2) file.replace("another");
        };
    }
    SECTION("another time") {
        file.on_look = [&](int look) {
            if (look == 2) file.modified = "2026-01-02T03:04:06Z";
        };
    }
    CHECK(class_of(file, sink) == ErrorClass::integrity);
    CHECK(sink.text == "0123456");
}

TEST_CASE("a file that changed while it came is refused at the end") {
    ScriptedFile file(content);
    TextSink sink;
    file.on_look = [&](int look) {
        if (look == 2) file.modified = "later";
    };
    CHECK(class_of(file, sink) == ErrorClass::integrity);
}

TEST_CASE("more bytes than the file has are refused") {
    ScriptedFile file(content);
    TextSink sink;
    file.on_look = [&](int look) { file.replace(look == 2 ? content : "short"); };
    sink.on_write = [&] { file.replace(content); };
    CHECK(class_of(file, sink) == ErrorClass::integrity);
}

TEST_CASE("a system that tells no size is believed") {
    ScriptedFile file(content);
    file.size_known = false;
    file.cuts = {6};
    TextSink sink;
    transfer(file, sink);
    CHECK(sink.text == content);
}

TEST_CASE("a sink that wants no more ends the reading, and the file is not looked at again") {
    ScriptedFile file(content);
    TextSink sink;
    sink.enough = 5;
    transfer(file, sink);
    CHECK(sink.text == "012345");
    CHECK(file.ended_early);
    CHECK(file.looks == 1);
}

TEST_CASE("what the sink throws comes out, and is not taken for a lost connection") {
    ScriptedFile file(content);
    TextSink sink;
    sink.on_write = [] { throw Error(ErrorClass::unreachable, "the reader has gone"); };
    CHECK(class_of(file, sink) == ErrorClass::unreachable);
    CHECK(file.offsets.size() == 1);
}

TEST_CASE("a cancellation between attempts ends the reading") {
    ScriptedFile file(content);
    file.cuts = {3, 6};
    TextSink sink;
    Cancellation cancellation;
    sink.on_write = [&] { cancellation.cancel(ErrorClass::terminated); };
    try {
        transfer_file(
            file, [&](const FileVersion&) -> ByteSink& { return sink; }, cancellation, quick);
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::terminated);
    }
    CHECK(file.offsets.size() == 1);
}

}  // namespace prevision::sources
