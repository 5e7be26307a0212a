#include "core/late_library.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace prevision;

namespace {

struct MathLibrary : LateLibrary {
    explicit MathLibrary(const char* name = "libm.so.6") : LateLibrary(name) {}

    double (*square_root)(double) = find("sqrt");
};

struct WrongLibrary : LateLibrary {
    WrongLibrary() : LateLibrary("libm.so.6") {}

    void (*none)() = find("no_such_function_of_mathematics");
};

}  // namespace

TEST_CASE("a library that is loaded late gives its functions") {
    const MathLibrary library;
    CHECK(library.square_root(6.25) == 2.5);
}

TEST_CASE("a library or a function that is not there is an error that names it") {
    CHECK_THROWS_WITH(MathLibrary("libnowhere.so.7"), Catch::Contains("cannot load libnowhere.so.7: "));
    CHECK_THROWS_WITH(WrongLibrary(), "libm.so.6 has no function no_such_function_of_mathematics");
}
