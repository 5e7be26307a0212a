#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "core/text.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;
using testing::shell;

namespace {

/// The indented block of the README that begins with this line, without its indentation.
std::string block(const std::string& first_line) {
    std::ifstream readme(PREVISION_SOURCE_DIR "/README.md");
    std::string text;
    for (std::string line; std::getline(readme, line);) {
        const bool inside = line.starts_with("    ");
        if (text.empty() ? line.starts_with("    " + first_line) : inside) text += line.substr(4) + "\n";
        if (!text.empty() && !inside) break;
    }
    return text;
}

/// A datasource named orders.
void make_orders(const Prevision& prevision) {
    const auto database = prevision.file("shop.db").string();
    shell("sqlite3 " + database + " 'CREATE TABLE orders (i); INSERT INTO orders VALUES (1)'");
    prevision.ok({"connector", "create", "shop", "--host", "sqlite://" + database});
    prevision.ok({"datasource", "create", "orders", "--connector", "shop", "--table", "orders"});
}

/// Runs the lines as a runner does: in one shell that ends at the first failure.
std::string run(const Prevision& prevision, const std::vector<std::string>& lines) {
    std::ofstream script(prevision.file("script"));
    script << "set -e\ncd " << prevision.file("").string()
           << "\nexport CI=true GITHUB_ACTIONS=true PREVISION_HOME=" << prevision.home().string()
           << "\nPATH=$(dirname " << Prevision::program() << "):$PATH\n";
    for (const auto& line : lines) script << line << "\n";
    script.close();
    return shell("bash " + prevision.file("script").string());
}

}  // namespace

TEST_CASE("the README's GitHub workflow works, step by step") {
    const auto workflow = YAML::Load(block("# GitHub Actions"));
    std::vector<std::string> lines;
    for (const auto& step : workflow["jobs"]["snapshot"]["steps"])
        lines.push_back(step["run"].as<std::string>());
    REQUIRE(lines.size() == 3);
    const Prevision prevision;
    make_orders(prevision);
    lines.insert(lines.begin(), "prevision dump > platform.yaml");
    run(prevision, lines);
    CHECK(shell("cat " + prevision.file("connectors.xml").string()).find("failures=\"0\"") !=
          std::string::npos);
    CHECK(shell("cat " + prevision.file("dataset.json").string()).find("\"sha256\"") != std::string::npos);
}

TEST_CASE("the README's GitLab job works, line by line") {
    const auto job = YAML::Load(block("# GitLab"))["snapshot"];
    const auto lines = job["script"].as<std::vector<std::string>>();
    REQUIRE(lines.size() == 3);
    const Prevision prevision;
    make_orders(prevision);
    run(prevision, lines);
    CHECK(shell("cat " + prevision.file("orders.csv").string()) == "i\r\n1\r\n");
    const auto report = job["artifacts"]["reports"]["junit"].as<std::string>();
    CHECK(shell("cat " + prevision.file(report).string()).find("tests=\"1\"") != std::string::npos);
}

TEST_CASE("the README's line for cron takes a snapshot in the environment that cron gives") {
    const Prevision prevision;
    make_orders(prevision);
    const auto line = split(block("# crontab"), '\n').at(1);
    // Five fields say when; then comes the command.
    std::smatch found;
    REQUIRE(std::regex_match(line, found, std::regex(R"((?:[-0-9*/,]+ ){5}(.*))")));
    const auto programs = std::filesystem::path(Prevision::program()).parent_path().string();
    shell(
        fmt::format("env -i HOME=/nonexistent PREVISION_HOME={} PATH={}:/usr/bin:/bin sh -c '{}' < /dev/null",
                    prevision.home().string(), programs, found.str(1)));
    CHECK(prevision.ok({"dataset", "list", "--no-header", "-o", "csv", "--columns", "state"}) == "done\r\n");
}

TEST_CASE("the README's units for systemd are right, and their command takes a snapshot") {
    const Prevision prevision;
    make_orders(prevision);
    const auto service = block("# ~/.config/systemd/user/orders.service");
    std::smatch found;
    REQUIRE(std::regex_search(service, found, std::regex("ExecStart=/usr/bin/prevision (.*)")));
    run(prevision, {"prevision " + found.str(1)});
    CHECK(prevision.ok({"dataset", "list", "--no-header", "-o", "csv", "--columns", "state"}) == "done\r\n");
    for (const auto* unit : {"orders.service", "orders.timer"}) {
        std::ofstream(prevision.file(unit))
            << std::regex_replace(block(std::string("# ~/.config/systemd/user/") + unit),
                                  std::regex("/usr/bin/prevision"), Prevision::program());
    }
    CHECK(shell("systemd-analyze verify " + prevision.file("orders.timer").string() + " 2>&1").empty());
}

TEST_CASE("the README's lines about manifests and retention work, also when they run again") {
    const Prevision prevision;
    make_orders(prevision);
    const auto night = split(block("# a night that takes nothing"), '\n');
    for (int i = 0; i < 2; ++i) run(prevision, {night.at(1), night.at(2)});
    CHECK(trim(prevision.ok({"dataset", "list", "-o", "json", "--jq", "length"})) == "1");
    prevision.ok({"dataset", "create", "today", "--datasource", "orders"});
    const auto elsewhere = split(block("# a file that goes elsewhere"), '\n');
    run(prevision, {elsewhere.at(1), elsewhere.at(2)});
}

TEST_CASE("the README's picture is that of a session with this program") {
    std::ostringstream picture;
    picture << std::ifstream(PREVISION_SOURCE_DIR "/man/session.svg").rdbuf();
    CHECK(shell(PREVISION_SOURCE_DIR "/tests/picture " + Prevision::program()) == picture.str());
}
