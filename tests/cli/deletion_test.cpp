// Deleting: what is asked, what is named, and several names in one command.
#include <catch2/catch.hpp>

#include "cli/in_process_platform.hpp"
#include "core/text.hpp"
#include "model/json.hpp"

using namespace prevision;
using testing::InProcess;
using Prevision = testing::EmbeddedPrevision;

namespace {

/// Connectors `a` and `b`, and a datasource `rows` and an exporter `out` that depend on `a`.
struct World : Prevision {
    World() {
        ok({"connector", "create", "a", "--host", "mysql://a"});
        ok({"connector", "create", "b", "--host", "mysql://b"});
        ok({"datasource", "create", "rows", "--connector", "a", "--database", "d", "--table", "t"});
        ok({"exporter", "create", "out", "--connector", "a", "--database", "d", "--table", "t"});
    }

    [[nodiscard]] std::string connectors() const {
        return ok({"connector", "list", "--columns", "name", "--no-header"});
    }
};

}  // namespace

TEST_CASE("where nobody can be asked, deleting needs --yes, and the refusal names what would go") {
    const World prevision;
    const auto refused = prevision({"connector", "delete", "b"});
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.find("Delete the connector 'b'?") != std::string::npos);
    CHECK(refused.err.find("hint: --yes") != std::string::npos);
    const auto cascade = prevision({"connector", "delete", "a", "--cascade"});
    CHECK(cascade.exit_code == 2);
    CHECK(cascade.err.find("the connector 'a', and what depends on it: the exporter 'out', the datasource "
                           "'rows'?") != std::string::npos);
    CHECK(prevision.connectors() == "a\nb\n");
    CHECK(prevision.ok({"datasource", "list", "--columns", "name", "--no-header"}) == "rows\n");
}

TEST_CASE("a cascade names what it deletes before and after") {
    const World prevision;
    const auto result = prevision({"connector", "delete", "a", "--cascade", "--yes"});
    CHECK(result.exit_code == 0);
    CHECK(result.err ==
          "deleting the connector 'a', and what depends on it: the exporter 'out', the datasource 'rows'\n"
          "deleted the exporter 'out'\ndeleted the datasource 'rows'\ndeleted the connector 'a'\n");
    CHECK(prevision.connectors() == "b\n");
}

TEST_CASE("a cascade of a project names all that it holds") {
    const World prevision;
    const auto refused = prevision({"project", "delete", "default", "--cascade"});
    CHECK(refused.exit_code == 2);
    for (const auto* name :
         {"the connector 'a'", "the connector 'b'", "the datasource 'rows'", "the exporter 'out'"})
        CHECK(refused.err.find(name) != std::string::npos);
}

TEST_CASE("with JSON, what a cascade deleted is in the warnings") {
    const World prevision;
    const auto result = prevision({"connector", "delete", "a", "--cascade", "--yes", "-o", "json"});
    CHECK(model::get_text(model::parse_json(result.out), "name") == "a");
    CHECK(result.err == R"({"warnings":["deleted the exporter 'out'","deleted the datasource 'rows'"]})"
                        "\n");
}

TEST_CASE("several are deleted in one command, and one that fails does not keep the others") {
    const World prevision;
    const auto result = prevision({"connector", "delete", "a", "nowhere", "b", "b", "--yes"});
    CHECK(result.exit_code == 8);
    CHECK(result.err.find("no connector is named 'nowhere'") != std::string::npos);
    CHECK(result.err.find("delete all of it with --cascade") != std::string::npos);
    CHECK(result.err.find("deleted the connector 'b'") != std::string::npos);
    CHECK(result.err.find("2 of 4 connectors were not deleted") != std::string::npos);
    CHECK(prevision.connectors() == "a\n");
    // Of several names the result is a list, however many were found.
    prevision.ok({"connector", "create", "c", "--host", "mysql://h"});
    CHECK(prevision({"connector", "delete", "nowhere", "c", "--yes", "--jq", "map(.name)"}).out ==
          "[\"c\"]\n");
}

