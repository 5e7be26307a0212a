// Every verb, in this process: flags, what is sent, output, messages and exit codes.
#include <set>

#include <catch2/catch.hpp>

#include "cli/command/walk.hpp"
#include "cli/in_process.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

/// The commands that do something themselves.
std::set<std::string> find_verbs() {
    const EmbeddedPrevision prevision;
    std::set<std::string> verbs;
    for (const auto& command : find_commands(prevision)) {
        const auto help = help_of(prevision, command);
        const bool is_optional = help.find(" [COMMAND]") != std::string::npos;
        if (is_verb(help) || is_optional) verbs.insert(join(command, " "));
    }
    return verbs;
}

}  // namespace

TEST_CASE("the verbs of connectors send, show and report what they should") {
    check_cases(connector_cases());
}
TEST_CASE("the verbs of datasources send, show and report what they should") {
    check_cases(datasource_cases());
}
TEST_CASE("the verbs of datasets send, show and report what they should") { check_cases(dataset_cases()); }
TEST_CASE("the verbs of exporters send, show and report what they should") { check_cases(exporter_cases()); }
TEST_CASE("the verbs of projects send, show and report what they should") { check_cases(project_cases()); }
TEST_CASE("the verbs around platforms send, show and report what they should") {
    check_cases(platform_cases());
}

TEST_CASE("every verb has an in-process test") {
    std::set<std::string> tested;
    for (const auto& cases : {connector_cases(), datasource_cases(), dataset_cases(), exporter_cases(),
                              project_cases(), platform_cases()}) {
        for (const auto& each : cases) tested.insert(each.verb);
    }
    const auto verbs = find_verbs();
    CHECK(verbs.size() > 40);
    CHECK(tested == verbs);
}
