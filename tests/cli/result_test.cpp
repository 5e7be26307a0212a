#include <fstream>

#include <catch2/catch.hpp>

#include "cli/in_process_platform.hpp"
#include "model/json.hpp"
#include "support/program.hpp"

using namespace prevision;
using Prevision = testing::EmbeddedPrevision;

namespace {

/// A home with three connectors.
struct Three : Prevision {
    Three() {
        ok({"connector", "create", "beta", "--host", "mysql://b", "--port", "20"});
        ok({"connector", "create", "alpha", "--host", "mysql://a", "--port", "100"});
        ok({"connector", "create", "gamma", "--host", "mysql://c"});
    }

    [[nodiscard]] std::string names(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(),
                         {"connector", "list", "-o", "tsv", "--no-header", "--columns", "name"});
        return ok(arguments);
    }
};

}  // namespace

TEST_CASE("an empty list is success, and valid in every format") {
    const Prevision prevision;
    CHECK(prevision.ok({"connector", "list"}).empty());
    CHECK(prevision.ok({"connector", "list", "-o", "json"}) == "[]\n");
    CHECK(prevision.ok({"connector", "list", "-o", "jsonl"}).empty());
    CHECK(prevision.ok({"connector", "list", "-o", "csv"}) == "id,name,type,host,port,username\r\n");
    CHECK(prevision.ok({"connector", "list", "-q"}).empty());
}

TEST_CASE("a list is in the order of creation unless it is sorted") {
    const Three prevision;
    CHECK(prevision.names({}) == "beta\nalpha\ngamma\n");
    CHECK(prevision.names({"--sort", "name"}) == "alpha\nbeta\ngamma\n");
    CHECK(prevision.names({"--sort", "-name"}) == "gamma\nbeta\nalpha\n");
    CHECK(prevision.names({"--sort", "port"}) == "gamma\nbeta\nalpha\n");
}

TEST_CASE("a list is filtered by globs and limited") {
    const Three prevision;
    CHECK(prevision.names({"--filter", "name=*a*", "--filter", "host=mysql://[ab]"}) == "beta\nalpha\n");
    CHECK(prevision.names({"--filter", "name=nothing"}).empty());
    CHECK(prevision.names({"--limit", "2"}) == "beta\nalpha\n");
    CHECK(prevision.names({"--limit", "1", "--sort", "name"}) == "alpha\n");
    CHECK(prevision.names({"--limit", "0"}).empty());
}

TEST_CASE("datasources and exporters are listed with the name of their connector") {
    const Three prevision;
    for (const auto* name : {"alpha", "beta"}) {
        prevision.ok({"datasource", "create", std::string("of_") + name, "--connector", name, "--database",
                      "d", "--table", "t"});
    }
    prevision.ok({"exporter", "create", "out", "--connector", "alpha", "--database", "d", "--table", "t"});
    CHECK(prevision.ok({"datasource", "list", "-o", "csv", "--columns", "name,connector"}) ==
          "name,connector\r\nof_alpha,alpha\r\nof_beta,beta\r\n");
    CHECK(prevision.ok({"exporter", "list", "--columns", "name,connector", "--no-header"}) == "out  alpha\n");
    // Also where no cell of it is shown.
    const auto beta = prevision.ok({"datasource", "show", "of_beta", "-q"});
    CHECK(prevision.ok({"datasource", "list", "-q", "--filter", "connector=b*"}) == beta);
    CHECK(prevision.ok({"datasource", "list", "-q", "--sort", "-connector", "--limit", "1"}) == beta);
}

TEST_CASE("a table in a pipe is aligned, plain and not cut") {
    const Three prevision;
    CHECK(prevision.ok({"connector", "list", "--columns", "name,host,port"}) ==
          "NAME   HOST       PORT\n"
          "beta   mysql://b    20\n"
          "alpha  mysql://a   100\n"
          "gamma  mysql://c     -\n");
}

TEST_CASE("json holds the objects as the platform sends them") {
    const Three prevision;
    const auto document = model::parse_json(prevision.ok({"connector", "list", "-o", "json"}));
    REQUIRE(document.IsArray());
    REQUIRE(document.Size() == 3);
    for (const auto* field :
         {"_id", "project_id", "type", "name", "host", "port", "username", "created_at"}) {
        CAPTURE(field);
        CHECK(document[0].HasMember(field));
    }
    CHECK_FALSE(document[0].HasMember("password"));
}

