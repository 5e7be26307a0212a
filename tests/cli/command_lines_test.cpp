// Every command line of the contract, the README and the manual, run as it is written by a shell. Names of
// hosts that stand for the reader's own are replaced by those of servers of the test.
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/text.hpp"
#include "server/served.hpp"
#include "support/certificate.hpp"
#include "support/mariadb_server.hpp"
#include "support/proftpd_server.hpp"
#include "support/program.hpp"
#include "support/terminal.hpp"

using namespace prevision;
using testing::Prevision;
using testing::TerminalProgram;

namespace {

std::string content(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

void write(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

/// Command lines that belong together, each whole: "\" at its end goes on.
using Block = std::vector<std::string>;

/// The command lines of a text: those that begin with the program's name, or hold it in $(...).
Block command_lines(const std::vector<std::string>& lines) {
    Block block;
    std::string line;
    for (const auto& part : lines) {
        if (trim(part).starts_with('-') && line.empty())
            continue;  // a step of a workflow: readme_test runs these
        const bool goes_on = !line.empty();
        line += part;
        if (part.ends_with('\\')) {
            line += "\n";
            continue;
        }
        if (goes_on || line.starts_with("prevision ") || line.find("$(prevision ") != std::string::npos ||
            line.find("<(prevision ") != std::string::npos)
            block.push_back(line);
        line.clear();
    }
    return block;
}

/// The indented blocks of the README that hold command lines, without what is shown of their output.
std::vector<Block> readme_blocks() {
    std::vector<Block> blocks;
    std::vector<std::string> lines;
    for (auto line : split(content(PREVISION_SOURCE_DIR "/README.md") + "\n#", '\n')) {
        if (line.starts_with("    ")) {
            line.erase(0, 4);
            if (line.starts_with("$ ")) line.erase(0, 2);
            lines.push_back(line);
            continue;
        }
        if (line.empty() && lines.empty()) continue;
        if (auto block = command_lines(lines); !block.empty()) blocks.push_back(block);
        lines.clear();
    }
    return blocks;
}

/// The examples of the manual's pages, each for itself.
std::vector<Block> manual_blocks() {
    std::vector<Block> blocks;
    for (const auto& page : std::filesystem::directory_iterator(PREVISION_SOURCE_DIR "/man")) {
        if (page.path().extension() != ".1") continue;
        std::vector<std::string> lines;
        bool inside = false;
        for (const auto& line : split(content(page.path()), '\n')) {
            if (line == ".EX" || line == ".EE") {
                inside = line == ".EX";
            } else if (inside) {
                auto text = line;
                for (const auto& [roff, plain] :
                     std::vector<std::pair<std::string, std::string>>{{"\\\\-", "-"},
                                                                      {"\\\\\\(dq", "\""},
                                                                      {"\\\\\\(aq", "'"},
                                                                      {"\\\\\\(ti", "~"},
                                                                      {"\\\\e", "\\"}})
                    text = std::regex_replace(text, std::regex(roff), plain);
                lines.push_back(text);
            }
        }
        for (const auto& line : command_lines(lines)) blocks.push_back({line});
    }
    return blocks;
}

std::vector<Block> contract_block() {
    return {command_lines(split(content(PREVISION_SOURCE_DIR "/tests/cli/contract_lines.txt"), '\n'))};
}

/// What the lines speak of: a database with tables, a platform across the network, files, and a home with
/// objects of the names that are used.
class World {
  public:
    World() {
        database_.query(
            "CREATE DATABASE my_db; CREATE TABLE my_db.table1 (i INT); INSERT INTO my_db.table1 VALUES (1);"
            "CREATE TABLE shop.orders (id INT, total INT, updated_at TIMESTAMP DEFAULT NOW());"
            "INSERT INTO shop.orders (id, total) VALUES (1, 200), (2, 3);"
            "CREATE TABLE shop.orders_2026 (id INT); CREATE TABLE shop.results LIKE shop.orders;");
        const auto work = prevision_.file("template/desk");
        for (const auto* name : {"password.txt", "new.txt"}) write(work / name, database_.password() + "\n");
        write(work / "secret.txt", "secret\n");
        for (const auto& folder : {work, files_.home()}) write(folder / "leads.csv", "id;name\n1;a\n");
        write(work / "results.csv", "id,total\n1,2\n");
        write(work / "token.txt", served_.admin() + "\n");
        write(work / ".ssh/id_ed25519", files_.private_key());
        // Where exports are written, by whoever the server runs as.
        std::filesystem::create_directories(files_.home() / "out");
        std::filesystem::permissions(files_.home() / "out", std::filesystem::perms::all);
        write(work / "bin/pass", "#!/bin/sh\necho " + served_.admin() + "\n");
        std::filesystem::permissions(work / "bin/pass", std::filesystem::perms::owner_all);
        std::filesystem::create_directories(work / ".config/fish/completions");
        std::filesystem::create_directories(work / ".zfunc");
        const auto pair = testing::make_certificate(work, "IP:127.0.0.1");
        std::filesystem::copy_file(pair.certificate, work / "cert.pem");
        if (pair.key != work / "key.pem") std::filesystem::copy_file(pair.key, work / "key.pem");
        for (
            const auto* line :
            {"connector create shop --host mysql://db.example.com --port 3306 --username tester --password-file password.txt",
             "connector create files --type SFTP --host files.example.com --username reader --private-key-file ~/.ssh/id_ed25519",
             "datasource create orders --connector shop --database shop --table orders",
             "datasource create leads --connector files --path leads.csv",
             "dataset create today --datasource orders", "dataset create orders_today --datasource orders",
             "exporter create results --connector shop --database shop --table results",
             "project create my_project",
             "connector create my_connector --host mysql://db.example.com --port 3306 --username tester --password-file password.txt",
             "datasource create my_datasource --connector shop --database shop --table orders",
             "dataset create my_dataset --datasource orders",
             "dataset download my_dataset --to january.csv --manifest",
             "exporter create my_exporter --connector shop --database shop --table results",
             "serve token create alice", "dump > platform.yaml",
             "login --url https://cloud.example.com --profile work --token-stdin < token.txt"}) {
            const auto [code, shown] = run("template", {std::string("prevision ") + line});
            if (code != 0) throw std::runtime_error(shown);
        }
        // Gone where a line makes it; here so that others find it.
        std::filesystem::rename(work / ".config", prevision_.file("config"));
        std::filesystem::create_directories(work / ".config/fish/completions");
    }

    /// Runs a block in a copy of the world. Answers the exit code and what the terminal showed.
    std::pair<int, std::string> run(const Block& block) {
        std::filesystem::remove_all(prevision_.file("copy"));
        std::filesystem::copy(prevision_.file("template"), prevision_.file("copy"),
                              std::filesystem::copy_options::recursive);
        const auto all = join(block, "\n");
        if (std::regex_search(all, std::regex("profile|logout"))) {
            std::filesystem::copy(
                prevision_.file("config"), prevision_.file("copy/desk/.config"),
                std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
        }
        return run("copy", block);
    }

  private:
    std::string replaced(std::string line) const {
        const std::vector<std::pair<std::string, std::string>> own{
            {"https://(cloud\\.example\\.com|data\\.example\\.com:8443)", served_.url()},
            {"db\\.example\\.com|myserver\\.com", "127.0.0.1"},
            {"--port 3306", fmt::format("--port {}", database_.port())},
            {"--username (reader|username)\\b", "--username tester"},
            {"files\\.example\\.com", fmt::format("127.0.0.1 --port {}", files_.sftp_port())},
            {"--listen 0\\.0\\.0\\.0:8443", "--listen 127.0.0.1:0"},
            {"^prevision serve$", "prevision serve --listen 127.0.0.1:0"},
            {"--allow-files /srv/data", "--allow-files ."},
            {"--project sales", "--project default"}};
        for (const auto& [name, here] : own) line = std::regex_replace(line, std::regex(name), here);
        return line;
    }

    /// What a line makes must not be there yet.
    static std::string clearing(const Block& block) {
        std::string script;
        const std::regex creation(
            "prevision (connector|datasource|dataset|exporter|project) create ([A-Za-z_]+)");
        const std::regex token("prevision serve token create ([a-z]+)");
        for (const auto& line : block) {
            std::smatch found;
            if (std::regex_search(line, found, creation))
                script += fmt::format("prevision {} delete {} --cascade --yes || true\n", found.str(1),
                                      found.str(2));
            if (std::regex_search(line, found, token))
                script += fmt::format("prevision serve token revoke {} || true\n", found.str(1));
        }
        return script;
    }

    std::pair<int, std::string> run(const std::string& world, const Block& block) {
        const auto work = prevision_.file(world + "/desk");
        std::string script =
            "set -e; cd " + work.string() + "\n(" + clearing(block) + ":) > /dev/null 2>&1\n";
        bool serves = false;
        bool asks = false;
        for (const auto& line : block) {
            script += replaced(line) + "\n";
            serves = serves || std::regex_search(line, std::regex("^prevision serve($| --listen)"));
            asks = asks ||
                   (line.find("login") != std::string::npos && line.find("--token") == std::string::npos);
        }
        write(prevision_.file("script"), script);
        TerminalProgram terminal(
            {"/bin/bash", prevision_.file("script").string()},
            {{"PATH", (work / "bin").string() + ":" +
                          std::filesystem::path(Prevision::program()).parent_path().string() +
                          ":/usr/bin:/bin"},
             {"HOME", work.string()},
             {"LANG", "C.UTF-8"},
             {"PREVISION_HOME", prevision_.file(world + "/home").string()}});
        if (asks) {
            terminal.read_until("Token for");
            terminal.read_until(": ");
            terminal.type(served_.admin() + "\n");
        }
        if (serves) {
            terminal.read_until("serving");
            terminal.type("\x03");
        }
        const int code = terminal.wait();
        // A server that is asked to end has done what it should.
        return {serves && code == 130 ? 0 : code, script + terminal.rest()};
    }

    testing::MariadbServer database_;
    testing::ProftpdServer files_;
    testing::Served served_;
    Prevision prevision_;
};

void run_all(const std::vector<Block>& blocks) {
    World world;
    for (const auto& block : blocks) {
        const auto [code, shown] = world.run(block);
        INFO(shown);
        CHECK(code == 0);
    }
}

}  // namespace

TEST_CASE("the contract's command lines do what they say") {
    const auto blocks = contract_block();
    REQUIRE(blocks.front().size() == 5);
    run_all(blocks);
}

TEST_CASE("the README's command lines do what they say") {
    const auto blocks = readme_blocks();
    REQUIRE(blocks.size() >= 5);
    run_all(blocks);
}

TEST_CASE("the manual's examples do what they say") {
    const auto blocks = manual_blocks();
    REQUIRE(blocks.size() >= 50);
    run_all(blocks);
}
