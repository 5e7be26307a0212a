#include "support/terminal.hpp"

#include <array>

#include <catch2/catch.hpp>
#include <signal.h>

#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;
using testing::TerminalProgram;

namespace {

TerminalProgram on_terminal(const Prevision& prevision, const std::vector<std::string>& arguments,
                            unsigned short width = 80) {
    std::vector<std::string> words{Prevision::program()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return {words,
            {{"PATH", "/usr/bin:/bin"}, {"PREVISION_HOME", prevision.home().string()}, {"NO_COLOR", "1"}},
            width};
}

}  // namespace

TEST_CASE("on a terminal a connector is created by questions, and the secret shows nowhere") {
    const Prevision prevision;
    auto terminal = on_terminal(prevision, {"connector", "create", "my shop"});
    terminal.read_until("Type (");
    terminal.read_until("[");
    terminal.type("SQL\n");
    terminal.read_until("System (");
    terminal.read_until("]: ");
    terminal.type("mysql\n");
    terminal.read_until("\nHost: ");
    terminal.type("\n");
    terminal.read_until("it is required");
    terminal.read_until("\nHost: ");
    terminal.type("?\n");
    terminal.read_until("\n  name or address of the server");
    terminal.read_until("\nHost: ");
    terminal.type("db.example.com\n");
    terminal.read_until("\nPort [3306]: ");
    terminal.type("nonsense\n");
    terminal.read_until("is not a port");
    terminal.read_until("\nPort [3306]: ");
    terminal.type("\n");
    terminal.read_until("\nUser name: ");
    terminal.type("reader\n");
    terminal.read_until("\nPassword (not shown): ");
    CHECK_FALSE(terminal.shows_typing());
    terminal.type("s3cret\n");
    std::string shown;
    for (const auto* question : {"TLS (", "Time zone [", "Encoding ["}) {
        shown += terminal.read_until(question);
        shown += terminal.read_until("]: ");
        terminal.type("\n");
    }
    shown += terminal.read_until("[yes]: ");
    terminal.type("no\n");
    CHECK(terminal.wait() == 0);
    shown += terminal.rest();
    CHECK(shown.find("\r\nThe same without questions:\r\n"
                     "  prevision connector create 'my shop' --type SQL --engine mysql \\\r\n"
                     "      --host db.example.com --username reader --password-stdin\r\n") !=
          std::string::npos);
    CHECK(shown.find("s3cret") == std::string::npos);
    CHECK(prevision.ok({"connector", "list", "--columns", "name,host", "--no-header"}) ==
          "my shop  db.example.com\n");
}

TEST_CASE("of each type, what has a default or is not needed is left with Enter") {
    struct Type {
        std::string name;
        std::vector<std::string> answers;  ///< what is asked, and what is answered
        std::string command;
    };
    const std::string enter = "\n";
    for (const auto& [name, answers, command] :
         {Type{"S3",
               {"Endpoint [", enter, "Port [", enter, "Access key [", "key\n", "Secret key (not shown)",
                "x\n", "Region [", enter, "Addressing (", enter, "Request payer (", enter},
               "--type S3 --username key --password-stdin"},
          Type{"FTP",
               {"Host", "h\n", "Port [", enter, "User name [", enter, "TLS (", enter, "Mode (", enter},
               "--type FTP --host h"},
          Type{"SFTP",
               {"Host", "h\n", "Port [", enter, "User name", "u\n", "Password (not shown)", "x\n",
                "Private key file", enter, "Host key [", enter},
               "--type SFTP --host h --username u \\\r\n      --password-stdin"}}) {
        CAPTURE(name);
        const Prevision prevision;
        auto terminal = on_terminal(prevision, {"connector", "create", "c"});
        terminal.read_until("]: ");
        terminal.type(name + "\n");
        for (std::size_t i = 0; i < answers.size(); i += 2) {
            terminal.read_until(answers[i]);
            terminal.read_until(": ");
            terminal.type(answers[i + 1]);
        }
        const auto shown = terminal.read_until("[yes]: ");
        CHECK(shown.find("prevision connector create c " + command + "\r\n") != std::string::npos);
        terminal.type("no\n");
        CHECK(terminal.wait() == 0);
    }
}

TEST_CASE("no question is asked for a name that is taken") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "c", "--host", "mysql://h"});
    auto terminal = on_terminal(prevision, {"connector", "create", "c"});
    CHECK(terminal.wait() == 6);
    CHECK(terminal.rest().find("that name is taken") != std::string::npos);
    auto skipping = on_terminal(prevision, {"connector", "create", "c", "--if-exists", "skip"});
    CHECK(skipping.wait() == 0);
}

