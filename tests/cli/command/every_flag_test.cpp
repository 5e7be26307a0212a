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
            const bool refused = result.err.find("''") != std::string::npos ||
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
