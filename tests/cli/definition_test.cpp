#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "cli/in_process_platform.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "support/program.hpp"

using namespace prevision;
using Prevision = testing::EmbeddedPrevision;

TEST_CASE("the user guide's own example works as written") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "my_sql_connector", "--type", "SQL", "--host",
                  "https://myserver.com", "--port", "3306", "--username", "username", "--password-stdin"},
                 "password\n");
    prevision.ok({"datasource", "create", "my_sql_datasource", "--connector", "my_sql_connector",
                  "--database", "my_db", "--table", "table1"});
    CHECK(prevision.ok({"connector", "list", "-o", "csv", "--columns", "name,type,host,port,username"}) ==
          "name,type,host,port,username\r\nmy_sql_connector,SQL,https://myserver.com,3306,username\r\n");
    CHECK(prevision.ok({"datasource", "list", "-o", "csv", "--columns", "name,database,table"}) ==
          "name,database,table\r\nmy_sql_datasource,my_db,table1\r\n");
}

TEST_CASE("a name may hold any characters, and an object is found by name or id") {
    const Prevision prevision;
    for (const std::string name :
         {"a b", "-dash", "é漢🎉", "with\nnewline", "'; DROP TABLE connectors; --", "a/b", "%41"}) {
        CAPTURE(name);
        const auto id = std::string(
            trim(prevision.ok({"connector", "create", "--host", "mysql://db", "-q", "--", name})));
        const auto shown = model::parse_json(prevision.ok({"connector", "show", "-o", "json", "--", name}));
        CHECK(model::get_text(shown, "_id") == id);
        CHECK(model::get_text(shown, "name") == name);
        CHECK(prevision.ok({"connector", "show", id, "-o", "json"}) ==
              prevision.ok({"connector", "show", "-o", "json", "--", name}));
    }
}

TEST_CASE("the flag --if-exists chooses what happens when a name is taken") {
    const Prevision prevision;
    const auto create = [&](const std::string& host, const std::string& choice) {
        return prevision({"connector", "create", "x", "--host", host, "--if-exists", choice, "-o", "csv"});
    };
    CHECK(create("mysql://one", "fail").exit_code == 0);
    const auto refused = create("mysql://two", "fail");
    CHECK(refused.exit_code == 6);
    CHECK(refused.err.find("that name is taken") != std::string::npos);
    CHECK(create("mysql://two", "skip").out.find("mysql://one") != std::string::npos);
    CHECK(create("mysql://two", "update").out.find("mysql://two") != std::string::npos);
    CHECK(split(std::string(trim(prevision.ok({"connector", "list", "-q"}))), '\n').size() == 1);
    CHECK(create("mysql://three", "duplicate").exit_code == 0);
    const auto ambiguous = prevision({"connector", "show", "x"});
    CHECK(ambiguous.exit_code == 2);
    for (const auto& id : split(std::string(trim(prevision.ok({"connector", "list", "-q"}))), '\n')) {
        CHECK(ambiguous.err.find(id) != std::string::npos);
    }
}

TEST_CASE("an update changes only the given fields") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "x", "--host", "mysql://one", "--username", "reader"});
    prevision.ok({"connector", "update", "x", "--host", "mysql://two"});
    CHECK(prevision.ok({"connector", "list", "-o", "csv", "--no-header", "--columns", "host,username"}) ==
          "mysql://two,reader\r\n");
    CHECK(prevision({"connector", "update", "x"}).exit_code == 2);
}

TEST_CASE("with --test nothing is created when the connection fails") {
    const Prevision prevision;
    const auto result =
        prevision({"connector", "create", "x", "--host", "sqlite:///nowhere/at.db", "--test"});
    CHECK(result.exit_code == 3);
    CHECK(prevision.ok({"connector", "list", "-o", "json"}) == "[]\n");
}

