#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace prevision::cli {

/// The result of one test, as JUnit has it.
struct JunitCase {
    std::string name;
    std::chrono::milliseconds elapsed{0};
    std::string failure;  ///< empty when it passed
};

/// The results as the XML that CI systems read.
std::string to_junit(const std::string& suite, const std::vector<JunitCase>& cases);

}  // namespace prevision::cli
