#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/in_process_platform.hpp"
#include "model/json.hpp"
#include "support/program.hpp"

using namespace prevision;
using Prevision = testing::EmbeddedPrevision;
using testing::shell;

namespace {

struct Mistake {
    std::vector<std::string> arguments;
    int exit_code;
    std::string message;  ///< a part of what stderr says
};

}  // namespace

TEST_CASE("bad input gets the exit code that the contract says, and a message that names it") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "db", "--host", "mysql://127.0.0.1:1", "--username", "u"});
    prevision.ok({"datasource", "create", "rows", "--connector", "db", "--database", "d", "--table", "t"});
    const std::vector<Mistake> mistakes{
        {{"connector", "list", "--nope"}, 2, "--nope"},
        {{"conector", "list"}, 2, "conector"},
        {{"connector", "list", "-o", "xml"}, 2, "xml"},
        {{"connector", "list", "--columns", "nope"}, 2, "there is no column 'nope'"},
        {{"connector", "list", "--filter", "nope"}, 2, "COLUMN=GLOB"},
        {{"connector", "list", "--limit", "-1"}, 2, "--limit"},
        {{"connector", "list", "--timeout", "soon"}, 2, "--timeout"},
        {{"connector", "create", "x"}, 2, "--type is missing"},
        {{"connector", "create", "x", "--type", "CSV"}, 7, "type"},
        {{"connector", "create", "x", "--type", "SQL"}, 7, "host"},
        {{"connector", "create", "x", "--host", "mysql://db", "--port", "0"}, 7, "port"},
        {{"connector", "create", "x", "--host", "mysql://db", "--port", "70000"}, 7, "port"},
        {{"connector", "create", "x", "--host", "mysql://db", "--port", "http"}, 2, "http"},
        {{"connector", "create", "x", "--host", "oracle://db"}, 7, "oracle"},
        {{"connector", "create", "x", "--engine", "sqlite", "--host", "shop.db"}, 7, "shop.db"},
        {{"connector", "create", "x", "--host", "db", "--engine", "nope", "--type", "SQL"}, 7, "nope"},
        {{"connector", "create", "db", "--host", "mysql://db"}, 6, "that name is taken"},
        {{"connector", "show", "nowhere"}, 3, "no connector is named 'nowhere'"},
        {{"connector", "show", "0123456789abcdef01234567"}, 3, "0123456789abcdef01234567"},
        {{"connector", "test", "db"}, 5, "127.0.0.1:1"},
        {{"datasource", "create", "x", "--connector", "nowhere", "--table", "t"}, 3, "nowhere"},
        {{"datasource", "create", "x", "--table", "t"}, 2, "--connector"},
        {{"datasource", "create", "x", "--connector", "db", "--database", "d"}, 7, "table"},
        {{"datasource", "create", "x", "--connector", "db", "--table", "t"}, 7, "database"},
        {{"datasource", "create", "x", "--connector", "db", "--request", "DROP TABLE t"}, 7, "request"},
        {{"datasource", "test", "rows"}, 5, "127.0.0.1:1"},
        {{"datasource", "preview", "rows"}, 5, "127.0.0.1:1"},
        {{"dataset", "create", "x", "--datasource", "nowhere"}, 3, "nowhere"},
        {{"dataset", "create", "x", "--datasource", "rows"}, 5, "127.0.0.1:1"},
        {{"dataset", "head", "nowhere"}, 3, "nowhere"},
        {{"--project", "nowhere", "connector", "list"}, 3, "nowhere"},
        {{"--url", "https://platform.invalid", "connector", "list"}, 4, "PREVISION_MASTER_TOKEN"},
    };
    for (const auto& mistake : mistakes) {
        const auto result = prevision(mistake.arguments);
        INFO("prevision " << Catch::StringMaker<std::vector<std::string>>::convert(mistake.arguments) << "\n"
                          << result.err);
        CHECK(result.exit_code == mistake.exit_code);
        CHECK(result.err.starts_with("prevision: "));
        CHECK(result.err.find(mistake.message) != std::string::npos);
    }
}

TEST_CASE("with -o json an error is one JSON object on stderr") {
    const Prevision prevision;
    const auto result = prevision({"connector", "show", "nowhere", "-o", "json"});
    CHECK(result.out.empty());
    const auto document = model::parse_json(result.err);
    const auto* error = model::find_member(document, "error");
    REQUIRE(error != nullptr);
    CHECK(model::get_text(*error, "class") == "not_found");
    CHECK(model::get_text(*error, "message") == "no connector is named 'nowhere'");
    CHECK(model::get_text(*error, "hint") == "'prevision connector list' shows what there is");
    CHECK(model::get_boolean(*error, "retryable") == false);
    CHECK(error->HasMember("status"));
}