TEST_CASE("with --test the result is the object alone, and nothing at all when the connection fails") {
    const Prevision prevision;
    const auto file = prevision.file("shop.db").string();
    testing::shell("sqlite3 " + file + " 'CREATE TABLE t (i)'");
    const auto made =
        prevision({"connector", "create", "good", "--host", "sqlite://" + file, "--test", "-q"});
    CHECK(made.exit_code == 0);
    CHECK(made.out == prevision.ok({"connector", "list", "-q"}));
    const auto as_json = prevision(
        {"datasource", "create", "t", "--connector", "good", "--table", "t", "--test", "-o", "json"});
    CHECK(as_json.out == prevision.ok({"datasource", "show", "t", "-o", "json"}));
    CHECK(as_json.err.empty());
    const auto for_people =
        prevision({"connector", "create", "seen", "--host", "sqlite://" + file, "--test"});
    CHECK(for_people.err.starts_with("STAGE "));
    CHECK(for_people.out.starts_with("id:"));
    for (const std::string form : {"id", "json", "csv", "table"}) {
        CAPTURE(form);
        const auto failed = prevision(
            {"connector", "create", "bad", "--host", "sqlite:///nowhere/at/all", "--test", "-o", form});
        CHECK(failed.exit_code == 3);
        CHECK(failed.out.empty());
    }
    CHECK(prevision({"connector", "show", "bad"}).exit_code == 3);
}

TEST_CASE("what is updated cannot be tested first, so that the two flags exclude each other") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "x", "--host", "mysql://a"});
    const auto result =
        prevision({"connector", "create", "x", "--host", "mysql://b", "--if-exists", "update", "--test"});
    CHECK(result.exit_code == 2);
    CHECK(result.err.find("--test does not go with --if-exists update") != std::string::npos);
    CHECK(prevision.ok({"connector", "list", "--columns", "host", "--no-header"}) == "mysql://a\n");
}

TEST_CASE("a snapshot that failed does not hold its name") {
    const Prevision prevision;
    const auto file = prevision.file("shop.db").string();
    testing::shell("sqlite3 " + file + " 'CREATE TABLE t (i)'");
    prevision.ok({"connector", "create", "shop", "--host", "sqlite://" + file});
    prevision.ok({"datasource", "create", "t", "--connector", "shop", "--table", "t"});
    std::filesystem::rename(file, file + ".away");
    CHECK(prevision({"dataset", "create", "today", "--datasource", "t"}).exit_code == 3);
    CHECK(prevision({"dataset", "verify", "today"}).exit_code == 6);
    std::filesystem::rename(file + ".away", file);
    const auto again =
        prevision({"dataset", "create", "today", "--datasource", "t", "--if-exists", "skip", "-q"});
    CHECK(again.exit_code == 0);
    CHECK(again.err.find("which had failed") != std::string::npos);
    CHECK(prevision.ok({"dataset", "list", "-q"}) == again.out);
    CHECK(prevision.ok({"dataset", "list", "--columns", "name,state", "--no-header"}) == "today  done\n");
    CHECK(prevision({"dataset", "create", "today", "--datasource", "t"}).exit_code == 6);
}

TEST_CASE("the default project is there again after it was deleted") {
    const Prevision prevision;
    prevision.ok({"project", "delete", "default", "--yes"});
    CHECK(prevision.ok({"connector", "list", "-o", "json"}) == "[]\n");
    CHECK(prevision.ok({"project", "list", "--columns", "name", "--no-header"}) == "default\n");
}

TEST_CASE("what is in use is not deleted, and the refusal names what deletes it all") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "shop", "--host", "mysql://db"});
    prevision.ok({"datasource", "create", "t", "--connector", "shop", "--database", "d", "--table", "t"});
    const auto refused = prevision({"connector", "delete", "shop", "--yes"});
    CHECK(refused.exit_code == 6);
    CHECK(refused.err.find("'shop'") != std::string::npos);
    CHECK(refused.err.find("--cascade") != std::string::npos);
    prevision.ok({"connector", "delete", "shop", "--cascade", "--yes"});
    CHECK(prevision.ok({"datasource", "list", "-q"}).empty());
}

TEST_CASE("an exporter's write mode is one of what it writes to") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "shop", "--host", "mysql://db"});
    const std::vector<std::string> table{"exporter",   "create", "out",     "--connector", "shop",
                                         "--database", "d",      "--table", "t",           "--write-mode"};
    auto wrong = table;
    wrong.emplace_back("timestamp");
    const auto refused = prevision(wrong);
    CHECK(refused.exit_code == 7);
    CHECK(refused.err ==
          "prevision: cannot create the exporter 'out': invalid --write-mode: timestamp is for a file\n"
          "hint: of a table: append or replace\n");
    auto right = table;
    right.emplace_back("replace");
    prevision.ok(right);
    CHECK(prevision.ok({"exporter", "list", "--columns", "write_mode", "--no-header"}) == "replace\n");
}