TEST_CASE("an answer that cannot be right is told why, and asked for again") {
    const Prevision prevision;
    testing::shell("sqlite3 " + prevision.file("a.db").string() + " 'CREATE TABLE t (a)'");
    auto terminal = on_terminal(prevision, {"connector", "create", "local"});
    terminal.read_until("]: ");
    terminal.type("\n");
    terminal.read_until("System (");
    terminal.read_until("]: ");
    terminal.type("sqlite\n");
    for (const auto& [wrong, why] :
         {std::pair<std::string, std::string>{"a.db", "hint: write the whole path"},
          {"mysql://h", "it is sqlite, and the host's scheme 'mysql' is mysql's"}}) {
        terminal.read_until("\nFile: ");
        terminal.type(wrong + "\n");
        terminal.read_until(why);
    }
    terminal.read_until("\nFile: ");
    terminal.type(prevision.file("a.db").string() + "\n");
    terminal.read_until("Encoding");
    terminal.read_until("]: ");
    terminal.type("\n");
    terminal.read_until("[yes]: ");
    terminal.type("\n");
    CHECK(terminal.wait() == 0);
    CHECK(prevision.ok({"connector", "list", "--columns", "name,host", "--no-header"}) ==
          "local  " + prevision.file("a.db").string() + "\n");
}

TEST_CASE("after a test that failed only what may be wrong is asked again") {
    const Prevision prevision;
    auto terminal = on_terminal(prevision, {"connector", "create", "shop"});
    const auto answer = [&](const std::string& question, const std::string& keys) {
        terminal.read_until(question);
        terminal.type(keys + "\n");
    };
    answer("Type (", "SQL");
    answer("System (", "mysql");
    answer("\nHost: ", "127.0.0.1");
    answer("\nPort [3306]: ", "1");
    answer("\nUser name: ", "reader");
    answer("\nPassword (not shown): ", "s3cret");
    for (const auto* question : {"TLS (", "Time zone [", "Encoding ["}) answer(question, "");
    answer("[yes]: ", "");
    terminal.read_until("Connection refused");
    answer("\nHost [127.0.0.1]: ", "");
    answer("\nPort [1]: ", "2");
    const auto shown = terminal.read_until("Host [127.0.0.1]: ");
    CHECK(shown.find("--port 2 --username reader --password-stdin") != std::string::npos);
    CHECK(shown.find("User name") == std::string::npos);
    terminal.type("\x03");
    CHECK(terminal.wait() == 130);
    CHECK(prevision.ok({"connector", "list", "-q"}).empty());
}

TEST_CASE("Ctrl-C during a hidden prompt restores the terminal and creates nothing") {
    const Prevision prevision;
    auto terminal =
        on_terminal(prevision, {"connector", "create", "x", "--host", "mysql://db", "--username", "u"});
    terminal.read_until("Password of u");
    terminal.read_until(": ");
    CHECK_FALSE(terminal.shows_typing());
    terminal.type("\x03");
    CHECK(terminal.wait() == 130);
    CHECK(terminal.shows_typing());
    CHECK(prevision.ok({"connector", "list", "-q"}).empty());
}

TEST_CASE("Ctrl-C and the end of the input at a question end the program, and nothing is created") {
    const Prevision prevision;
    for (const auto& [keys, exit_code] : {std::pair{"\x03", 130}, {"\x04", 2}}) {
        auto terminal = on_terminal(prevision, {"connector", "create", "x"});
        terminal.read_until("]: ");
        terminal.type(keys);
        CHECK(terminal.wait() == exit_code);
        CHECK(terminal.shows_typing());
    }
    CHECK(prevision.ok({"connector", "list", "-q"}).empty());
}

TEST_CASE("a table is cut to a terminal of any width") {
    const Prevision prevision;
    prevision.ok(
        {"project", "create", "a-project-with-a-long-name", "--description",
         "A description that is so long that no terminal of ordinary width can show the whole of it"});
    for (const auto width : std::vector<unsigned short>{40, 80, 200}) {
        auto terminal = on_terminal(prevision, {"project", "list", "--columns", "name,description"}, width);
        CHECK(terminal.wait() == 0);
        CHECK((terminal.rest().find("…") != std::string::npos) == (width < 200));
    }
    CHECK(prevision.ok({"project", "list"}).find("…") == std::string::npos);
}

TEST_CASE("a second Ctrl-C right after the first leaves the terminal as it was, too") {
    const Prevision prevision;
    // Whether the second one comes before the program has ended by itself is up to chance: many times.
    for (int i = 0; i < 20; ++i) {
        auto terminal =
            on_terminal(prevision, {"connector", "create", "x", "--host", "mysql://db", "--username", "u"});
        terminal.read_until("mysql://db: ");
        terminal.type("\x03\x03\x03");
        CHECK(terminal.wait() == 130);
        CHECK(terminal.shows_typing());
    }
}

