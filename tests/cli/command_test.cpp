#include "cli/command.hpp"

#include <catch2/catch.hpp>

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
            CHECK(error.hint().starts_with("see 'tool"));
        }
        CHECK(tree.runs == 0);
    }
}

TEST_CASE("help is asked for at any depth and shows the example") {
    Tree tree;
    try {
        tree.run({"thing", "make", "--help"});
        FAIL("no help");
    } catch (const CommandLine::HelpRequested& help) {
        CHECK(help.text.find("tool thing make it") != std::string::npos);
        CHECK(help.text.find("--kind") != std::string::npos);
    }
}
