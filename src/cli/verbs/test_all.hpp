#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/client.hpp"
#include "cli/command/command.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

/// The platform's call that tests an object.
using TestCall = std::function<api::TestOutcome(api::Client& client, const api::ObjectReference& object)>;

/// What `test` takes.
struct TestOptions {
    std::vector<std::string> names;
    bool all = false;
    int jobs = 4;
    std::optional<std::string> junit;
};

/// One of several objects to test.
struct TestItem {
    api::ObjectReference object;
    std::optional<Error> failure;  ///< why there is nothing to test: no object has the name
};

void add_test_options(Command& verb, TestOptions& options);

/// Error usage unless either names or --all were given, and --jobs and --junit fit that.
void check_test_options(const TestOptions& options);

/// Tests all of them, several at once, and shows each result as it comes. Error partial when some fail; the file for JUnit is
/// written then too.
void test_all(Services& services, const std::string& noun, const std::vector<TestItem>& items,
              const TestOptions& options, TestCall test);

}  // namespace prevision::cli
