#include "cli/completion/completion.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "cli/command/command.hpp"
#include "cli/completion/distant_names.hpp"
#include "cli/completion/shell_words.hpp"

using namespace prevision::cli;

namespace {

/// `tool [-o FORMAT] thing make NAME --kind a|b --file F --names A,B --on NAME --path PATH`, `tool thing show
/// NAME`.
struct Tree {
    CommandLine line{"tool", "A tool."};
    std::string output = "table";
    std::string name;
    std::optional<std::string> kind;
    std::optional<std::string> file;
    std::optional<std::string> on;
    std::vector<std::string> columns;
    bool yes = false;
    std::map<std::string, std::string> asked;
    std::string typed;
    std::optional<std::string> path;

    Tree() {
        auto root = line.root();
        root.option("-o,--output", output, "Form", {.value = "FORMAT", .choices = {"table", "json"}});
        auto thing = root.subcommand("thing", "A thing", {"things"});
        auto make = thing.subcommand("make", "Make one");
        make.argument("NAME", name, "Its name");
        make.option("--kind", kind, "Its kind", {.value = "KIND", .choices = {"a", "b"}});
        make.option("--file", file, "A file", {.value = "FILE", .completes = Completes::file});
        make.option("--on", on, "Another", {.value = "NAME", .completes = Completes::connector});
        make.option("--path", path, "A distant file", {.value = "PATH", .completes = Completes::path});
        make.comma_list("--columns", columns, "Columns", {.value = "A,B", .suggestions = {"x", "y"}});
        make.flag("-y,--yes", yes, "Yes");
        auto show = thing.subcommand("show", "Show one");
        show.argument("NAME", name, "Its name", true, {.completes = Completes::datasource});
        root.hidden_subcommand("secret");
    }

    Completion complete(const std::vector<std::string>& words) {
        return prevision::cli::complete(line.tree(), words, [&](const NameQuery& query) {
            asked = query.given;
            typed = query.typed;
            if (query.kind == Completes::path) return std::vector<Candidate>{{"sales.csv"}, {"reports/"}};
            return std::vector<Candidate>{
                {query.kind == Completes::connector ? "a connector" : "a datasource"}};
        });
    }

