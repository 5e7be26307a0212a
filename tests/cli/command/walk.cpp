#include "cli/command/walk.hpp"

#include "core/text.hpp"

namespace prevision::testing {

namespace {

void find_below(const EmbeddedPrevision& prevision, const Words& words, std::vector<Words>& commands) {
    Words tab{"complete", "fish"};
    tab.insert(tab.end(), words.begin(), words.end());
    tab.emplace_back("");
    const auto offered = split(prevision.ok(tab), '\n');
    for (std::size_t i = 1; i < offered.size(); ++i) {
        if (offered[i].empty()) continue;
        auto command = words;
        command.push_back(offered[i].substr(0, offered[i].find('\t')));
        commands.push_back(command);
        if (!is_verb(help_of(prevision, command))) find_below(prevision, command, commands);
    }
}

}  // namespace

std::vector<Words> find_commands(const EmbeddedPrevision& prevision) {
    std::vector<Words> commands;
    find_below(prevision, {}, commands);
    return commands;
}

std::string help_of(const EmbeddedPrevision& prevision, Words command) {
    command.emplace_back("--help");
    return prevision.ok(command);
}

bool is_verb(const std::string& help) { return help.find("\ncommands:\n") == std::string::npos; }

}  // namespace prevision::testing