TEST_CASE("messages go only to stderr") {
    const Three prevision;
    const auto result = prevision({"connector", "delete", "beta", "-v", "--yes"});
    CHECK(result.exit_code == 0);
    CHECK(result.out.empty());
    CHECK(result.err.find("deleted the connector 'beta'") != std::string::npos);
    CHECK(result.err.find("DELETE /connectors/") != std::string::npos);
}

TEST_CASE("help goes to stdout and is success, at every level") {
    const Prevision prevision;
    for (const auto& arguments :
         {std::vector<std::string>{"--help"}, {"connector", "--help"}, {"connector", "create", "--help"}}) {
        CHECK(prevision.ok(arguments).find("--help") != std::string::npos);
    }
    CHECK(prevision.ok({"version"}).starts_with("prevision "));
}

TEST_CASE("an error is JSON where that is asked for, whichever word is wrong") {
    const Prevision prevision;
    for (const std::vector<std::string>& wrong :
         {std::vector<std::string>{"connector", "list", "--limit", "x"},
          {"connector", "create", "x", "--port", "y"},
          {"connector", "create", "x", "--if-exists", "maybe"},
          {"dataset", "create", "--progress", "loud"},
          {"connector", "list", "--retries", "x"},
          {"connector", "lst"},
          {"connector", "list", "--nope"},
          {"connector", "list", "--limit=x", "-q="},
          {"connector", "list", "--no-header="},
          {"connector", "list", "--url="},
          {"connector", "show"}}) {
        CAPTURE(wrong);
        for (const bool before : {true, false}) {
            auto arguments = wrong;
            arguments.insert(before ? arguments.begin() : arguments.end(), {"-o", "json"});
            const auto result = prevision(arguments);
            CHECK(result.exit_code == 2);
            CHECK(result.out.empty());
            const auto error = model::parse_json_object(result.err);
            CHECK(model::get_text(error["error"], "class") == "usage");
        }
    }
}

TEST_CASE("columns are known by what a table's header and JSON call them, too") {
    const Three prevision;
    CHECK(
        prevision.ok({"connector", "list", "--columns", "NAME,_id", "-o", "csv", "--filter", "Name=beta"}) ==
        "name,id\r\nbeta," + prevision.ok({"connector", "show", "beta", "-q"}).substr(0, 24) + "\r\n");
}

TEST_CASE("any whole number is a limit, and no number of retries is negative") {
    const Three prevision;
    CHECK(prevision.names({"--limit", "9223372036854775807"}) == "beta\nalpha\ngamma\n");
    CHECK(prevision({"connector", "list", "--limit", "-1"}).exit_code == 2);
    CHECK(prevision({"dataset", "head", "d", "--rows", "-1"}).exit_code == 2);
    CHECK(prevision({"datasource", "preview", "d", "-n", "-1"}).exit_code == 2);
    CHECK(prevision({"connector", "list", "--retries", "-1"}).exit_code == 2);
}

TEST_CASE("the rows of an empty table have a header") {
    const Prevision prevision;
    const auto file = prevision.file("empty.db").string();
    testing::shell("sqlite3 " + file + " 'CREATE TABLE t (a, b)'");
    prevision.ok({"connector", "create", "empty", "--host", "sqlite://" + file});
    prevision.ok({"datasource", "create", "t", "--connector", "empty", "--table", "t"});
    CHECK(prevision.ok({"datasource", "preview", "t"}) == "a  b\n");
}

TEST_CASE("with JSON, apply reports what failed only in its lines") {
    const Prevision prevision;
    const auto taken = prevision.file("taken.yaml").string();
    std::ofstream(taken) << "connectors:\n  - {name: a, type: SQL, host: 'mysql://a'}\n";
    prevision.ok({"apply", taken});
    prevision.ok({"datasource", "create", "t", "--connector", "a", "--database", "d", "--table", "t"});
    std::ofstream(taken) << "connectors: []\n";
    const auto result = prevision({"apply", taken, "--prune", "--yes", "-o", "json"});
    CHECK(result.exit_code == 8);
    CHECK(model::get_text(model::parse_json(result.out)[0], "result") == "failed");
    CHECK_FALSE(model::get_text(model::parse_json(result.out)[0], "message").empty());
    CHECK(model::get_text(model::parse_json_object(result.err)["error"], "class") == "partial");
    std::ofstream(taken) << "connectors:\n  - {name: b, type: SQL, host: 'mysql://b'}\n";
    CHECK(prevision.ok({"diff", taken, "-q"}).empty());
}
