#include <fstream>
#include <set>

#include <catch2/catch.hpp>

#include "cli/command/walk.hpp"
#include "core/text.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

/// The flags of a command, as its help shows them: "--output FORMAT", "--quiet".
std::set<std::string> flags_of(const EmbeddedPrevision& prevision, const Words& command) {
    std::set<std::string> flags;
    const auto help = help_of(prevision, command);
    for (const auto& line : split(help.substr(0, help.find("\nexamples:")), '\n')) {
        const auto begin = line.find("--");
        if (!line.starts_with("  ") || begin == std::string::npos || begin > 6) continue;
        flags.insert(line.substr(begin, line.find("  ", begin) - begin));
    }
    flags.erase("--help");
    return flags;
}

}  // namespace

TEST_CASE("an empty value is empty on every flag, and the next word is not taken for it") {
    const EmbeddedPrevision prevision;
    int count = 0;
    for (const auto& command : find_commands(prevision)) {
        if (!is_verb(help_of(prevision, command))) continue;
        for (const auto& flag : flags_of(prevision, command)) {
            const bool takes_value = flag.find(' ') != std::string::npos;
            auto words = command;
            words.push_back(flag.substr(0, flag.find(' ')) + "=");
            words.emplace_back("--nonsense");
            const auto result = prevision(words);
            INFO(join(words, " ") << ": " << result.err);
            CHECK(result.exit_code == 2);
            // Either the empty value is refused, or the next word is, as the flag that it is.
            const auto missing = flag.substr(0, flag.find(' ')) + ": a";
            const bool refused = result.err.find("''") != std::string::npos ||
                                 (result.err.find(missing) != std::string::npos &&
                                  result.err.find(" is missing\n") != std::string::npos) ||
                                 result.err.find("unknown flag '--nonsense'") != std::string::npos;
            if (takes_value) {
                CHECK(refused);
            } else {
                CHECK(result.err.find("takes no value") != std::string::npos);
            }
            ++count;
        }
    }
    CHECK(count > 500);
}

TEST_CASE("an empty value is no way to leave out what chooses the platform, the object or the file") {
    const EmbeddedPrevision prevision;
    std::ofstream(prevision.file("a.csv")) << "a\n1\n";
    prevision.ok({"dataset", "create", "d", "--file", prevision.file("a.csv").string()});
    struct Row {
        Words words;
        std::string message;
    };
    for (const auto& [words, message] :
         {Row{{"connector", "list", "--url="}, "--url: a URL is missing\nhint: give it, or leave --url out"},
          Row{{"connector", "list", "--url", ""}, "--url: a URL is missing"},
          Row{{"connector", "list", "--profile="}, "--profile: a profile's name is missing"},
          Row{{"connector", "list", "--project="}, "--project: a project's name is missing"},
          Row{{"connector", "list", "--jq="}, "--jq: a program is missing"},
          Row{{"connector", "list", "--columns="}, "--columns: a column is missing"},
          Row{{"connector", "test", "--all", "--junit="}, "--junit: a file's name is missing"},
          Row{{"dataset", "download", "d", "--to="}, "--to: a file's name is missing"},
          Row{{"dataset", "create", "", "--datasource", "x"}, "NAME: a name is missing"},
          Row{{"dataset", "create", "x", "--file="}, "--file: a file's name is missing"},
          Row{{"profile", "show", ""}, "NAME: a profile's name is missing"},
          Row{{"api", "POST", "/projects", "--input="}, "--input: a file's name is missing"},
          Row{{"login", "--token-env="}, "--token-env: a variable's name is missing"},
          Row{{"login", "--token-command="}, "--token-command: a command is missing"},
          Row{{"apply", ""}, "FILE: a file's name is missing\nhint: see 'prevision apply --help'"},
          Row{{"diff", "a.yaml", ""}, "FILE: a file's name is missing"},
          Row{{"backup", ""}, "FILE: a file's name is missing"},
          Row{{"restore", ""}, "FILE: a file's name is missing"}}) {
        const auto refused = prevision(words);
        INFO(join(words, " ") << ": " << refused.err);
        CHECK(refused.exit_code == 2);
        CHECK(refused.err.find(message) != std::string::npos);
        CHECK(refused.out.empty());
    }
}
