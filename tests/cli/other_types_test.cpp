// Types that no engine serves: kept, shown, and refused where they would have to be called.

#include <fstream>

#include <catch2/catch.hpp>

#include "cli/in_process_platform.hpp"
#include "remote/remote_fixture.hpp"
#include "support/program.hpp"

using namespace prevision;
using Prevision = testing::EmbeddedPrevision;
using testing::shell;

TEST_CASE(
    "a GCP connector and its datasources are created, shown, listed and deleted, its credentials sealed") {
    const Prevision prevision;
    const auto credentials = prevision.file("account.json").string();
    std::ofstream(credentials) << R"({"type":"service_account","project_id":"p","private_key":"hush-hush"})";
    prevision.ok({"connector", "create", "cloud", "--type", "GCP", "--credentials-file", credentials});
    prevision.ok({"datasource", "create", "query", "--connector", "cloud", "--g-cloud", "BigQuery",
                  "--database", "d", "--table", "t"});
    prevision.ok({"datasource", "create", "object", "--connector", "cloud", "--g-cloud", "Storage",
                  "--bucket", "b", "--path", "a/b.csv"});
    CHECK(prevision.ok({"connector", "list", "-o", "csv", "--columns", "name,type"}) ==
          "name,type\r\ncloud,GCP\r\n");
    CHECK(prevision.ok({"datasource", "list", "-o", "csv", "--no-header", "--columns",
                        "name,g_cloud,bucket,path"}) == "query,BigQuery,,\r\nobject,Storage,b,a/b.csv\r\n");
    CHECK(prevision.ok({"connector", "show", "cloud", "-o", "json"}).find("hush") == std::string::npos);
    CHECK(shell("grep -rlF hush-hush " + prevision.home().string() + " || true").empty());

    const std::string refusal = "connectors of type GCP are only stored: no engine serves them";
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"connector", "test", "cloud"},
                                                      {"connector", "browse", "cloud"},
                                                      {"datasource", "test", "query"},
                                                      {"datasource", "preview", "object"},
                                                      {"datasource", "cat", "object"},
                                                      {"dataset", "create", "--datasource", "query"}}) {
        const auto refused = prevision(arguments);
        INFO(refused.err);
        CHECK(refused.exit_code == 7);
        CHECK(refused.err.find(refusal) != std::string::npos);
    }
    CHECK(prevision({"connector", "delete", "cloud", "--yes"}).exit_code == 6);
    prevision.ok({"connector", "delete", "cloud", "--yes", "--cascade"});
    CHECK(prevision.ok({"connector", "list", "-q"}).empty());
    CHECK(prevision.ok({"datasource", "list", "-q"}).empty());
}

TEST_CASE("credentials that cannot be right are refused before anything is kept") {
    const Prevision prevision;
    for (const std::string text : {"", "[]", "{", "key"}) {
        const auto file = prevision.file("account.json").string();
        std::ofstream(file) << text;
        const auto refused =
            prevision({"connector", "create", "cloud", "--type", "GCP", "--credentials-file", file});
        CAPTURE(text, refused.err);
        CHECK(refused.exit_code == 7);
    }
    CHECK(prevision({"connector", "create", "cloud", "--type", "GCP"}).exit_code == 7);
    CHECK(prevision({"connector", "create", "cloud", "--type", "GCP", "--credentials-file", "/no/such/file"})
              .exit_code == 3);
    CHECK(prevision.ok({"connector", "list", "-q"}).empty());
}

TEST_CASE("a type that nobody knows is shown as the platform sent it") {
    const std::string connector =
        R"({"_id":"00000000000000000000000c","type":"QUANTUM","name":"q","host":"h","qubits":[1,2.5],"port":"7"})";
    const testing::HttpServer server([&](const testing::HttpRequest& request) -> testing::HttpAnswer {
        if (request.target.find("/projects/") != std::string::npos) {
            return {.body =
                        R"({"items":[)" + connector + R"(],"metaData":{"totalItems":1,"rowsPerPage":100}})"};
        }
        return {.body = connector};
    });
    const testing::RemoteProgram prevision(server.url());
    const auto listed = prevision({"connector", "list", "-o", "csv", "--columns", "name,type,port"});
    CHECK(listed.out == "name,type,port\r\nq,QUANTUM,7\r\n");
    const auto shown = prevision({"connector", "show", "00000000000000000000000c", "-o", "json"});
    CHECK(shown.out.find("\"QUANTUM\"") != std::string::npos);
    CHECK(shown.out.find("2.5") != std::string::npos);
    const auto text = prevision({"connector", "show", "00000000000000000000000c"});
    CHECK(text.out.find("QUANTUM") != std::string::npos);
}
