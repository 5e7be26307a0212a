#include "cli/secret_command.hpp"

#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;

namespace {

std::string output_of(const std::string& command) {
    Cancellation cancellation;
    return std::string(
        read_secret_command(command, "--password-command", std::chrono::milliseconds(0), cancellation)
            .reveal());
}

}  // namespace

TEST_CASE("a command's output is the secret, less one newline at its end") {
    CHECK(output_of("printf 'a b\\n'") == "a b");
    CHECK(output_of("printf 'a\\n\\n'") == "a\n");
    CHECK(output_of("printf 'a\\r\\n'") == "a\r");
    CHECK(output_of("printf '  $HOME %%41 \\\\ '") == "  $HOME %41 \\ ");
    CHECK(output_of("echo out; echo noise >&2") == "out");
}

TEST_CASE("a command that fails is an error that names the option and not what it wrote") {
    for (const std::string command :
         {"echo s3cret; exit 3", "echo s3cret; kill -9 $$", "no-such-command-here", "true", "printf '\\n'"}) {
        CAPTURE(command);
        try {
            output_of(command);
            FAIL("it gave a secret");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::invalid);
            const auto all = std::string(error.what()) + error.hint();
            CHECK(all.find("--password-command") != std::string::npos);
            CHECK(all.find("s3cret") == std::string::npos);
        }
    }
}

TEST_CASE("a command reads nothing from our stdin") { CHECK(output_of("cat; echo end") == "end"); }

TEST_CASE("a command that takes too long ends, with what it started, and says which flag gives it longer") {
    const testing::TemporaryDirectory folder;
    const auto fifo = (folder / "alive").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    std::thread reader([&] {
        std::ifstream alive(fifo);
        CHECK(alive.get() == std::ifstream::traits_type::eof());
    });
    Cancellation cancellation;
    try {
        // Signals that a shell can ignore do not keep it.
        read_secret_command("exec 3>" + fifo + "; trap '' TERM; sleep 600; sleep 600", "--token-command",
                            std::chrono::milliseconds(100), cancellation);
        FAIL("it ended");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::unreachable);
        CHECK(std::string(error.what()) == "--token-command failed: no answer within 0.1 s");
        CHECK(error.hint().find("--timeout") != std::string::npos);
    }
    reader.join();
}

TEST_CASE("what a command leaves in the background neither delays its answer nor outlives it") {
    const testing::TemporaryDirectory folder;
    const auto fifo = (folder / "alive").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    std::thread reader([&] {
        std::ifstream alive(fifo);
        CHECK(alive.get() == std::ifstream::traits_type::eof());
    });
    CHECK(output_of("exec 3>" + fifo + "; sleep 600 & echo secret") == "secret");
    reader.join();
}

TEST_CASE("a command that writes without end is refused") { CHECK_THROWS_AS(output_of("yes"), Error); }

TEST_CASE("a command that hangs ends when it is cancelled, with what it started") {
    const testing::TemporaryDirectory folder;
    const auto fifo = (folder / "alive").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const auto begin = system_clock().steady();
    Cancellation cancellation;
    std::thread canceller([&] {
        // Open for writing when the command has come so far, and at its end when nobody is left who writes.
        std::ifstream alive(fifo);
        alive.get();
        cancellation.cancel();
        CHECK(alive.get() == std::ifstream::traits_type::eof());
    });
    try {
        read_secret_command("exec 3>" + fifo + "; echo >&3; sleep 600 | cat", "--token-command",
                            std::chrono::milliseconds(0), cancellation);
        FAIL("it ended");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::interrupted);
    }
    canceller.join();
    CHECK(system_clock().steady() - begin < std::chrono::minutes(1));
}
