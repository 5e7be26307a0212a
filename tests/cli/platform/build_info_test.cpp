#include "cli/platform/build_info.hpp"

#include <catch2/catch.hpp>

using prevision::cli::build_info;
using prevision::cli::describe;

TEST_CASE(
    "how a program was built is one line: the compiler, the kind of build, and what it was built from") {
    CHECK(
        describe({.compiler = "GCC 12.2.0", .type = "Debug", .package = "", .commit = "0123456789-dirty"}) ==
        "GCC 12.2.0, Debug, commit 0123456789-dirty");
    CHECK(
        describe(
            {.compiler = "GCC 12.2.0", .type = "Release", .package = "Debian package 0.2.0", .commit = ""}) ==
        "GCC 12.2.0, Release, Debian package 0.2.0");
    CHECK(describe({.compiler = "GCC 12.2.0", .type = "Release", .package = "", .commit = ""}) ==
          "GCC 12.2.0, Release, from sources without a commit");
}

TEST_CASE("a program knows its compiler and its kind of build") {
    CHECK_FALSE(build_info().compiler.empty());
    CHECK_FALSE(build_info().type.empty());
}