    std::vector<std::string> texts(const std::vector<std::string>& words) {
        std::vector<std::string> texts;
        for (const auto& candidate : complete(words).candidates) texts.push_back(candidate.text);
        return texts;
    }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("TAB offers commands, and no hidden ones") {
    Tree tree;
    CHECK(tree.texts({""}) == Texts{"thing"});
    CHECK(tree.texts({"thing", ""}) == Texts{"make", "show"});
    CHECK(tree.texts({"-o", "json", "things", "m"}) == Texts{"make", "show"});
    CHECK(tree.texts({"nothing", ""}).empty());
    CHECK(tree.texts({}).empty());
}

TEST_CASE("TAB offers the flags in reach that are not given yet") {
    Tree tree;
    CHECK(tree.texts({"thing", "make", "--"}) ==
          Texts{"--kind", "--file", "--on", "--path", "--columns", "--yes", "--output", "--help"});
    CHECK(tree.texts({"thing", "make", "--kind", "a", "-y", "-o", "json", "-"}) ==
          Texts{"--file", "--on", "--path", "--columns", "--help"});
}

TEST_CASE("TAB offers an option's values, in the next word and after an equals sign") {
    Tree tree;
    CHECK(tree.texts({"thing", "make", "--kind", ""}) == Texts{"a", "b"});
    CHECK(tree.texts({"-o", ""}) == Texts{"table", "json"});
    CHECK(tree.complete({"thing", "make", "--kind=a"}).kept == "--kind=");
    CHECK(tree.texts({"thing", "make", "--kind="}) == Texts{"a", "b"});
    CHECK(tree.complete({"thing", "make", "--file", ""}).files);
    CHECK(tree.texts({"thing", "make", "--nope", "x", "--nope="}).empty());
}

TEST_CASE("TAB completes the last of values with commas between") {
    Tree tree;
    const auto completion = tree.complete({"thing", "make", "--columns", "x,"});
    CHECK(completion.kept == "x,");
    CHECK(completion.candidates == std::vector<Candidate>{{"y"}});  // the other one is there already
    CHECK(tree.complete({"thing", "make", "--columns=x,y"}).kept == "--columns=x,");
}

TEST_CASE("TAB asks for names with what the line holds so far") {
    Tree tree;
    CHECK(tree.texts({"thing", "show", ""}) == Texts{"a datasource"});
    CHECK(tree.texts({"thing", "make", "--kind=b", "-ojson", "it", "--on", ""}) == Texts{"a connector"});
    CHECK(tree.asked ==
          std::map<std::string, std::string>{{"--kind", "b"}, {"--output", "json"}, {"NAME", "it"}});
    CHECK(tree.texts({"thing", "show", "one", ""}).empty());
    CHECK(tree.texts({"thing", "show", "--", "-"}) == Texts{"a datasource"});
}

TEST_CASE("TAB leaves no blank behind a folder, for its path goes on") {
    Tree tree;
    CHECK(tree.complete({"thing", "make", "--path", "re"}).open);
    CHECK(tree.typed == "re");
    CHECK_FALSE(tree.complete({"thing", "make", "--path", "sa"}).open);
    CHECK(tree.complete({"thing", "make", "--path=re"}).open);
    CHECK(tree.typed == "re");
}

TEST_CASE("of a path that is being typed the folder is settled") {
    const auto folder = [](Completes kind, const std::string& typed) {
        return typed_folder({.kind = kind, .given = {}, .typed = typed});
    };
    CHECK(folder(Completes::path, "").empty());
    CHECK(folder(Completes::path, "sal").empty());
    CHECK(folder(Completes::path, "/") == "/");
    CHECK(folder(Completes::path, "a/b/c") == "a/b/");
    CHECK(folder(Completes::path, "a\"/b") == "a\"/");
    CHECK(folder(Completes::place, "shop/ord") == "shop/");
    CHECK(folder(Completes::place, "shop/\"a/b") == "shop/");
    CHECK(folder(Completes::place, "\"a/b\"/x") == "\"a/b\"/");
    CHECK(folder(Completes::table, "a/b").empty());
}

TEST_CASE("a line that is being typed is read as a shell reads it") {
    struct Case {
        std::string line;
        Texts words;
        std::string current;
        char quote;
    };
    const std::vector<Case> cases{{"", {}, "", 0},
                                  {"a", {}, "a", 0},
                                  {"a ", {"a"}, "", 0},
                                  {"a b\\ c", {"a"}, "b c", 0},
                                  {"a 'b c' d", {"a", "b c"}, "d", 0},
                                  {"a 'b c", {"a"}, "b c", '\''},
                                  {"a \"b 'c", {"a"}, "b 'c", '"'},
                                  {"a \"b\\\"c\\d", {"a"}, "b\"c\\d", '"'},
                                  {"a '' b", {"a", ""}, "b", 0},
                                  {"a x'y'", {"a"}, "xy", 0},
                                  {"a $(reboot)", {"a"}, "$(reboot)", 0},
                                  {"a \\", {"a"}, "", 0}};
    for (const auto& each : cases) {
        INFO(each.line);
        const auto typed = read_typed_line(each.line);
        CHECK(typed.words == each.words);
        CHECK(typed.current.text == each.current);
        CHECK(typed.current.quote == each.quote);
    }
    CHECK(read_typed_line("a --o=x:y", "=:").current.settled == 6);
    CHECK(read_typed_line("a --o='x:y", "=:").current.settled == 4);
}

TEST_CASE("a text is quoted so that a shell takes it as one word") {
    CHECK(quote_for_shell("plain-1.2/x:y") == "plain-1.2/x:y");
    CHECK(quote_for_shell("") == "''");
    CHECK(quote_for_shell("a b") == "'a b'");
    CHECK(quote_for_shell("O'Hara") == "'O'\\''Hara'");
    CHECK(quote_for_shell("$(x)") == "'$(x)'");
    CHECK(continue_in_bash("a b$", 0) == "a\\ b\\$");
    CHECK(continue_in_bash("a b$", '"') == "a b\\$");
    CHECK(continue_in_bash("O'Hara $", '\'') == "O'\\''Hara $");
}
