#pragma once

#include <string>

#include "api/client.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

/// Shows the stages of a test, one in each row.
void show_stages(const std::string& id, const model::TestResult& result, const render::Settings& settings,
                 Output& out);

/// Shows what a test found (`json`: one object with `_id`, `name`, `ok` and `stages`), then throws the failed stage's Error
/// where there is one.
void report_test(Services& services, const std::string& id, const std::string& name,
                 const api::TestOutcome& outcome);

/// What a test found, as the JSON that `report_test` shows.
std::string test_document(const std::string& id, const std::string& name, const model::TestResult& result);

}  // namespace prevision::cli