TEST_CASE("an exporter names what its connector can write to") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "shop", "--host", "mysql://db"});
    prevision.ok({"connector", "create", "files", "--type", "FTP", "--host", "h"});
    struct Row {
        std::vector<std::string> options;
        std::string message;
    };
    for (const auto& [options, message] :
         {Row{{"--connector", "shop", "--database", "d"},
              "cannot create the exporter 'out': invalid --table: an exporter to a database needs "
              "it\nhint: name the table"},
          Row{{"--connector", "shop", "--table", "t", "--path", "p"},
              "invalid --path: it does not apply to MySQL and MariaDB"},
          Row{{"--connector", "shop", "--table", "t"}, "database"}, Row{{"--connector", "files"}, "path"},
          Row{{"--connector", "files", "--path", "p", "--bucket", "b"},
              "invalid --bucket: it does not apply to FTP and FTPS"}}) {
        std::vector<std::string> arguments{"exporter", "create", "out"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        const auto refused = prevision(arguments);
        INFO(refused.err);
        CHECK(refused.exit_code == 7);
        CHECK(refused.err.find(message) != std::string::npos);
    }
    CHECK(prevision.ok({"exporter", "list", "-q"}).empty());
    std::ofstream(prevision.file("x.yaml")) << "exporters:\n  - {name: out, connector: shop}\n";
    const auto declared = prevision({"apply", prevision.file("x.yaml").string()});
    CHECK(declared.exit_code == 7);
    CHECK(declared.err.find("x.yaml:2: exporter 'out': invalid table: an exporter") != std::string::npos);
}

TEST_CASE("what an engine refuses is reported with the name of the object and the flag") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "shop", "--host", "mysql://db"});
    struct Row {
        std::vector<std::string> arguments;
        std::string message;
    };
    for (const auto& [arguments, message] :
         {Row{{"connector", "create", "x", "--host", "oracle://db"},
              "the connector 'x': invalid --host: its scheme"},
          Row{{"connector", "create", "x", "--type", "SQL", "--host", "db", "--port", "1433"},
              "the connector 'x': invalid --port: 1433"},
          Row{{"connector", "create", "x", "--engine", "postgresql", "--host", "db/shop"},
              "the connector 'x': invalid --host: a path"},
          Row{{"datasource", "create", "x", "--connector", "shop", "--database", "d"},
              "the datasource 'x': invalid --table: neither"}}) {
        const auto refused = prevision(arguments);
        CHECK(refused.exit_code == 7);
        CHECK_THAT(refused.err, Catch::StartsWith("prevision: cannot create " + message));
    }
    CHECK(split(std::string(trim(prevision.ok({"connector", "list", "-q"}))), '\n').size() == 1);
}

TEST_CASE("a file name as the format gets a hint that names the flag for files") {
    const Prevision prevision;
    const auto download = prevision({"dataset", "download", "x", "-o", "orders.csv"});
    CHECK(download.exit_code == 2);
    CHECK_THAT(download.err, Catch::EndsWith("hint: --output is a format: --to names a file\n"));
    const auto list = prevision({"connector", "list", "-o", "list.csv"});
    CHECK(list.exit_code == 2);
    CHECK_THAT(list.err, Catch::EndsWith("hint: --output is a format: '>' of the shell names a file\n"));
}

TEST_CASE("text that is not UTF-8 is refused by name, before anything is sent") {
    const Prevision prevision;
    const auto name = prevision({"connector", "create", "n\xff", "--host", "mysql://db"});
    CHECK(name.exit_code == 2);
    CHECK(name.err.starts_with("prevision: NAME: "));
    const auto password = prevision(
        {"connector", "create", "n", "--host", "mysql://db", "--username", "u", "--password-stdin"}, "\xff");
    CHECK(password.exit_code == 7);
    CHECK(password.err.starts_with("prevision: invalid password: it is not UTF-8 text"));
    const auto empty = prevision(
        {"connector", "create", "n", "--host", "mysql://db", "--username", "u", "--password-stdin"}, "");
    CHECK(empty.exit_code == 0);
    CHECK(empty.err == "warning: the password is empty\n");
}

TEST_CASE("a type that no engine serves can be kept, and says so when it is tested") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "files", "--type", "hdfs", "--host", "files.example.com",
                  "--username", "u", "--password-stdin"},
                 "p");
    CHECK(prevision.ok({"connector", "list", "-o", "csv", "--no-header", "--columns", "name,type"}) ==
          "files,HDFS\r\n");
    CHECK(prevision({"connector", "test", "files"}).exit_code == 7);
}
