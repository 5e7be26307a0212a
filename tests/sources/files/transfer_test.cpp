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
        return {.size = size_known ? std::optional<std::uint64_t>(said_size.value_or(content_.size()))
                                   : std::nullopt,
                .modified = modified};
    }

    void fetch(std::uint64_t offset, const Take& take) override {
        offsets.push_back(offset);
        const auto attempt = offsets.size() - 1;
        if (offset > 0 && refuses_middle) throw Error(*refuses_middle, "REST is not allowed");
        // Bytes by threes, or more at a time, up to where this attempt is cut.
        const auto cut = attempt < cuts.size() ? cuts[attempt] : content_.size();
        for (auto at = static_cast<std::size_t>(ignores_offset ? 0 : offset); at < cut; at += step) {
            const auto count = std::min<std::size_t>(step, cut - at);
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
    std::optional<std::uint64_t> said_size;
    bool ignores_offset = false;  // and sends from the beginning
    std::optional<ErrorClass> refuses_middle;
    std::size_t step = 3;
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
    // An end in silence at the last byte is the end.
    CHECK(file.offsets.size() == (file.silent ? 7 : 8));
}

namespace {

/// Content without a period, longer than what is compared.
std::string long_content() {
    std::string text;
    for (int number = 0; text.size() < 100'000; ++number) text += std::to_string(number) + "\n";
    return text;
}

}  // namespace

TEST_CASE("a reading goes on some bytes before the place where it was cut, and these come once") {
    const auto text = long_content();
    ScriptedFile file(text);
    file.step = 1000;
    file.cuts = {40'000};
    TextSink sink;
    transfer(file, sink);
    CHECK((sink.text == text));
    CHECK(file.offsets == std::vector<std::uint64_t>{0, 40'000 - 16'384});
}

TEST_CASE("a system that sends from the beginning instead of going on yields the file, not two parts of it") {
    const auto text = long_content();
    ScriptedFile file(text);
    file.step = 1000;
    file.cuts = {40'000, 100, 60'000};
    file.ignores_offset = true;
    TextSink sink;
    transfer(file, sink);
    CHECK((sink.text == text));
    CHECK(file.offsets.back() == 0);
}

TEST_CASE("a file whose parts are all alike is refused where it becomes longer than it is") {
    ScriptedFile file(std::string(100'000, 'x'));
    file.step = 1000;
    file.cuts = {40'000};
    file.ignores_offset = true;
    TextSink sink;
    CHECK(class_of(file, sink) == ErrorClass::integrity);
}

TEST_CASE("a system that refuses to go on in the middle is read from the beginning again") {
    const auto text = long_content();
    ScriptedFile file(text);
    file.step = 1000;
    file.cuts = {40'000};
    file.refuses_middle = GENERATE(ErrorClass::internal, ErrorClass::auth, ErrorClass::unreachable);
    TextSink sink;
    Cancellation cancellation;
    const RetryPolicy policy{.retries = 4, .first_wait = std::chrono::milliseconds(1)};
    transfer_file(
        file, [&](const FileVersion&) -> ByteSink& { return sink; }, cancellation, policy);
    CHECK((sink.text == text));
    CHECK(file.offsets.back() == 0);
}

TEST_CASE("a file that begins otherwise when it is read again is refused") {
    ScriptedFile file(long_content());
    file.step = 1000;
    file.cuts = {40'000};
    file.refuses_middle = ErrorClass::internal;
    TextSink sink;
    file.on_look = [&](int look) {
        if (look == 2) file.replace(std::string(long_content().size(), 'y'));
    };
    CHECK(class_of(file, sink) == ErrorClass::integrity);
}

TEST_CASE("a file that is longer or shorter than its system says is refused") {
    ScriptedFile file(content);
    file.said_size = GENERATE(19, 21, 0, 1000);
    TextSink sink;
    CHECK(class_of(file, sink) == ErrorClass::integrity);
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
    CHECK(file.offsets.size() == 3);
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

TEST_CASE("a file of unknown size is read from the beginning again after a cut") {
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
