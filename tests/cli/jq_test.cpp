#include <catch2/catch.hpp>

#include "cli/in_process_platform.hpp"

using namespace prevision;
using Prevision = testing::EmbeddedPrevision;

TEST_CASE("the flag --jq filters the JSON result of a verb, and shows texts as they are") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "a", "--host", "mysql://h", "--port", "1"});
    prevision.ok({"connector", "create", "b \"x\"", "--host", "mysql://h"});
    CHECK(prevision.ok({"connector", "list", "--jq", ".[].name"}) == "a\nb \"x\"\n");
    CHECK(prevision.ok({"connector", "list", "--jq", "map({name, port})"}) ==
          R"([{"name":"a","port":1},{"name":"b \"x\"","port":null}])"
          "\n");
    CHECK(prevision.ok({"connector", "list", "-o", "jsonl", "--jq", ".port"}) == "1\nnull\n");
    CHECK(prevision.ok({"connector", "show", "a", "--jq", ".port + 1"}) == "2\n");
    CHECK(prevision.ok({"connector", "create", "c", "--host", "mysql://h", "--jq", ".name | length"}) ==
          "1\n");
    CHECK(prevision.ok({"connector", "delete", "c", "--yes", "--jq", "._id | length"}) == "24\n");
    CHECK(prevision.ok({"version", "--jq", ".name"}) == "prevision\n");
    CHECK(prevision.ok({"connector", "list", "--jq", "empty"}).empty());
}

TEST_CASE("a --jq that is wrong is refused before anything is done") {
    const Prevision prevision;
    const auto refused = prevision({"connector", "create", "x", "--host", "mysql://h", "--jq", ".["});
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.find("--jq: '.[' is not a jq program: syntax error") != std::string::npos);
    CHECK(prevision.ok({"connector", "list", "-q"}).empty());
    CHECK(prevision({"connector", "list", "--jq", ".", "-o", "csv"}).exit_code == 2);
    CHECK(prevision({"connector", "list", "--jq", ".", "-q"}).exit_code == 2);
}

TEST_CASE("a --jq that fails on the result says why, and keeps what came before") {
    const Prevision prevision;
    const auto failed = prevision({"version", "--jq", ".name, (.name | keys)"});
    CHECK(failed.exit_code == 7);
    CHECK(failed.out == "prevision\n");
    CHECK(failed.err.find("--jq: the program failed: ") != std::string::npos);
    CHECK(failed.err.find("has no keys") != std::string::npos);
    const auto help = prevision({"connector", "--help", "--jq", "."});
    CHECK(help.exit_code == 0);
}

TEST_CASE("a command that fails keeps its own error beside --jq") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "a", "--host", "mysql://h"});
    const auto failed = prevision({"connector", "show", "a", "nowhere", "--jq", ".[].name"});
    CHECK(failed.exit_code == 8);
    CHECK(failed.out == "a\n");
    CHECK(failed.err.find("no connector is named 'nowhere'") != std::string::npos);
}

TEST_CASE("a --jq that reads more inputs, includes modules or halts does what jq does") {
    const Prevision prevision;
    for (const std::string name : {"a", "b", "c", "d"})
        prevision.ok({"connector", "create", name, "--host", "mysql://h"});
    CHECK(prevision.ok({"connector", "list", "-o", "jsonl", "--jq", "\"\\(.name) \\(input.name)\""}) ==
          "a b\nc d\n");
    CHECK(prevision.ok({"connector", "list", "-o", "jsonl", "--jq", "[.name] + [inputs.name] | length"}) ==
          "4\n");
    CHECK(prevision.ok({"connector", "list", "-o", "jsonl", "--jq", ".name, halt"}) == "a\n");
    const auto refuse = [&](const std::string& program, int exit_code, const std::string& message) {
        const auto failed = prevision({"connector", "list", "--jq", program});
        INFO(program << ": " << failed.err);
        CHECK(failed.exit_code == exit_code);
        CHECK(failed.err.find(message) != std::string::npos);
    };
    refuse("input", 7, "--jq: the program failed: ");
    refuse("\"too few\" | halt_error", 7, "--jq: the program failed: too few");
    refuse("{a: 1} | halt_error(3)", 7, R"(--jq: the program failed: {"a":1})");
    refuse("include \"nowhere\"; .", 2, "is not a jq program: ");
    refuse("import \"nowhere\" as n; .", 2, "is not a jq program: ");
    CHECK(prevision({"connector", "list", "--jq", "input_filename, input_line_number"}).exit_code != 139);
}
