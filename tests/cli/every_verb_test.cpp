// Every verb, in this process: flags, what is sent, output, messages and exit codes.
#include <set>

#include <catch2/catch.hpp>

#include "cli/in_process.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

/// The commands below `words` that do something themselves, found as TAB finds them.
void find_verbs(const std::vector<std::string>& words, std::set<std::string>& verbs) {
    InProcess run;
    std::vector<std::string> tab{"complete", "fish"};
    tab.insert(tab.end(), words.begin(), words.end());
    tab.emplace_back("");
    auto help = words;
    help.emplace_back("--help");
    const bool has_commands = run(help).out.find("\ncommands:\n") != std::string::npos;
    const bool is_optional = run(help).out.find(" [COMMAND]") != std::string::npos;
    if (!has_commands || is_optional) verbs.insert(join(words, " "));
    if (!has_commands) return;
    const auto offered = split(run(tab).out, '\n');
    for (std::size_t i = 1; i < offered.size(); ++i) {
        if (offered[i].empty()) continue;
        auto command = words;
        command.push_back(offered[i].substr(0, offered[i].find('\t')));
        find_verbs(command, verbs);
    }
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
    std::set<std::string> verbs;
    find_verbs({}, verbs);
    CHECK(verbs.size() > 40);
    CHECK(tested == verbs);
}
