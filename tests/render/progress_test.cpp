#include "render/progress.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "support/memory_io.hpp"

using namespace prevision;
using namespace prevision::render;
using std::chrono::milliseconds;

namespace {

class HandClock final : public Clock {
  public:
    [[nodiscard]] std::chrono::system_clock::time_point now() const override { return {}; }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return time; }

    std::chrono::steady_clock::time_point time{std::chrono::hours{1000}};
};

class BrokenOutput final : public Output {
  public:
    explicit BrokenOutput(bool closed) : closed_(closed) {}
    void write(std::string_view /*text*/) override {
        ++writes;
        if (closed_) throw OutputClosed{};
        throw Error(ErrorClass::internal, "cannot write the output: No space left on device");
    }
    void flush() override {}

    int writes = 0;

  private:
    bool closed_;
};

/// A terminal, and time that passes when told.
struct Stage {
    testing::MemoryInput in;
    testing::MemoryOutput out;
    testing::MemoryOutput err;
    HandClock clock;

    Io io(int width = 80, std::map<std::string, std::string> environment = {}) {
        return Io{.in = in,
                  .out = out,
                  .err = err,
                  .err_is_terminal = true,
                  .width = width,
                  .environment = Environment(std::move(environment)),
                  .clock = clock};
    }

    /// What was written since the last call.
    std::string written() { return std::exchange(err.text, {}); }
};

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;
const std::string clear = "\r\x1b[K";

}  // namespace

TEST_CASE("a bar without a total shows size, rows, speed and time, then what was done and how fast") {
    Stage stage;
    const auto progress = make_progress("sales", stage.io());
    CHECK(stage.written().empty());
    progress->update({.bytes = 0});
    CHECK(stage.written() == "\rsales  0 B  0 B/s  0:00\x1b[K");
    stage.clock.time += milliseconds(2500);
    progress->update({.bytes = 10 * mebibyte, .rows = 1234567});
    CHECK(stage.written() == "\rsales  10.0 MiB  1,234,567 rows  4.0 MiB/s  0:02\x1b[K");
    progress->finish("took the snapshot 'sales'", {.bytes = 12 * mebibyte, .rows = 2'000'000});
    CHECK(stage.written() ==
          clear + "took the snapshot 'sales': 2,000,000 rows, 12.0 MiB in 2.5 s, 4.8 MiB/s\n");
    progress->finish("again", {});
    CHECK(stage.written().empty());
    CHECK(stage.out.text.empty());
}

