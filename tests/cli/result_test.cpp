#include <catch2/catch.hpp>

#include "model/json.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;

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

TEST_CASE("messages go to stderr alone") {
    const Three prevision;
    const auto result = prevision({"connector", "delete", "beta", "-v"});
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
