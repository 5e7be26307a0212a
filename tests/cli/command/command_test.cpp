#include "cli/command/command.hpp"

#include <catch2/catch.hpp>

#include "cli/command/help.hpp"
#include "core/error.hpp"

using namespace prevision;
using namespace prevision::cli;

namespace {

/// A small tree: `tool -v`, `tool thing make NAME --size N --mark A --kind a|b`.
struct Tree {
    CommandLine line{"tool", "A tool."};
    bool verbose = false;
    std::string name;
    std::optional<int> size;
    std::optional<std::string> kind;
    std::vector<std::string> marks;
    int runs = 0;

    Tree() {
        auto root = line.root();
        root.flag("-v,--verbose", verbose, "Say more");
        auto thing = root.subcommand("thing", "A thing", {"things"});
        auto make = thing.subcommand("make", "Make one");
        make.argument("NAME", name, "Its name");
        make.option("--size", size, "Its size");
        make.option("--mark", marks, "A mark");
        make.option("--kind", kind, "Its kind", {.value = "KIND", .choices = {"a", "b"}});
        make.example("tool thing make it");
        make.action([this] { ++runs; });
    }

    void run(const std::vector<std::string>& arguments) { line.parse(arguments)(); }
};

}  // namespace

TEST_CASE("a command line fills the options of the command that it names") {
    Tree tree;
    tree.run({"thing", "make", "it", "--size", "3", "--mark", "x", "--mark", "y,z", "--kind=b"});
    CHECK(tree.runs == 1);
    CHECK(tree.name == "it");
    CHECK(tree.size == 3);
    CHECK(tree.marks == std::vector<std::string>{"x", "y,z"});
    CHECK(tree.kind == "b");
}

TEST_CASE("global flags work before and after the verb, and nouns have aliases") {
    for (const auto& arguments : {std::vector<std::string>{"-v", "thing", "make", "it"},
                                  {"thing", "-v", "make", "it"},
                                  {"things", "make", "it", "-v"}}) {
        Tree tree;
        tree.run(arguments);
        CHECK(tree.verbose);
    }
}

TEST_CASE("an option that is not given stays unset, and an empty text is a value") {
    Tree tree;
    tree.run({"thing", "make", ""});
    CHECK(tree.name.empty());
    CHECK_FALSE(tree.size);
    CHECK_FALSE(tree.kind);
}

TEST_CASE("a wrong command line is a usage error and runs nothing") {
    for (const auto& arguments : {std::vector<std::string>{},
                                  {"thing"},
                                  {"thing", "break"},
                                  {"thing", "make"},
                                  {"thing", "make", "a", "b"},
                                  {"thing", "make", "a", "--nope"},
                                  {"thing", "make", "a", "--size", "x"},
                                  {"thing", "make", "a", "--size"},
                                  {"thing", "make", "a", "--kind", "c"}}) {
        Tree tree;
        try {
            tree.run(arguments);
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::usage);
            CHECK(error.hint().find("see 'tool") != std::string::npos);
        }
        CHECK(tree.runs == 0);
    }
}

TEST_CASE("a word that is nearly right is told in the hint") {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"thign"}, "did you mean 'thing'?"},
        {{"thing", "mke", "it"}, "did you mean 'make'?"},
        {{"thing", "make", "it", "--sise", "3"}, "did you mean '--size'?"},
        {{"thing", "make", "it", "--verbos"}, "did you mean '--verbose'?"}};
    for (const auto& [arguments, hint] : cases) {
        Tree tree;
        try {
            tree.run(arguments);
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.hint().starts_with(hint));
        }
    }
}

TEST_CASE("an argument may be spelled like a command, an option or a list") {
    for (const std::string name : {"thing", "make", "things", "[a,b]", "{x}", "a b", "-", "--size", "-v"}) {
        Tree tree;
        tree.run({"thing", "make", "--", name});
        CHECK(tree.name == name);
    }
    for (const std::string name : {"thing", "make", "[a,b]"}) {
        Tree tree;
        tree.run({"thing", "make", name, "--mark", "[x,y]"});
        CHECK(tree.name == name);
        CHECK(tree.marks == std::vector<std::string>{"[x,y]"});
    }
}

TEST_CASE("of an option that is given twice the last one counts") {
    Tree tree;
    tree.run({"thing", "make", "it", "--size", "1", "--kind", "a", "--kind", "b", "--size", "2"});
    CHECK(tree.size == 2);
    CHECK(tree.kind == "b");
}

TEST_CASE("help is asked for at any depth") {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"--help"}, "tool"},
        {{"thing", "-h"}, "tool thing"},
        {{"thing", "make", "--help"}, "tool thing make"},
        {{"-v", "things", "make", "it", "--help"}, "tool thing make"}};
    for (const auto& [arguments, name] : cases) {
        Tree tree;
        try {
            tree.run(arguments);
            FAIL("no help");
        } catch (const CommandLine::HelpRequested& help) {
            CHECK(full_name(help.of) == name);
        }
    }
}

TEST_CASE("the help of a command, whole") {
    Tree tree;
    const auto& make = *tree.line.tree().children.front()->children.front();
    CHECK(render_help(make) == R"(Make one.

usage: tool thing make NAME [OPTIONS]

arguments:
  NAME  Its name

options:
      --size N     Its size
      --mark TEXT  A mark
      --kind KIND  Its kind (a, b)

global options:
  -v, --verbose  Say more
  -h, --help     Show this help

examples:
  tool thing make it
)");
}

TEST_CASE("a long command line is shown on several lines, and never parted within quotes") {
    CHECK(wrap_command("tool make it --request 'SELECT a, b FROM c' --size 3 < file", 40) ==
          "tool make it \\\n    --request 'SELECT a, b FROM c' \\\n    --size 3 < file");
    CHECK(wrap_command("tool make it", 40) == "tool make it");
}