TEST_CASE("work that is done before a bar is drawn ends with the same line") {
    Stage stage;
    const auto finish = [&](milliseconds elapsed, const ProgressState& state) {
        const auto progress = make_progress("sales", stage.io());
        stage.clock.time += elapsed;
        progress->finish("wrote \x1b[2Ja.csv", state);
        return stage.written();
    };
    CHECK(finish(milliseconds(45), {.bytes = 10}) == "wrote \\x1b[2Ja.csv: 10 B in 45 ms\n");
    CHECK(finish(milliseconds(200), {.bytes = 2048, .rows = 1}) ==
          "wrote \\x1b[2Ja.csv: 1 row, 2.0 KiB in 200 ms, 10.0 KiB/s\n");
    CHECK(finish(milliseconds(125'000), {.bytes = 125 * mebibyte}) ==
          "wrote \\x1b[2Ja.csv: 125.0 MiB in 2:05, 1.0 MiB/s\n");
}

TEST_CASE("on a narrow terminal the last line does without the speed, then cuts the name") {
    Stage stage;
    const auto finish = [&](int width) {
        const auto progress = make_progress("x", stage.io(width));
        stage.clock.time += milliseconds(2000);
        progress->finish("snapshot sales", {.bytes = 2 * mebibyte, .rows = 1'234'567});
        return stage.written();
    };
    CHECK(finish(60) == "snapshot sales: 1,234,567 rows, 2.0 MiB in 2.0 s, 1.0 MiB/s\n");
    CHECK(finish(59) == "snapshot sales: 1,234,567 rows, 2.0 MiB in 2.0 s\n");
    CHECK(finish(45) == "snapshot …: 1,234,567 rows, 2.0 MiB in 2.0 s\n");
}

TEST_CASE("a bar of an estimate says about, and goes without a total when that was too low") {
    Stage stage;
    const auto progress = make_progress("sales", stage.io());
    progress->update({.rows = 0, .about_rows = 1000});
    stage.written();
    stage.clock.time += milliseconds(2000);
    progress->update({.bytes = 2 * mebibyte, .rows = 500, .about_rows = 1000});
    CHECK(stage.written() ==
          "\rsales  [======>     ]  about 50%  2.0 MiB  500 rows  1.0 MiB/s  about 0:02 left\x1b[K");
    stage.clock.time += milliseconds(2000);
    progress->update({.bytes = 4 * mebibyte, .rows = 1000, .about_rows = 1000});
    CHECK(stage.written() == "\rsales  4.0 MiB  1,000 rows  1.0 MiB/s  0:04\x1b[K");
}

TEST_CASE("a bar with a total shows how much is done and the time left") {
    Stage stage;
    const auto progress = make_progress("sales", stage.io());
    progress->update({.bytes = 0, .total_bytes = 100 * mebibyte});
    CHECK(stage.written() == "\rsales  [>                             ]    0%  0 B  0 B/s\x1b[K");
    stage.clock.time += milliseconds(2000);
    progress->update({.bytes = 50 * mebibyte, .total_bytes = 100 * mebibyte});
    CHECK(stage.written() ==
          "\rsales  [===============>              ]   50%  50.0 MiB  25.0 MiB/s  0:02 left\x1b[K");
    stage.clock.time += milliseconds(2000);
    progress->update({.bytes = 100 * mebibyte, .total_bytes = 100 * mebibyte});
    CHECK(stage.written() ==
          "\rsales  [==============================]  100%  100.0 MiB  25.0 MiB/s  0:00 left\x1b[K");
}

TEST_CASE("of what is counted in rows only, a bar shows rows, and nothing of bytes") {
    Stage stage;
    const auto progress = make_progress("results", stage.io());
    progress->update({});
    CHECK(stage.written() == "\rresults  0:00\x1b[K");
    stage.clock.time += milliseconds(2000);
    progress->update({.rows = 500, .total_rows = 2000});
    CHECK(stage.written() == "\rresults  [=======>                      ]   25%  500 rows  0:06 left\x1b[K");
    progress->finish("exported sales", {.rows = 2000});
    CHECK(stage.written() == clear + "exported sales: 2,000 rows in 2.0 s\n");
    make_progress("results", stage.io())->finish("exported sales", {});
    CHECK(stage.written() == "exported sales in 0 ms\n");
}

TEST_CASE("a bar keeps within the terminal") {
    Stage stage;
    const ProgressState half{.bytes = 50 * mebibyte, .total_bytes = 100 * mebibyte, .rows = 7};
    const auto draw = [&](const std::string& label, int width) {
        const auto progress = make_progress(label, stage.io(width));
        stage.written();
        stage.clock.time += milliseconds(2000);
        progress->update(half);
        return stage.written();
    };
    CHECK(draw("sales", 200) ==
          "\rsales  [===============>              ]   50%  50.0 MiB  7 rows  25.0 MiB/s  0:02 left\x1b[K");
    CHECK(draw("sales", 80) ==
          "\rsales  [===========>           ]   50%  50.0 MiB  7 rows  25.0 MiB/s  0:02 left\x1b[K");
    CHECK(draw("sales", 60) == "\rsales  [=======>       ]   50%  50.0 MiB  7 rows  0:02 left\x1b[K");
    CHECK(draw("sales", 40) == "\rsales  [======>      ]   50%  0:02 left\x1b[K");
    CHECK(draw("sales", 30) == "\rsales   50%  0:02 left\x1b[K");
    CHECK(draw("日本語日本語", 12) == "\r日本語日本…\x1b[K");
    CHECK(draw("sales", 1) == "\r…\x1b[K");
}

TEST_CASE("a bar counts more than its total as the whole") {
    Stage stage;
    const auto progress = make_progress("x", stage.io());
    progress->update({.bytes = 300, .total_bytes = 100});
    CHECK(stage.written() == "\rx  [==============================]  100%  300 B  0 B/s\x1b[K");
    stage.clock.time += milliseconds(1000);
    progress->update({.bytes = 0, .total_bytes = 0});
    CHECK(stage.written() == "\rx  0 B  0 B/s  0:01\x1b[K");
}

TEST_CASE("a bar is drawn at most ten times a second") {
    Stage stage;
    const auto progress = make_progress("x", stage.io());
    int draws = 0;
    for (int i = 0; i < 1000; ++i) {
        progress->update({.bytes = static_cast<std::uint64_t>(i)});
        if (!stage.written().empty()) ++draws;
        stage.clock.time += milliseconds(1);
    }
    CHECK(draws == 10);
}

TEST_CASE("the speed is that of the last seconds") {
    Stage stage;
    const auto progress = make_progress("x", stage.io());
    for (int second = 1; second <= 10; ++second) {
        stage.clock.time += milliseconds(1000);
        progress->update({.bytes = 10 * mebibyte * static_cast<std::uint64_t>(second)});
    }
    stage.written();
    for (int second = 0; second < 6; ++second) {
        stage.clock.time += milliseconds(1000);
        progress->update({.bytes = 100 * mebibyte});
    }
    CHECK(stage.written().ends_with("\rx  100.0 MiB  0 B/s  0:16\x1b[K"));
}

TEST_CASE("an hour is shown as such, and a label cannot steer the terminal") {
    Stage stage;
    const auto progress = make_progress("\x1b[2Jx\n", stage.io());
    stage.clock.time += std::chrono::hours(25) + milliseconds(62000);
    progress->update({.bytes = 0});
    CHECK(stage.written() == "\r\\x1b[2Jx\\n  0 B  0 B/s  25:01:02\x1b[K");
}

TEST_CASE("an error stands alone: the line is cleared when the bar goes") {
    Stage stage;
    { const auto never_shown = make_progress("x", stage.io()); }
    CHECK(stage.written().empty());
    {
        const auto progress = make_progress("x", stage.io());
        progress->update({.bytes = 0});
        stage.written();
    }
    CHECK(stage.written() == clear);
    {
        const auto progress = make_progress("x", stage.io());
        progress->update({.bytes = 0});
        progress->finish("x", {});
        stage.written();
    }
    CHECK(stage.written().empty());
}

TEST_CASE("nothing is shown without a terminal, in CI, and where a line cannot be redrawn") {
    Stage stage;
    const auto show = [&](const Io& io, ProgressMode mode) {
        const auto progress = make_progress("x", io, mode);
        progress->update({.bytes = 1});
        progress->finish("x", {.bytes = 1});
        return stage.written();
    };
    Io no_terminal = stage.io();
    no_terminal.err_is_terminal = false;
    CHECK(show(no_terminal, ProgressMode::automatic).empty());
    CHECK(show(stage.io(80, {{"CI", "true"}}), ProgressMode::automatic).empty());
    CHECK(show(stage.io(80, {{"TERM", "dumb"}}), ProgressMode::automatic).empty());
    CHECK(show(stage.io(), ProgressMode::none).empty());
    CHECK_FALSE(show(stage.io(80, {{"CI", ""}}), ProgressMode::automatic).empty());
    CHECK_FALSE(show(no_terminal, ProgressMode::bar).empty());
    CHECK_FALSE(show(stage.io(80, {{"CI", "true"}}), ProgressMode::bar).empty());
}

TEST_CASE("as JSON it is a line a second and a last one") {
    Stage stage;
    Io io = stage.io();
    io.err_is_terminal = false;
    const auto progress = make_progress("a \"b\"", io, ProgressMode::json);
    progress->update({.bytes = 0});
    CHECK(
        stage.written() ==
        R"({"label":"a \"b\"","bytes":0,"total_bytes":null,"rows":null,"total_rows":null,"about_rows":null,"bytes_per_second":0,"elapsed_ms":0,"done":false})"
        "\n");
    stage.clock.time += milliseconds(999);
    progress->update({.bytes = 1});
    CHECK(stage.written().empty());
    stage.clock.time += milliseconds(1);
    progress->update({.bytes = 2000, .total_bytes = 4000, .rows = 3, .total_rows = 9, .about_rows = 7});
    CHECK(
        stage.written() ==
        R"({"label":"a \"b\"","bytes":2000,"total_bytes":4000,"rows":3,"total_rows":9,"about_rows":7,"bytes_per_second":2000,"elapsed_ms":1000,"done":false})"
        "\n");
    progress->finish("done", {.bytes = 4000, .total_bytes = 4000, .rows = 6});
    CHECK(
        stage.written() ==
        R"({"label":"a \"b\"","bytes":4000,"total_bytes":4000,"rows":6,"total_rows":null,"about_rows":null,"bytes_per_second":4000,"elapsed_ms":1000,"done":true})"
        "\n");
    progress->finish("done", {});
    CHECK(stage.written().empty());
}

TEST_CASE("a stderr that cannot be written does not stop the work") {
    for (const bool closed : {true, false}) {
        Stage stage;
        BrokenOutput broken(closed);
        const Io io{.in = stage.in,
                    .out = stage.out,
                    .err = broken,
                    .err_is_terminal = true,
                    .environment = Environment(),
                    .clock = stage.clock};
        {
            const auto progress = make_progress("x", io);
            CHECK_NOTHROW(progress->update({.bytes = 0}));
            stage.clock.time += milliseconds(1000);
            CHECK_NOTHROW(progress->update({.bytes = 0}));
            CHECK_NOTHROW(progress->finish("x", {}));
        }
        CHECK(broken.writes == 1);
    }
}

TEST_CASE("the modes are those of the flag") {
    CHECK(parse_progress_mode("auto") == ProgressMode::automatic);
    CHECK(parse_progress_mode("none") == ProgressMode::none);
    CHECK(parse_progress_mode("bar") == ProgressMode::bar);
    CHECK(parse_progress_mode("json") == ProgressMode::json);
    CHECK_FALSE(parse_progress_mode("automatic"));
    CHECK_FALSE(parse_progress_mode(""));
}
