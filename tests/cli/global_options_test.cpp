#include "cli/global_options.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/error.hpp"
#include "support/memory_io.hpp"

using namespace prevision;
using namespace prevision::cli;
using namespace std::chrono_literals;

TEST_CASE("a duration has a unit or is in seconds") {
    CHECK(parse_duration("--timeout", "90") == 90s);
    CHECK(parse_duration("--timeout", "1.5") == 1500ms);
    CHECK(parse_duration("--timeout", "500ms") == 500ms);
    CHECK(parse_duration("--timeout", "2m") == 120s);
    CHECK(parse_duration("--timeout", "1h") == 3600s);
    CHECK(parse_duration("--timeout", "0") == 0s);
    for (const auto* text : {"", "s", "1w", "-1", "1 s", "nan", "1e99", "ten"}) {
        CAPTURE(text);
        CHECK_THROWS_WITH(parse_duration("--drain-timeout", text),
                          fmt::format("--drain-timeout: '{}' is not a duration", text));
    }
}

TEST_CASE("the flag -q is -o id, and errors are JSON where results are") {
    GlobalOptions options;
    CHECK(options.format() == render::Format::table);
    CHECK_FALSE(options.json_errors());
    options.output = "json";
    CHECK(options.json_errors());
    options.quiet = true;
    CHECK(options.format() == render::Format::id);
}

TEST_CASE("colour is for terminals unless it is asked for or forbidden") {
    testing::MemoryIo memory;
    GlobalOptions options;
    auto io = memory.io();
    CHECK_FALSE(render_settings(options, io).bold);
    io.out_is_terminal = true;
    CHECK(render_settings(options, io).bold);
    CHECK(render_settings(options, io).width == 80);
    auto without = memory.io({{"NO_COLOR", "1"}});
    without.out_is_terminal = true;
    CHECK_FALSE(render_settings(options, without).bold);
    const auto forced = memory.io({{"CLICOLOR_FORCE", "1"}});
    CHECK(render_settings(options, forced).bold);
    CHECK_FALSE(render_settings(options, forced).width);
    options.color = "never";
    CHECK_FALSE(render_settings(options, forced).bold);
    options.color = "always";
    CHECK(render_settings(options, without).bold);
}

TEST_CASE("a question is asked on a terminal only, and never in CI or with --no-input") {
    testing::MemoryIo memory;
    GlobalOptions options;
    auto io = memory.io();
    CHECK_FALSE(may_prompt(options, io));
    io.in_is_terminal = io.err_is_terminal = true;
    CHECK(may_prompt(options, io));
    auto in_ci = memory.io({{"CI", "true"}});
    in_ci.in_is_terminal = in_ci.err_is_terminal = true;
    CHECK_FALSE(may_prompt(options, in_ci));
    options.no_input = true;
    CHECK_FALSE(may_prompt(options, io));
}
