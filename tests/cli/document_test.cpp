#include <algorithm>
#include <fstream>
#include <set>

#include <catch2/catch.hpp>

#include "cli/command/walk.hpp"
#include "cli/in_process_platform.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "support/http_server.hpp"
#include "support/program.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

/// Every verb once, in an order in which each finds what it needs. FOLDER and SERVER are put in.
const std::vector<std::string> lines{
    "project create p",
    "project list",
    "project show p",
    "project update p --description d",
    "project delete p --yes",
    "connector create c --host sqlite://FOLDER/c.db",
    "connector list",
    "connector show c",
    "connector update c --host sqlite://FOLDER/c.db",
    "connector test c",
    "connector test --all",
    "connector browse c",
    "connector types",
    "datasource create d --connector c --table t",
    "datasource list",
    "datasource show d",
    "datasource update d --table u",
    "datasource test d",
    "datasource preview d",
    "datasource schema d",
    "datasource freshness d --column at --max-age 10000d",
    "dataset create s --datasource d",
    "dataset list",
    "dataset show s",
    "dataset head s",
    "dataset verify s",
    "dataset wait s",
    "dataset pin s",
    "dataset unpin s",
    "dataset prune --keep-last 7 --yes",
    "dataset update s --name s",
    "dataset download s --to FOLDER/s.csv",
    "exporter create e --connector c --table out",
    "exporter list",
    "exporter show e",
    "exporter update e --description d",
    "exporter run e --dataset s",
    "exporter exports e",
    "diff FOLDER/x.yaml",
    "apply FOLDER/x.yaml",
    "dump",
    "schema",
    "exporter delete e --yes",
    "dataset delete s --yes",
    "datasource delete d --yes",
    "connector delete c --cascade --yes",
    "serve token create x",
    "serve token list",
    "serve token revoke x",
    "vault status",
    "vault rekey",
    "backup FOLDER/backup.tar",
    "login --url SERVER --token-env TOKEN",
    "profile list",
    "profile show",
    "profile use embedded",
    "profile use default",
    "logout",
    "api GET /version --profile embedded",
    "doctor --profile embedded",
    "version",
};

/// Their data is not an object: the bytes themselves, a script, or none. `restore` needs a home that is empty.
const std::set<std::string> without{"completion", "datasource cat", "restore", "serve"};

}  // namespace

TEST_CASE("every verb writes one document with -o json, and one or none on stderr") {
    const HttpServer server([](const HttpRequest&) { return HttpAnswer{.body = R"({"version":"1"})"}; });
    const EmbeddedPrevision prevision;
    shell(
        "sqlite3 " + prevision.file("c.db").string() +
        " 'CREATE TABLE t (a INTEGER); CREATE TABLE u (a INTEGER, at TEXT); CREATE TABLE out (a INTEGER, at TEXT);"
        " INSERT INTO u VALUES (1, \"2026-01-31T00:00:00Z\")'");
    std::ofstream(prevision.file("x.yaml")) << "connectors: [{name: new, type: FTP, host: h}]";
    auto missing = find_commands(prevision);
    std::erase_if(missing, [&](const Words& words) {
        return without.contains(join(words, " ")) || !is_verb(help_of(prevision, words));
    });
    for (const auto& line : lines) {
        auto words = split(line, ' ');
        std::erase_if(missing, [&](const Words& verb) {
            return verb.size() <= words.size() && std::equal(verb.begin(), verb.end(), words.begin());
        });
        for (auto& word : words) {
            const auto place = word.find("FOLDER");
            if (place != std::string::npos) word.replace(place, 6, prevision.file("").string());
            if (word == "SERVER") word = server.url();
        }
        words.insert(words.end(), {"-o", "json"});
        const auto result =
            prevision(words, "", {{"TOKEN", "x"}, {"XDG_CONFIG_HOME", prevision.file("config").string()}});
        INFO(line << ": " << result.out << result.err);
        CHECK(result.exit_code == 0);
        CHECK_NOTHROW(model::parse_json(result.out));
        if (!result.err.empty()) CHECK_NOTHROW(model::parse_json_object(result.err));
    }
    for (const auto& verb : missing) FAIL_CHECK("no line for " << join(verb, " "));
}

TEST_CASE("what is deleted is shown in the formats of machines, and as a message with a table") {
    const EmbeddedPrevision prevision;
    const auto make = [&] {
        return std::string(trim(prevision.ok({"connector", "create", "c", "--host", "mysql://h", "-q"})));
    };
    auto id = make();
    CHECK(prevision.ok({"connector", "delete", "c", "-q", "--yes"}) == id + "\n");
    id = make();
    const auto shown = prevision.ok({"connector", "show", "c", "-o", "json"});
    CHECK(prevision.ok({"connector", "delete", "c", "-o", "json", "--yes"}) == shown);
    make();
    const auto result = prevision({"connector", "delete", "c", "--yes"});
    CHECK(result.out.empty());
    CHECK(result.err == "deleted the connector 'c'\n");
    // What is not done is not shown.
    make();
    prevision.ok({"datasource", "create", "d", "--connector", "c", "--database", "a", "--table", "b"});
    const auto refused = prevision({"connector", "delete", "c", "-o", "json", "--yes"});
    CHECK(refused.exit_code == 6);
    CHECK(refused.out.empty());
}
