#include "cli/verbs/junit.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "render/renderer.hpp"
#include "render/replace.hpp"

namespace prevision::cli {

namespace {

/// A text within an attribute or element. `printable` escapes what XML cannot hold.
std::string escape(const std::string& text) {
    static constexpr std::array<render::Replacement, 4> replacements{
        {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}}};
    return render::replace_each(render::printable(text), replacements);
}

double seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

}  // namespace

std::string to_junit(const std::string& suite, const std::vector<JunitCase>& cases) {
    std::chrono::milliseconds total{0};
    for (const auto& test : cases) total += test.elapsed;
    const auto failures =
        std::ranges::count_if(cases, [](const auto& test) { return !test.failure.empty(); });
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    xml +=
        fmt::format("<testsuites>\n  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n",
                    escape(suite), cases.size(), failures, seconds(total));
    for (const auto& test : cases) {
        xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", escape(suite),
                           escape(test.name), seconds(test.elapsed));
        if (test.failure.empty()) {
            xml += "/>\n";
        } else {
            xml += fmt::format(">\n      <failure message=\"{}\"/>\n    </testcase>\n", escape(test.failure));
        }
    }
    return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace prevision::cli
