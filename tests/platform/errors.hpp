#pragma once

#include <catch2/catch.hpp>

#include "core/error.hpp"

namespace prevision::testing {

/// The Error that the action throws; the test fails when it throws none.
template <typename Action>
Error error_of(const Action& action) {
    try {
        static_cast<void>(action());
    } catch (const Error& error) {
        return error;
    }
    FAIL("no error");
    return {ErrorClass::internal, ""};
}

}  // namespace prevision::testing
