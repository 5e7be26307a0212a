#include "core/error.hpp"

#include <cerrno>

#include <catch2/catch.hpp>

using namespace prevision;

TEST_CASE("every class has its exit code and its name, both ways") {
    struct Row {
        ErrorClass error_class;
        int code;
        std::string_view name;
    };
    // As scripts know them.
    for (const auto& row :
         {Row{ErrorClass::internal, 1, "internal"}, Row{ErrorClass::usage, 2, "usage"},
          Row{ErrorClass::not_found, 3, "not_found"}, Row{ErrorClass::auth, 4, "auth"},
          Row{ErrorClass::unreachable, 5, "unreachable"}, Row{ErrorClass::conflict, 6, "conflict"},
          Row{ErrorClass::invalid, 7, "invalid"}, Row{ErrorClass::partial, 8, "partial"},
          Row{ErrorClass::integrity, 9, "integrity"}, Row{ErrorClass::differs, 10, "differs"},
          Row{ErrorClass::interrupted, 130, "interrupted"}, Row{ErrorClass::terminated, 143, "terminated"}}) {
        CHECK(static_cast<int>(row.error_class) == row.code);
        CHECK(to_string(row.error_class) == row.name);
        CHECK(parse_error_class(row.name) == row.error_class);
    }
    for (const auto* name : {"", "Auth", "auth ", "unknown"}) CHECK_FALSE(parse_error_class(name));
}

TEST_CASE("an error says whether trying again may help, and which status the platform gave") {
    Error error(ErrorClass::unreachable, "cannot list: refused", "try later");
    CHECK(error.retryable());
    CHECK_FALSE(error.status());
    CHECK(error.with_status(503).status() == 503);
    CHECK_FALSE(Error(ErrorClass::auth, "cannot list: not allowed").retryable());
    CHECK(system_message(ENOSPC) == "No space left on device");
}
