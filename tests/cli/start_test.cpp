// How much work a short command is, counted in instructions, which differ little from machine to machine.
#include <cstdint>
#include <regex>

#include <catch2/catch.hpp>

#include "support/program.hpp"

using prevision::testing::Prevision;

namespace {

/// The instructions of a run, with those of the dynamic linker.
std::uint64_t instructions(const Prevision& prevision, const std::string& arguments) {
    const auto text =
        prevision::testing::shell("env -i PATH=/usr/bin:/bin PREVISION_HOME=" + prevision.home().string() +
                                  " valgrind --tool=callgrind --callgrind-out-file=/dev/null " +
                                  Prevision::program() + " " + arguments + " 2>&1");
    std::smatch found;
    if (!std::regex_search(text, found, std::regex("Collected : ([0-9]+)"))) FAIL(text);
    return std::stoull(found[1]);
}

/// What was reached, with a tenth for other versions of the libraries.
constexpr std::uint64_t with_a_tenth(std::uint64_t reached) { return reached + reached / 10; }

}  // namespace

// The numbers are those of the preset `dev`. Lower one that has become lower.
TEST_CASE("a short command starts quickly: no more instructions than were reached, and a tenth") {
    const Prevision prevision;
    for (int i = 0; i < 10; ++i)
        prevision.ok({"connector", "create", "shop" + std::to_string(i), "--host", "mysql://db.example.com"});
    CHECK(instructions(prevision, "--version") < with_a_tenth(1'290'000));
    CHECK(instructions(prevision, "connector list") < with_a_tenth(3'930'000));
    // What TAB does for a name, without its limit of time.
    CHECK(instructions(prevision, "complete names connector show sho") < with_a_tenth(3'530'000));
}

TEST_CASE("only the C library is loaded before a command begins") {
    const auto libraries =
        prevision::testing::shell("readelf -d " + Prevision::program() +
                                  " | sed -n 's/.*(NEEDED).*\\[\\(.*\\)\\]/\\1/p' | grep -v ld-linux | sort");
    CHECK(libraries == "libc.so.6\nlibm.so.6\n");
}

TEST_CASE("the program offers nothing of its own to libraries, which would be looked up by name") {
    // What is left are variables of the C library, which the linker copies into a program.
    CHECK(prevision::testing::shell("nm -D --defined-only " + Prevision::program() +
                                    " | grep -v '@.*GLIBC_' || true")
              .empty());
}

TEST_CASE("the program is hardened: at a place of its own, with nothing left to bind") {
    const auto dynamic = prevision::testing::shell("readelf -Wdl " + Prevision::program());
    CHECK(dynamic.find("PIE") != std::string::npos);
    CHECK(dynamic.find("BIND_NOW") != std::string::npos);
    CHECK(dynamic.find("GNU_RELRO") != std::string::npos);
}
