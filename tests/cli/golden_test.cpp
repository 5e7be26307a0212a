// Whole outputs at several widths, on a terminal and in a pipe, as transcripts in tests/cli/golden. What is
// changed on purpose is written anew by tests/cli/golden/renew, and is for a reader to look at.
#include <cstdlib>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "cli/completion/shell_words.hpp"
#include "support/program.hpp"
#include "support/terminal.hpp"

using namespace prevision;
using testing::Prevision;
using testing::shell;
using testing::TerminalProgram;

namespace {

const std::filesystem::path folder = PREVISION_SOURCE_DIR "/tests/cli/golden";

/// A project with a table to look into, whose path is in no output, and one with objects of all kinds.
void make_world(const Prevision& prevision) {
    const auto database = prevision.file("world.db").string();
    std::ofstream(prevision.file("world.sql")) << R"sql(
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, note TEXT, share DECIMAL(10,2));
INSERT INTO people VALUES (1, 'Zoë', 'a plain note', 12.5), (2, '李小龍', '', 1), (3, 'O''Hara', NULL, 0.1),
  (4, '👩‍👩‍👧 a family', 'a tab' || char(9) || 'and' || char(10) || 'a new line', 99999999.99),
  (5, 'e' || char(769) || ' combining', 'a note that goes on and on, far beyond what forty or eighty cells of ' ||
  'any terminal can show without being cut', -1);
)sql";
    shell("sqlite3 " + database + " < " + prevision.file("world.sql").string());
    prevision.ok({"project", "create", "data"});
    prevision.ok({"--project", "data", "connector", "create", "world", "--host", "sqlite://" + database});
    prevision.ok(
        {"--project", "data", "datasource", "create", "people", "--connector", "world", "--table", "people"});
    prevision.ok({"--project", "data", "dataset", "create", "today", "--datasource", "people"});
    prevision.ok({"connector", "create", "shop", "--type", "SQL", "--host", "db.example.com", "--port",
                  "3306", "--username", "reader", "--password-stdin"},
                 "p");
    prevision.ok({"connector", "create", "日本の倉庫", "--type", "S3", "--region", "ap-northeast-1"});
    prevision.ok({"connector", "create", "a connector with a name that is long", "--type", "SFTP", "--host",
                  "files.a-rather-long-domain.example.com", "--username", "someone-with-a-long-name"});
    prevision.ok(
        {"datasource", "create", "orders", "--connector", "shop", "--database", "shop", "--table", "orders"});
    prevision.ok({"datasource", "create", "big", "--connector", "shop", "--database", "shop", "--request",
                  "SELECT id, total FROM orders WHERE total > 100 ORDER BY total DESC"});
    std::ofstream(prevision.file("platform.yaml")) << R"(connectors:
  - {name: shop, type: SQL, host: db2.example.com, port: 3307, username: reader}
  - {name: new, type: FTP, host: ftp.example.com}
)";
}

const std::vector<std::vector<std::string>> commands{
    {"connector", "list"},
    {"connector", "list", "--columns", "name,type,region", "--no-header", "--sort", "-name"},
    {"connector", "list", "--filter", "type=GCP"},
    {"connector", "list", "--filter", "type=GCP", "-o", "json"},
    {"connector", "list", "--limit", "1", "-o", "json"},
    {"connector", "list", "-o", "csv"},
    {"connector", "list", "-o", "yaml", "--limit", "1"},
    {"connector", "list", "-q"},
    {"connector", "show", "shop"},
    {"connector", "show", "nowhere"},
    {"connector", "show", "nowhere", "-o", "json"},
    {"connector", "create", "shop", "--host", "mysql://db"},
    {"connector", "create", "x", "--type", "SFTP", "--host", "h", "--region", "r"},
    {"datasource", "list"},
    {"datasource", "show", "big"},
    {"project", "list"},
    {"connector", "types"},
    {"dataset", "list"},
    {"connector", "list", "--limit", "0"},
    {"profile", "list"},
    {"serve", "token", "list"},
    {"--project", "data", "dataset", "list"},
    {"--project", "data", "dataset", "show", "today"},
    {"--project", "data", "dataset", "head", "today"},
    {"--project", "data", "datasource", "preview", "people", "-n", "2"},
    {"--project", "data", "connector", "browse", "world", "main/people"},
    {"--project", "data", "datasource", "preview", "people", "--sort", "-share", "-o", "tsv"},
    {"diff", "platform.yaml"},
    {"dump"},
    {"connector", "lst"},
    {"connector", "list", "--colums", "name"},
    {"--help"},
    {"project", "create", "--help"},
};

/// What differs from run to run, replaced by texts of the same width: ids, cut ones too, and times.
std::string stable(std::string text) {
    std::erase(text, '\r');
    const std::regex id("\\b([0-9a-f]{24}\\b|[0-9a-f]{2,23}(?=…))");
    std::string result;
    auto rest = text.cbegin();
    for (std::sregex_iterator found(text.begin(), text.end(), id), none; found != none; ++found) {
        result.append(rest, (*found)[0].first);
        for (std::ptrdiff_t i = 0; i < found->length(); ++i) result += i % 2 == 0 ? '1' : 'd';
        rest = (*found)[0].second;
    }
    result.append(rest, text.cend());
    result = std::regex_replace(result, std::regex("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z"),
                                "2026-01-01T00:00:00.000Z");
    return std::regex_replace(result, std::regex("20[0-9]{2}-[0-9]{2}-[0-9]{2}(?!T)"), "2026-01-01");
}

/// Runs them one after the other; nothing for the width is a pipe.
std::string transcript(std::optional<unsigned short> width) {
    const Prevision prevision;
    make_world(prevision);
    std::string text;
    for (const auto& words : commands) {
        text += "$ prevision";
        for (const auto& word : words) text += " " + cli::quote_for_shell(word);
        text += "\n";
        // In the folder of the file that they name.
        std::vector<std::string> run{"/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", prevision.file("").string(),
                                     Prevision::program()};
        run.insert(run.end(), words.begin(), words.end());
        const std::map<std::string, std::string> environment{
            {"PATH", "/usr/bin:/bin"}, {"PREVISION_HOME", prevision.home().string()}, {"LANG", "C.UTF-8"}};
        if (width) {
            TerminalProgram terminal(run, environment, *width);
            const int code = terminal.wait();
            text += stable(terminal.rest());
            if (code != 0) text += fmt::format("[exit code {}]\n", code);
        } else {
            const auto result = testing::RunningProgram(run, environment, "").wait();
            text += stable(result.out + result.err);
            if (result.exit_code != 0) text += fmt::format("[exit code {}]\n", result.exit_code);
        }
        text += "\n";
    }
    return text;
}

std::string content(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

void check(const std::string& name, std::optional<unsigned short> width) {
    const auto text = transcript(width);
    const char* renew = std::getenv("PREVISION_RENEW_GOLDEN");  // NOLINT(concurrency-mt-unsafe): one thread
    if (renew != nullptr) std::ofstream(folder / name, std::ios::binary) << text;
    INFO("made on purpose? tests/cli/golden/renew, and look at what git diff shows");
    CHECK(text == content(folder / name));
}

}  // namespace

TEST_CASE("whole outputs in a pipe") { check("pipe.txt", std::nullopt); }
TEST_CASE("whole outputs on a terminal of 40 cells") { check("terminal-40.txt", 40); }
TEST_CASE("whole outputs on a terminal of 80 cells") { check("terminal-80.txt", 80); }
TEST_CASE("whole outputs on a terminal of 200 cells") { check("terminal-200.txt", 200); }
