#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "cli/in_process_platform.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "support/program.hpp"

using namespace prevision;
using Prevision = testing::EmbeddedPrevision;
using testing::shell;

namespace {

const std::map<std::string, std::string> github{{"GITHUB_ACTIONS", "true"}, {"CI", "true"}};

/// Two connectors: one that works, one that does not.
void make_connectors(const Prevision& prevision) {
    shell("sqlite3 " + prevision.file("a.db").string() + " 'CREATE TABLE t (i); INSERT INTO t VALUES (1)'");
    prevision.ok({"connector", "create", "good", "--host", "sqlite://" + prevision.file("a.db").string()});
    prevision.ok({"connector", "create", "bad <&>", "--host", "mysql://127.0.0.1:1"});
}

}  // namespace

TEST_CASE("in GitHub Actions an error is an annotation too, on one line") {
    const Prevision prevision;
    const auto result = prevision({"connector", "show", "no\nwhere%"}, "", github);
    CHECK(result.exit_code == 3);
    CHECK(result.err.find("::error title=prevision::no connector is named 'no%0Awhere%25'%0Ahint: ") !=
          std::string::npos);
    CHECK(prevision({"connector", "show", "nowhere"}).err.find("::error") == std::string::npos);
    const auto json = prevision({"connector", "show", "nowhere", "-o", "json"}, "", github);
    CHECK_NOTHROW(model::parse_json(json.err));
}

TEST_CASE("in GitHub Actions the platform's token is masked, be it a variable's or a profile's") {
    const Prevision prevision;
    auto environment = github;
    environment.insert({{"PREVISION_URL", "http://127.0.0.1:1"}, {"PREVISION_MASTER_TOKEN", "t0ken"}});
    const auto variable = prevision({"project", "list", "--retries", "0"}, "", environment);
    CHECK(variable.exit_code == 5);
    CHECK(variable.err.starts_with("::add-mask::t0ken\n"));
    const auto config = prevision.file("config").string();
    shell("mkdir -p " + config + "/prevision");
    std::ofstream(config + "/prevision/config.json")
        << R"({"profiles":{"p":{"url":"http://127.0.0.1:1","token_command":"echo from-command"}}})";
    environment = github;
    environment.insert({{"XDG_CONFIG_HOME", config}, {"PREVISION_PROFILE", "p"}});
    const auto profile = prevision({"project", "list", "--retries", "0"}, "", environment);
    INFO(profile.err);
    CHECK(profile.err.starts_with("::add-mask::from-command\n"));
}

TEST_CASE("in GitHub Actions a secret that is read is masked in the log, line by line") {
    const Prevision prevision;
    const std::vector<std::string> create{"connector",  "create",     "x", "--host",
                                          "mysql://db", "--username", "u", "--password-stdin"};
    CHECK(prevision(create, "hunter%2\nsecond\n", github)
              .err.find("::add-mask::hunter%252\n::add-mask::second\n") != std::string::npos);
    auto other = create;
    other[2] = "y";
    CHECK(prevision(other, "hunter2\n").err.find("hunter2") == std::string::npos);
}

TEST_CASE("test --all tests every connector, a result a line, and exits with 8 when some fail") {
    const Prevision prevision;
    make_connectors(prevision);
    const auto junit = prevision.file("results.xml");
    const auto result = prevision({"connector", "test", "--all", "-j", "2", "--junit", junit.string()});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 8);
    CHECK(result.out.find("ok      good") != std::string::npos);
    CHECK(result.out.find("failed  bad <&>") != std::string::npos);
    CHECK(result.err.find("1 of 2 connectors failed the test") != std::string::npos);
    const auto xml = shell("cat " + junit.string());
    CHECK(xml.find("tests=\"2\" failures=\"1\"") != std::string::npos);
    CHECK(xml.find("name=\"bad &lt;&amp;&gt;\"") != std::string::npos);
    const auto lines = prevision({"connector", "test", "--all", "-o", "jsonl"});
    CHECK(lines.exit_code == 8);
    CHECK(std::count(lines.out.begin(), lines.out.end(), '\n') == 2);
    // Before anything is tested.
    const auto nowhere =
        prevision({"connector", "test", "--all", "--junit", prevision.file("no/folder.xml").string()});
    CHECK(nowhere.exit_code == 1);
    CHECK(nowhere.out.empty());
}

TEST_CASE("test --all of datasources, of none, and with what contradicts it") {
    const Prevision prevision;
    make_connectors(prevision);
    CHECK(prevision({"datasource", "test", "--all"}).exit_code == 0);
    prevision.ok({"datasource", "create", "rows", "--connector", "good", "--table", "t"});
    CHECK(prevision({"datasource", "test", "--all"}).exit_code == 0);
    CHECK(prevision({"datasource", "test", "rows", "--all"}).exit_code == 2);
    CHECK(prevision({"datasource", "test"}).exit_code == 2);
    CHECK(prevision({"datasource", "test", "--all", "-j", "0"}).exit_code == 2);
    CHECK(prevision({"datasource", "test", "rows", "--junit", "x.xml"}).exit_code == 2);
}

TEST_CASE("doctor finds nothing wrong in a good home, and tells what others may read") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "x", "--host", "mysql://db", "--username", "u", "--password-stdin"},
                 "secret");
    const auto good = prevision({"doctor", "-o", "json"}, "", {{"LANG", "C.UTF-8"}});
    INFO(good.out << good.err);
    CHECK(good.exit_code == 0);
    CHECK(good.out.find("\"library curl\"") != std::string::npos);
    CHECK(good.out.find("\"engine mysql\"") != std::string::npos);
    CHECK(good.out.find("\"default, " + prevision.ok({"project", "show", "default", "-q"}).substr(0, 24)) !=
          std::string::npos);
    std::filesystem::permissions(prevision.home() / "vault.key", std::filesystem::perms(0644));
    const auto open = prevision({"doctor"});
    CHECK(open.exit_code == 8);
    CHECK(open.out.find("chmod 600 " + (prevision.home() / "vault.key").string()) != std::string::npos);
}

