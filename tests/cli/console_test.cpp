#include "cli/console.hpp"

#include <catch2/catch.hpp>

#include "cli/error_report.hpp"
#include "support/memory_io.hpp"

using namespace prevision;
using namespace prevision::cli;

namespace {

struct OpenConsole : Console {
    using Console::Console;
};

/// A terminal of 40 cells, and a console on it.
struct Stage {
    testing::MemoryInput in;
    testing::MemoryOutput out;
    testing::MemoryOutput err;
    Io io{.in = in,
          .out = out,
          .err = err,
          .err_is_terminal = true,
          .width = 40,
          .environment = Environment(),
          .clock = system_clock()};
    GlobalOptions options;
    Cancellation cancellation;
    OpenConsole console{io, options, cancellation};

    /// What was written since the last call.
    std::string written() { return std::exchange(err.text, {}); }
};

const Error refused(ErrorClass::unreachable, "cannot connect to db.example.com:5432: Connection refused",
                    "nothing listens there: check the host and the port");

}  // namespace

TEST_CASE("on a terminal a message is broken between words") {
    Stage stage;
    stage.console.message("nothing was created");
    CHECK(stage.written() == "nothing was created\n");
    stage.console.warn("the value of --password is seen by others; use --password-stdin");
    CHECK(stage.written() == "warning: the value of --password is seen\nby others; use --password-stdin\n");
    stage.console.report(refused);
    const std::string shown =
        "prevision: cannot connect to\ndb.example.com:5432: Connection refused\n"
        "hint: nothing listens there: check the\nhost and the port\n";
    CHECK(stage.written() == shown);
    report_end(&refused, stage.console, stage.io);
    CHECK(stage.written() == shown);
}

TEST_CASE("elsewhere a message is a line, however long") {
    Stage stage;
    stage.io.err_is_terminal = false;
    report_end(&refused, stage.console, stage.io);
    CHECK(stage.written() ==
          "prevision: cannot connect to db.example.com:5432: Connection refused\n"
          "hint: nothing listens there: check the host and the port\n");
}

TEST_CASE("what -v shows is a line a request, also on a narrow terminal") {
    Stage stage;
    stage.console.trace("GET https://platform.example.com/ext/v1/projects 200 12 ms");
    CHECK(stage.written() == "GET https://platform.example.com/ext/v1/projects 200 12 ms\n");
}

TEST_CASE("a question leaves room for its answer") {
    Stage stage;
    stage.in.text = "y\ny\n";
    CHECK(stage.console.ask("Delete shop? [y/N] ") == "y");
    CHECK(stage.written() == "Delete shop? [y/N] ");
    CHECK(stage.console.ask("TLS (disable, allow, prefer, require, verify) [prefer]: ") == "y");
    CHECK(stage.written() == "TLS (disable, allow, prefer,\nrequire, verify) [prefer]: ");
}