TEST_CASE("ids from -q are the names of other commands") {
    const World prevision;
    auto ids = split(std::string(trim(prevision.ok({"connector", "list", "-q"}))), '\n');
    std::vector<std::string> arguments{"connector", "show", "-q"};
    arguments.insert(arguments.end(), ids.begin(), ids.end());
    CHECK(prevision.ok(arguments) == prevision.ok({"connector", "list", "-q"}));
    arguments = {"connector", "delete", "--cascade", "--yes", "-o", "json"};
    arguments.insert(arguments.end(), ids.begin(), ids.end());
    const auto deleted = prevision(arguments);
    CHECK(deleted.exit_code == 0);
    CHECK(model::parse_json(deleted.out).Size() == 2);
    CHECK(prevision.connectors().empty());
}

TEST_CASE("delete --if-exists succeeds where there is nothing, and still deletes what there is") {
    const World prevision;
    const auto nothing = prevision({"connector", "delete", "nowhere", "--if-exists"});
    CHECK(nothing.exit_code == 0);
    CHECK(nothing.out.empty());
    CHECK(nothing.err == "no connector is named 'nowhere': nothing was deleted\n");
    CHECK(prevision.ok({"connector", "delete", "nowhere", "--if-exists", "-o", "json"}) == "[]\n");
    prevision.ok({"connector", "delete", "nowhere", "b", "--if-exists", "--yes"});
    CHECK(prevision.connectors() == "a\n");
    CHECK(prevision({"connector", "delete", "nowhere", "--yes"}).exit_code == 3);
}

TEST_CASE("a name of several objects is refused with every id, by each verb and choice") {
    const World prevision;
    for (int i = 0; i < 2; ++i)
        prevision.ok({"connector", "create", "b", "--host", "mysql://c", "--if-exists", "duplicate"});
    const auto ids =
        split(std::string(trim(prevision.ok({"connector", "list", "-q", "--filter", "name=b"}))), '\n');
    REQUIRE(ids.size() == 3);
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"connector", "show", "b"},
          {"connector", "delete", "b", "--yes"},
          {"connector", "delete", "b", "--if-exists", "--yes"},
          {"connector", "update", "b", "--host", "mysql://d"},
          {"connector", "test", "b"},
          {"connector", "create", "b", "--host", "mysql://d"},
          {"connector", "create", "b", "--host", "mysql://d", "--if-exists", "skip"},
          {"connector", "create", "b", "--host", "mysql://d", "--if-exists", "update"},
          {"datasource", "create", "x", "--connector", "b", "--table", "t"}}) {
        const auto refused = prevision(arguments);
        INFO(join(arguments, " ") << ": " << refused.err);
        CHECK(refused.exit_code == 2);
        for (const auto& id : ids) CHECK(refused.err.find(id) != std::string::npos);
    }
    CHECK(prevision.ok({"connector", "list", "-q", "--filter", "host=mysql://d"}).empty());
}

TEST_CASE("on a terminal one question is asked for several") {
    InProcess run;
    run.terminal = true;
    const std::string a = R"({"_id":"00000000000000000000000a","name":"a"})";
    const std::string b = R"({"_id":"00000000000000000000000b","name":"b"})";
    const std::vector<std::string> command{"connector", "delete", "00000000000000000000000a",
                                           "00000000000000000000000b"};
    const auto no = run(command, {{200, a}, {200, b}}, "n\n");
    CHECK(no.exit_code == 1);
    CHECK(
        no.err ==
        "Delete the connector 'a', the connector 'b'? [y/N] prevision: nothing was done: the answer was no\n");
    const auto yes = run(command, {{200, a}, {200, b}, {204, ""}, {204, ""}}, "y\n");
    CHECK(yes.exit_code == 0);
    CHECK(yes.err.ends_with("deleted the connector 'a'\ndeleted the connector 'b'\n"));
}
