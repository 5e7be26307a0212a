#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/client.hpp"
#include "cli/command/command.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

/// What `test` takes beside a name.
struct TestAllOptions {
    bool all = false;
    int jobs = 4;
    std::optional<std::string> junit;
};

void add_test_all_options(Command& verb, TestAllOptions& options);

/// Tests all of them, several at once, and shows a result as it comes. Error partial when some fail; the file
/// for JUnit is written then too.
void test_all(Services& services, const std::string& noun, const std::vector<api::ObjectReference>& items,
              const TestAllOptions& options,
              const std::function<api::TestOutcome(api::Client&, const api::ObjectReference&)>& test);

/// Checks that either a name or --all was given. Error usage.
void check_test_target(const std::string& name, const TestAllOptions& options);

}  // namespace prevision::cli