TEST_CASE("the flag --password-stdin on a terminal asks without echo") {
    const Prevision prevision;
    auto terminal = on_terminal(prevision, {"connector", "create", "x", "--host", "mysql://db", "--username",
                                            "u", "--password-stdin"});
    terminal.read_until("password: ");
    CHECK_FALSE(terminal.shows_typing());
    terminal.type("s3cret\n");
    CHECK(terminal.wait() == 0);
    CHECK(terminal.rest().find("s3cret") == std::string::npos);
}

TEST_CASE("an interrupted question is left by a line end") {
    const Prevision prevision;
    auto terminal =
        on_terminal(prevision, {"connector", "create", "x", "--host", "mysql://db", "--username", "u"});
    terminal.read_until("Password of u");
    terminal.read_until(": ");
    terminal.type("\x03");
    CHECK(terminal.wait() == 130);
    CHECK(terminal.rest().find("\r\nprevision: interrupted") != std::string::npos);
}

TEST_CASE("on a narrow terminal a table shows names rather than ids") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "a name of 21 letters", "--host", "mysql://db"});
    for (const auto width : std::array<unsigned short, 3>{20, 40, 60}) {
        auto terminal = on_terminal(prevision, {"connector", "list"}, width);
        CHECK(terminal.wait() == 0);
        const auto shown = terminal.rest();
        INFO(shown);
        CHECK(shown.find(width == 20 ? "a name of 21 le" : "a name of 21 letters") != std::string::npos);
        CHECK(shown.find("ID ") == std::string::npos);
    }
    auto wide = on_terminal(prevision, {"connector", "list"}, 120);
    CHECK(wide.wait() == 0);
    CHECK(wide.rest().starts_with("ID "));
    auto asked = on_terminal(prevision, {"connector", "list", "--columns", "id,name"}, 40);
    CHECK(asked.wait() == 0);
    CHECK(asked.rest().starts_with("ID "));
}

TEST_CASE("a hidden question that was stopped and goes on is asked again, and still hides what is typed") {
    const Prevision prevision;
    auto terminal =
        on_terminal(prevision, {"connector", "create", "x", "--host", "mysql://db", "--username", "u"});
    terminal.read_until("Password of u");
    terminal.read_until(": ");
    terminal.stop();
    terminal.show_typing();  // as a shell does that takes the terminal back
    terminal.go_on();
    terminal.read_until("Password of u");
    terminal.read_until(": ");
    CHECK_FALSE(terminal.shows_typing());
    terminal.type("s3cret\n");
    CHECK(terminal.wait() == 0);
    CHECK(terminal.rest().find("s3cret") == std::string::npos);
    CHECK(terminal.shows_typing());
}

TEST_CASE("a terminal without stderr is not asked, and nothing is deleted") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "x", "--host", "mysql://db"});
    TerminalProgram shell(
        {"/bin/sh", "-c",
         Prevision::program() + " connector delete x 2>" + prevision.file("errors").string()},
        {{"PATH", "/usr/bin:/bin"}, {"PREVISION_HOME", prevision.home().string()}});
    CHECK(shell.wait() == 2);
    CHECK(testing::shell("cat " + prevision.file("errors").string()) ==
          "prevision: nothing was done, because nobody can be asked: Delete the connector 'x'?\n"
          "hint: --yes goes on without asking\n");
    prevision.ok({"connector", "show", "x"});
}

TEST_CASE("data never reaches a terminal raw, and a pipe as it is") {
    const Prevision prevision;
    const auto file = prevision.file("odd.db").string();
    testing::shell("sqlite3 " + file +
                   " \"CREATE TABLE t (v); INSERT INTO t VALUES (char(27) || '[31mred'), "
                   "('Zoë')\"");
    prevision.ok({"connector", "create", "odd", "--host", "sqlite://" + file});
    prevision.ok({"datasource", "create", "t", "--connector", "odd", "--table", "t"});
    prevision.ok({"dataset", "create", "today", "--datasource", "t"});
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"datasource", "cat", "t"},
                                                      {"dataset", "download", "today", "--to", "-"}}) {
        CAPTURE(arguments);
        auto terminal = on_terminal(prevision, arguments);
        CHECK(terminal.wait() == 0);
        CHECK(terminal.rest().find("v\r\n\\x1b[31mred\r\nZoë\r\n") != std::string::npos);
        CHECK(terminal.rest().find('\x1b' + std::string("[31m")) == std::string::npos);
        CHECK(prevision.ok(arguments) == "v\r\n\x1b[31mred\r\nZoë\r\n");
    }
}
