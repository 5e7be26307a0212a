#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "cli/command/walk.hpp"
#include "cli/in_process_platform.hpp"
#include "core/text.hpp"
#include "render/renderer.hpp"
#include "support/program.hpp"

using namespace prevision;
using Prevision = testing::EmbeddedPrevision;
using testing::shell;

namespace {

const std::filesystem::path manual = PREVISION_SOURCE_DIR "/man";

std::string content(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("the help of every command fits 80 columns, and that of every verb has examples") {
    const Prevision prevision;
    const auto commands = testing::find_commands(prevision);
    CHECK(commands.size() > 50);
    for (const auto& command : commands) {
        const auto help = testing::help_of(prevision, command);
        INFO(help);
        for (const auto& line : split(help, '\n')) CHECK(render::display_width(line) <= 80);
        if (testing::is_verb(help)) CHECK(help.find("\nexamples:\n  ") != std::string::npos);
    }
}

TEST_CASE("a flag of one name takes the same values on every verb") {
    const Prevision prevision;
    std::map<std::string, std::string> values;  // "--limit" → "N"
    for (const auto& command : testing::find_commands(prevision)) {
        const auto help = testing::help_of(prevision, command);
        for (const auto& line : split(help.substr(0, help.find("\nexamples:")), '\n')) {
            // "  -o, --output FORMAT  How results are shown"
            const auto flag = line.find("--");
            if (!line.starts_with("  ") || flag == std::string::npos || flag > 6) continue;
            const auto text = line.substr(flag, line.find("  ", flag) - flag);
            const auto name = text.substr(0, text.find(' '));
            // Of delete it is no choice, as in SQL.
            if (name == "--if-exists" && command.back() == "delete") continue;
            // Of download it is a choice too: the manifest's name follows from the file's.
            if (name == "--manifest" && command.back() == "download") continue;
            INFO(join(command, " ") << ": " << text);
            CHECK(values.emplace(name, text).first->second == text);
        }
    }
    CHECK(values.at("--output") == "--output FORMAT");
    CHECK(values.size() > 50);
}

TEST_CASE("the manual's pages are those that the command tree and the hand-written sections give") {
    const Prevision prevision;
    const auto made = prevision.file("man");
    std::filesystem::create_directories(made);
    shell((manual / "update").string() + " " + testing::Prevision::program() + " " + made.string());
    std::size_t count = 0;
    for (const auto& page : std::filesystem::directory_iterator(made)) {
        INFO("make it again: man/update PROGRAM, " << page.path().filename());
        CHECK(content(manual / page.path().filename()) == content(page.path()));
        ++count;
    }
    // No page of a command that is gone stays behind.
    std::size_t committed = 0;
    for (const auto& page : std::filesystem::directory_iterator(manual)) {
        if (page.path().extension() == ".1") ++committed;
    }
    CHECK(count == committed);
    CHECK(count > 5);
}

TEST_CASE("man shows every page without a warning") {
    for (const auto& page : std::filesystem::directory_iterator(manual)) {
        const auto section = page.path().extension();
        if (section != ".1" && section != ".5") continue;
        INFO(page.path());
        const auto command = "LC_ALL=C.UTF-8 MANWIDTH=80 MANROFFSEQ= man --warnings -E UTF-8 -l -Tutf8 " +
                             page.path().string();
        CHECK(shell(command + " 2>&1 >/dev/null").empty());
        CHECK(shell(command + " 2>/dev/null").size() > 200);
    }
}

TEST_CASE("help is found where people look for it") {
    const Prevision prevision;
    CHECK(prevision.ok({}) == prevision.ok({"--help"}));
    CHECK(prevision.ok({"help"}) == prevision.ok({"-h"}));
    CHECK(prevision.ok({"help", "connector", "list"}) == prevision.ok({"connector", "list", "--help"}));
    CHECK(prevision({"help", "nonsense"}).exit_code == 2);
    CHECK(prevision.ok({"--version"}) == "prevision " PREVISION_VERSION "\n");
    CHECK(prevision.ok({"-V"}) == prevision.ok({"version", "--short"}));
}

TEST_CASE("every command is in the manual, and every page of a command is named in prevision(1)") {
    const auto program = content(manual / "prevision.1");
    for (const auto& page : std::filesystem::directory_iterator(manual)) {
        if (page.path().extension() != ".1" || page.path().stem() == "prevision") continue;
        auto name = page.path().stem().string();
        const auto dash = name.find('-');
        CHECK(program.find(name.substr(0, dash) + "\\-" + name.substr(dash + 1)) != std::string::npos);
    }
}
