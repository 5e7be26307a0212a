#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "support/command.hpp"

namespace {

const std::filesystem::path root(PREVISION_ROOT_DIR);

std::string content(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

/// Everything in the text that the pattern's first group matches.
std::set<std::string> all_matches(const std::string& text, const std::regex& pattern) {
    std::set<std::string> found;
    for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
        found.insert((*match)[1]);
    return found;
}

/// The shared libraries that the program loads late, by the names that it opens: "libcurl.so.4".
std::set<std::string> late_libraries() {
    const std::regex name(R"re("(lib[a-z0-9_+-]+\.so\.[0-9]+)")re");
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "src")) {
        const auto extension = entry.path().extension();
        if (extension == ".cpp" || extension == ".hpp") names.merge(all_matches(content(entry.path()), name));
    }
    return names;
}

/// The installed package that a shared library belongs to.
std::string package_of(const std::string& library) {
    const auto result = prevision::testing::run_command({"dpkg-query", "-S", "*-linux-gnu/" + library});
    INFO(library << ": " << result.output);
    REQUIRE(result.exit_code == 0);
    return result.output.substr(0, result.output.find(':'));
}

/// The text between two others.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
    const auto from = text.find(begin);
    REQUIRE(from != std::string::npos);
    const auto start = from + begin.size();
    return text.substr(start, text.find(end, start) - start);
}

}  // namespace

TEST_CASE("the package depends on the libraries that the program loads late, and names no other") {
    const auto names = late_libraries();
    REQUIRE(names.contains("libcurl.so.4"));
    std::set<std::string> packages;
    for (const auto& name : names) packages.insert(package_of(name));
    const auto depends = between(content(root / "debian/control"), "\nDepends: ", "\nRecommends:");
    CHECK(all_matches(depends, std::regex(R"re((?:^|[ ,])(lib[a-z0-9.+-]+))re")) == packages);
}

TEST_CASE("the program, the package and the changelog have one version") {
    CHECK(between(content(root / "debian/changelog"), "prevision (", ")") == PREVISION_VERSION);
    CHECK(between(content(root / "CHANGELOG.md"), "\n## ", "\n") == PREVISION_VERSION);
}