TEST_CASE("an unreachable platform is reported within the time limit") {
    const Prevision prevision;
    const auto result =
        prevision({"connector", "list", "--url", "http://127.0.0.1:1", "--retries", "0"}, "",
                  {{"PREVISION_MASTER_TOKEN", "token"}, {"PREVISION_PROJECT", "0123456789abcdef01234567"}});
    CHECK(result.exit_code == 5);
    CHECK(result.err.find("127.0.0.1") != std::string::npos);
    CHECK(result.err.find("token\n") == std::string::npos);
}

TEST_CASE("a home that cannot be created is a clear error") {
    const Prevision prevision;
    std::ofstream(prevision.file("plain")) << "x";
    const auto result =
        prevision({"connector", "list"}, "", {{"PREVISION_HOME", prevision.file("plain/home").string()}});
    CHECK(result.exit_code == 1);
    CHECK(result.err.find(prevision.file("plain").string()) != std::string::npos);
}

TEST_CASE("a home that may not be read is a clear error") {
    const testing::Prevision prevision;
    prevision.ok({"connector", "list"});
    // Root may read anything: as root the program is run as nobody.
    std::string as_nobody;
    if (::geteuid() == 0) {
        shell("chown -R 0:0 " + prevision.home().string());
        as_nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
    } else {
        ::chmod(prevision.home().c_str(), 0);
    }
    shell("chmod 755 " + prevision.file("").string());
    const auto result = shell(as_nobody + "env PREVISION_HOME=" + prevision.home().string() + " " +
                              prevision.program() + " connector list 2>&1; echo code $?");
    ::chmod(prevision.home().c_str(), 0700);
    CHECK(result.find("Permission denied") != std::string::npos);
    CHECK(result.find(prevision.home().string()) != std::string::npos);
    CHECK(result.ends_with("code 1\n"));
}

TEST_CASE("a damaged store is an error that names the file and loses nothing") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "x", "--host", "mysql://db"});
    shell("rm -f " + (prevision.home() / "prevision.db-wal").string());
    const std::string rubbish(8192, 'x');
    std::ofstream(prevision.home() / "prevision.db", std::ios::binary) << rubbish;
    const auto result = prevision({"connector", "list"});
    CHECK(result.exit_code == 9);
    CHECK(result.err.find("prevision.db") != std::string::npos);
    CHECK(shell("cat " + (prevision.home() / "prevision.db").string()) == rubbish);
}

TEST_CASE("a closed pipe ends quietly") {
    const testing::Prevision prevision;
    shell("sqlite3 " + prevision.file("n.db").string() +
          " 'CREATE TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 300000) "
          "SELECT i FROM c'");
    prevision.ok({"connector", "create", "x", "--host", "sqlite://" + prevision.file("n.db").string()});
    prevision.ok({"datasource", "create", "n", "--connector", "x", "--table", "n"});
    const auto home = "PREVISION_HOME=" + prevision.home().string() + " ";
    CHECK(shell("bash -c 'set -o pipefail; " + home + prevision.program() +
                " datasource cat n 2>&1 | head -n 2'") == "i\r\n1\r\n");
}

TEST_CASE("a stream that comes closed is written to nowhere, least of all to a file of the platform") {
    const testing::Prevision prevision;
    shell("sqlite3 " + prevision.file("n.db").string() + " 'CREATE TABLE n (i); INSERT INTO n VALUES (7)'");
    const auto run = [&](const std::string& arguments) {
        return shell("PREVISION_HOME=" + prevision.home().string() + " " + prevision.program() + " " +
                     arguments + "; echo $?");
    };
    CHECK(run("connector create x --host sqlite://" + prevision.file("n.db").string() + " <&- >&- 2>&-") ==
          "1\n");
    CHECK(run("datasource create n --connector x --table n 2>/dev/null >&-") == "1\n");
    CHECK(run("project list 2>&1 >&-") == "prevision: cannot write the output: Bad file descriptor\n1\n");
    // Its result cannot be written, and all else is done.
    CHECK(run("dataset create d --datasource n --progress json <&- >&- 2>&-") == "1\n");
    CHECK(run("dataset verify nothing <&- 2>&-") == "3\n");
    CHECK(prevision.ok({"dataset", "download", "d", "--to", "-"}) == "i\r\n7\r\n");
    prevision.ok({"dataset", "verify", "d"});
    prevision.ok({"doctor"});
}

TEST_CASE("output to a full disk is an error") {
    const testing::Prevision prevision;
    const auto result = shell("PREVISION_HOME=" + prevision.home().string() + " " + prevision.program() +
                              " project list 2>&1 >/dev/full; echo code $?");
    CHECK(result.find("No space left on device") != std::string::npos);
    CHECK(result.ends_with("code 1\n"));
}