TEST_CASE("doctor tells the profile, the platform's URL, and who may read the profiles") {
    const Prevision prevision;
    const auto config = prevision.file("config").string();
    shell("mkdir -p " + config + "/prevision");
    std::ofstream(config + "/prevision/config.json")
        << R"({"profiles":{"p":{"url":"http://127.0.0.1:1","token":"t"}}})";
    shell("chmod 644 " + config + "/prevision/config.json");
    const auto result =
        prevision({"doctor", "-o", "csv", "--columns", "check,result,detail,hint", "--retries", "0"}, "",
                  {{"XDG_CONFIG_HOME", config}, {"PREVISION_PROFILE", "p"}});
    INFO(result.out);
    CHECK(result.exit_code == 8);
    CHECK(result.out.find("\nprofile,ok,\"p of 1, http://127.0.0.1:1\",\r\n") != std::string::npos);
    CHECK(result.out.find("\nplatform,failed,") != std::string::npos);
    CHECK(result.out.find("chmod 600 " + config + "/prevision/config.json") != std::string::npos);
    CHECK(prevision.ok({"doctor", "-o", "csv"}).find("\nprofile,ok,none") != std::string::npos);
}

TEST_CASE("doctor tells which file cannot be looked at, and goes on") {
    const Prevision prevision;
    const auto loop = prevision.file("loop");
    std::filesystem::create_symlink("loop", loop);
    const auto result = prevision({"doctor", "-o", "csv"}, "", {{"XDG_CONFIG_HOME", loop.string()}});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 8);
    const auto file = (loop / "prevision/config.json").string();
    CHECK(result.out.find("\nconfig.json,failed," + file + ": Too many levels of symbolic links,") !=
          std::string::npos);
    CHECK(result.out.find("\nprofile,failed,cannot open " + file) != std::string::npos);
    CHECK(result.out.find("\nengine sqlite,ok,") != std::string::npos);
}

TEST_CASE("version -o json names the libraries, and how the program was built") {
    const Prevision prevision;
    const auto document = model::parse_json(prevision.ok({"version", "-o", "json"}));
    CHECK(model::get_text(document, "name") == "prevision");
    REQUIRE(model::find_member(document, "libraries") != nullptr);
    CHECK(model::get_text(*model::find_member(document, "libraries"), "sqlite") ==
          shell("sqlite3 --version | cut -d' ' -f1 | tr -d '\\n'"));
    REQUIRE(model::find_member(document, "build") != nullptr);
    CHECK(
        prevision.ok({"version"}).find(model::get_text(*model::find_member(document, "build"), "compiler")) !=
        std::string::npos);
}

TEST_CASE("a definition is checked before anything is sent, and the flag is named") {
    const Prevision prevision;
    struct Case {
        std::vector<std::string> options;
        std::string message;
        std::string hint;
    };
    const std::vector<Case> cases{
        {{"--type", "SQL", "--engine", "mysq", "--host", "db"},
         "invalid --engine: there is no engine 'mysq'",
         "did you mean mysql?"},
        {{"--type", "SLQ", "--host", "db"}, "invalid --type: 'SLQ' is not one of", "did you mean SQL?"},
        {{"--engine", "mysql"}, "invalid --host: it is required for MySQL and MariaDB", "name or address"},
        {{"--host", "mysql://db", "--tls", "requre"},
         "invalid --tls: 'requre' is not one of",
         "did you mean require?"},
        {{"--host", "sqlite:///a.db", "--username", "u"},
         "invalid --username: it does not apply to SQLite",
         "it takes --host"},
        {{"--host", "sqlite:///a.db", "--tls", "require"},
         "invalid --tls: it does not apply to SQLite",
         "it takes --host"}};
    for (const auto& each : cases) {
        std::vector<std::string> arguments{"connector", "create", "x"};
        arguments.insert(arguments.end(), each.options.begin(), each.options.end());
        const auto result = prevision(arguments);
        INFO(result.err);
        CHECK(result.exit_code == 7);
        CHECK(result.err.find(each.message) != std::string::npos);
        CHECK(result.err.find(each.hint) != std::string::npos);
    }
    CHECK(prevision.ok({"connector", "list", "-q"}).empty());
}

TEST_CASE("connector types lists the engines, and --help with --type what that type takes") {
    const Prevision prevision;
    const auto types = prevision.ok({"connector", "types"});
    CHECK(types.find("mysql") != std::string::npos);
    CHECK(types.find("  host port username tls mode\n") != std::string::npos);
    for (const auto& line : split(types, '\n')) CHECK(line.size() <= 80);
    const auto document = model::parse_json(prevision.ok({"connector", "types", "-o", "json"}));
    CHECK(document.IsArray());
    const auto all = prevision.ok({"connector", "create", "--help"});
    const auto sql = prevision.ok({"connector", "create", "--type", "SQL", "--help"});
    CHECK(all.find("--credentials-file") != std::string::npos);
    CHECK(sql.find("--credentials-file") == std::string::npos);
    CHECK(sql.find("--password-stdin") != std::string::npos);
    CHECK(sql.find("      --region") == std::string::npos);
    CHECK(all.find("      --region") != std::string::npos);
}
