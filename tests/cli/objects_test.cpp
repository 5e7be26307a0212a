// What the verbs of every noun share: several names, columns, filters, renaming, clearing.
#include <fstream>

#include <catch2/catch.hpp>

#include "cli/in_process_platform.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "support/program.hpp"

using namespace prevision;
using Prevision = testing::EmbeddedPrevision;

namespace {

/// Three connectors.
struct Three : Prevision {
    Three() {
        ok({"connector", "create", "beta", "--host", "mysql://b", "--port", "20"});
        ok({"connector", "create", "alpha", "--host", "mysql://a", "--port", "100"});
        ok({"connector", "create", "gamma", "--host", "mysql://a"});
    }

    [[nodiscard]] std::string names(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(),
                         {"connector", "list", "-o", "tsv", "--no-header", "--columns", "name"});
        return ok(arguments);
    }
};

}  // namespace

TEST_CASE("several are shown as a list, and as blocks in a table") {
    const Three prevision;
    CHECK(prevision.ok({"connector", "show", "gamma", "beta", "-o", "csv", "--columns", "name,port"}) ==
          "name,port\r\ngamma,\r\nbeta,20\r\n");
    CHECK(model::parse_json(prevision.ok({"connector", "show", "gamma", "beta", "-o", "json"})).Size() == 2);
    CHECK(prevision.ok({"connector", "show", "gamma", "beta", "--columns", "name,host"}) ==
          "name:  gamma\nhost:  mysql://a\n\nname:  beta\nhost:  mysql://b\n");
    const auto partial = prevision({"connector", "show", "nowhere", "beta", "-q"});
    CHECK(partial.exit_code == 8);
    CHECK(partial.out == prevision.ok({"connector", "show", "beta", "-q"}));
}

TEST_CASE("the flag --columns chooses what show, create and update show") {
    const Prevision prevision;
    CHECK(prevision.ok({"connector", "create", "x", "--host", "mysql://a", "--columns", "host,name"}) ==
          "host:  mysql://a\nname:  x\n");
    CHECK(prevision.ok({"connector", "show", "x", "--columns", "NAME", "-o", "csv"}) == "name\r\nx\r\n");
    CHECK(prevision.ok({"connector", "update", "x", "--host", "mysql://b", "--columns", "host", "-o",
                        "tsv"}) == "host\nmysql://b\n");
    // Refused before anything is done.
    const auto refused = prevision({"connector", "create", "y", "--host", "mysql://a", "--columns", "nme"});
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.find("did you mean 'name'?") != std::string::npos);
    CHECK(prevision({"connector", "show", "y"}).exit_code == 3);
}

TEST_CASE("one object is shown with the name of the one that it belongs to") {
    const Prevision prevision;
    const auto file = prevision.file("a.db").string();
    prevision.ok({"connector", "create", "shop", "--host", "sqlite://" + file});
    const std::string name_of_connector = "connector\r\nshop\r\n";
    CHECK(prevision.ok({"datasource", "create", "orders", "--connector", "shop", "--request", "SELECT 1",
                        "-o", "csv", "--columns", "connector"}) == name_of_connector);
    CHECK(prevision.ok({"datasource", "show", "orders", "-o", "csv", "--columns", "connector"}) ==
          name_of_connector);
    CHECK(prevision.ok({"datasource", "update", "orders", "--request", "SELECT 2", "-o", "csv", "--columns",
                        "connector"}) == name_of_connector);
    CHECK(prevision.ok({"exporter", "create", "out", "--connector", "shop", "--table", "t", "--columns",
                        "name,connector"}) == "name:       out\nconnector:  shop\n");
    CHECK(prevision.ok({"exporter", "show", "out", "out", "-o", "csv", "--columns", "name,connector"}) ==
          "name,connector\r\nout,shop\r\nout,shop\r\n");
    std::ofstream(prevision.file("a.csv")) << "a\n1\n";
    prevision.ok({"dataset", "create", "d", "--file", prevision.file("a.csv").string()});
    CHECK(prevision.ok({"dataset", "wait", "d", "--columns", "name,datasource"}) == "name:  d\n");
    CHECK(prevision.ok({"datasource", "delete", "orders", "--yes", "-o", "csv"}).find(",shop,") !=
          std::string::npos);
    // The table of one object has it, too.
    CHECK(prevision.ok({"exporter", "show", "out"}).find("connector:     shop\n") != std::string::npos);
}

TEST_CASE("runs of an exporter are listed and filtered by the name of their dataset") {
    const Prevision prevision;
    testing::shell("sqlite3 " + prevision.file("a.db").string() + " 'CREATE TABLE other (i)'");
    prevision.ok({"connector", "create", "shop", "--host", "sqlite://" + prevision.file("a.db").string()});
    prevision.ok({"exporter", "create", "out", "--connector", "shop", "--table", "t"});
    std::ofstream(prevision.file("a.csv")) << "a\n1\n";
    for (const std::string name : {"one", "two"})
        prevision.ok({"dataset", "create", name, "--file", prevision.file("a.csv").string()});
    CHECK(prevision.ok({"exporter", "run", "out", "--dataset", "one", "--columns", "dataset,logs"}) ==
          "dataset:  one\nlogs:     1 row written\n");
    prevision.ok({"exporter", "run", "out", "--dataset", "two"});
    prevision.ok({"exporter", "run", "out", "--file", prevision.file("a.csv").string()});
    CHECK(prevision.ok({"exporter", "exports", "out", "-o", "csv", "--columns", "dataset"}) ==
          "dataset\r\none\r\ntwo\r\n\r\n");
    CHECK(prevision.ok({"exporter", "exports", "out", "--filter", "dataset=tw*", "--no-header", "--columns",
                        "dataset,status"}) == "two  done\n");
}

TEST_CASE("a filter with != keeps what does not match, and several sorts count in their order") {
    const Three prevision;
    CHECK(prevision.names({"--filter", "name!=*et*"}) == "alpha\ngamma\n");
    CHECK(prevision.names({"--filter", "host=mysql://a", "--filter", "name!=gamma"}) == "alpha\n");
    CHECK(prevision.names({"--filter", "port!="}) == "beta\nalpha\n");
    CHECK(prevision.names({"--sort", "host", "--sort", "-name"}) == "gamma\nalpha\nbeta\n");
    CHECK(prevision.names({"--sort", "-host", "--sort", "name"}) == "beta\nalpha\ngamma\n");
}

TEST_CASE("every noun's update renames, and refuses a name that is taken") {
    const Three prevision;
    prevision.ok({"project", "create", "p"});
    prevision.ok({"datasource", "create", "d", "--connector", "beta", "--database", "d", "--table", "t"});
    prevision.ok({"exporter", "create", "e", "--connector", "beta", "--database", "d", "--table", "t"});
    for (const auto& [noun, name] : std::vector<std::pair<std::string, std::string>>{
             {"project", "p"}, {"connector", "beta"}, {"datasource", "d"}, {"exporter", "e"}}) {
        const auto id = prevision.ok({noun, "show", name, "-q"});
        CHECK(prevision.ok({noun, "update", name, "--name", "new name", "-q"}) == id);
        CHECK(prevision.ok({noun, "show", "new name", "-q"}) == id);
        CHECK(prevision({noun, "show", name}).exit_code == 3);
        CHECK(prevision({noun, "update", "new name"}).exit_code == 2);
        CHECK(prevision({noun, "update", "new name", "--name", ""}).exit_code == 7);
        // Its own name is free.
        prevision.ok({noun, "update", "new name", "--name", "new name"});
    }
    const auto taken = prevision({"connector", "update", "alpha", "--name", "gamma"});
    CHECK(taken.exit_code == 6);
    CHECK(taken.err.find(std::string(trim(prevision.ok({"connector", "show", "gamma", "-q"})))) !=
          std::string::npos);
}

TEST_CASE("create --if-exists update changes the given fields of what is there") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "x", "--host", "mysql://a"});
    prevision.ok({"project", "create", "p", "--description", "old", "--project-color", "#000000"});
    const auto id =
        prevision.ok({"project", "create", "p", "--description", "new", "--if-exists", "update", "-q"});
    CHECK(prevision.ok({"project", "show", "p", "-o", "csv", "--columns", "id,description,color"}) ==
          "id,description,color\r\n" + std::string(trim(id)) + ",new,#000000\r\n");
    CHECK(prevision.ok({"project", "create", "p", "--if-exists", "update", "-q"}) == id);
    prevision.ok({"exporter", "create", "e", "--connector", "x", "--database", "d", "--table", "t"});
    const auto exporter =
        prevision.ok({"exporter", "create", "e", "--connector", "x", "--database", "d", "--table", "u",
                      "--write-mode", "replace", "--if-exists", "update", "-q"});
    CHECK(prevision.ok({"exporter", "list", "-o", "csv", "--columns", "id,table,write_mode"}) ==
          "id,table,write_mode\r\n" + std::string(trim(exporter)) + ",u,replace\r\n");
}

TEST_CASE("create --if-exists update keeps the secret that stdin, a pipe or a command gives once") {
    const Prevision prevision;
    const auto declared = [&](const std::string& host) {
        return "connectors: [{name: x, host: 'mysql://" + host +
               "', username: u, password_file: " + prevision.file("new").string() + "}]";
    };
    std::ofstream(prevision.file("new")) << "new\n";
    const auto create = [&](const std::string& host, std::vector<std::string> more,
                            const std::string& input = {}) {
        std::vector<std::string> arguments{"connector",       "create",     "x", "--host",
                                           "mysql://" + host, "--username", "u"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return prevision(arguments, input);
    };
    REQUIRE(create("a", {"--password-stdin"}, "old\n").exit_code == 0);
    const auto updated = create("b", {"--if-exists", "update", "--password-stdin"}, "new\n");
    CHECK(updated.exit_code == 0);
    CHECK(updated.err.empty());
    CHECK(prevision.ok({"diff", "-", "--exit-code"}, declared("b")).empty());

    const auto runs = prevision.file("runs");
    const auto command = "echo run >> " + runs.string() + "; echo new";
    CHECK(create("c", {"--if-exists", "update", "--password-command", command}).exit_code == 0);
    CHECK(read_file(runs, 100) == "run\n");
    CHECK(prevision.ok({"diff", "-", "--exit-code"}, declared("c")).empty());

    // One that is given and empty clears the old one.
    CHECK(create("d", {"--if-exists", "update", "--password-stdin"}, "\n").exit_code == 0);
    CHECK(prevision({"diff", "-", "--exit-code"}, declared("d")).exit_code == 10);
}

TEST_CASE("an empty value clears a field") {
    const Prevision prevision;
    prevision.ok({"project", "update", "default", "--description", "all"});
    CHECK(prevision.ok({"project", "update", "default", "--description", "", "--columns", "description", "-o",
                        "csv"}) == "description\r\n\r\n");
    prevision.ok({"connector", "create", "x", "--host", "mysql://a", "--port", "1", "--username", "u",
                  "--tls", "require"});
    prevision.ok({"connector", "update", "x", "--port", "", "--username=", "--tls", ""});
    CHECK(prevision.ok({"connector", "show", "x", "-o", "csv", "--columns", "port,username,tls"}) ==
          "port,username,tls\r\n,,\r\n");
    prevision.ok({"connector", "create", "files", "--type", "FTP", "--host", "h"});
    prevision.ok({"datasource", "create", "d", "--connector", "files", "--path", "a.csv", "--header", "yes",
                  "--separator", ";"});
    prevision.ok({"datasource", "update", "d", "--header", "", "--separator", ""});
    CHECK(prevision.ok({"datasource", "show", "d", "-o", "csv", "--columns", "header,separator"}) ==
          "header,separator\r\n,\r\n");
    prevision.ok({"exporter", "create", "e", "--connector", "x", "--database", "d", "--table", "t",
                  "--write-mode", "replace", "--description", "nightly"});
    CHECK(prevision.ok({"exporter", "update", "e", "--write-mode", "", "--description", "", "-o", "csv",
                        "--columns", "write_mode,description"}) == "write_mode,description\r\nappend,\r\n");
    CHECK(prevision({"connector", "update", "x", "--port", "one"}).exit_code == 2);
}

TEST_CASE("datasets are listed with the name of their datasource, and filtered by it") {
    const Prevision prevision;
    const auto file = prevision.file("a.db").string();
    prevision.ok({"connector", "create", "shop", "--host", "sqlite://" + file});
    for (const std::string name : {"orders", "people"}) {
        prevision.ok({"datasource", "create", name, "--connector", "shop", "--request", "SELECT 1"});
    }
    // Without its file a snapshot fails, and is listed all the same.
    CHECK(prevision({"dataset", "create", "x", "--datasource", "people"}).exit_code == 3);
    CHECK(prevision({"dataset", "create", "y", "--datasource", "orders"}).exit_code == 3);
    CHECK(prevision.ok({"dataset", "list", "-o", "csv", "--columns", "name,datasource"}) ==
          "name,datasource\r\nx,people\r\ny,orders\r\n");
    CHECK(prevision.ok({"dataset", "list", "--filter", "datasource=ord*", "--columns", "name",
                        "--no-header"}) == "y\n");
}

TEST_CASE("several are tested together, and a name that is unknown fails like a test") {
    const Prevision prevision;
    const auto file = prevision.file("a.db").string();
    prevision.ok({"connector", "create", "bad", "--host", "sqlite:///nowhere/a.db"});
    prevision.ok({"connector", "create", "worse", "--host", "sqlite:///nowhere/b.db"});
    const auto result = prevision({"connector", "test", "bad", "nobody", "worse", "-o", "csv", "--junit",
                                   prevision.file("junit.xml").string()});
    CHECK(result.exit_code == 8);
    CHECK(result.err.find("3 of 3 connectors failed the test") != std::string::npos);
    CHECK(result.out.find("nobody,failed,0,no connector is named 'nobody'\r\n") != std::string::npos);
    CHECK(prevision({"connector", "test", "bad", "--all"}).exit_code == 2);
    const auto nothing = prevision({"datasource", "test", "--all"});
    CHECK(nothing.exit_code == 0);
    CHECK(nothing.err == "warning: there is no datasource to test\n");
}

TEST_CASE("messages say what to write instead") {
    const Three prevision;
    struct Row {
        std::vector<std::string> arguments;
        std::string message;
    };
    for (const auto& [arguments, message] :
         {Row{{"connector", "--", "list"}, "'list' follows '--', where no command can be named"},
          Row{{"connector", "list", "--", "x"}, "unexpected argument 'x'"},
          Row{{"connector", "list", "-o=json"},
              "-o=json: a short flag's value follows without '='\nhint: write -o json"},
          Row{{"connector", "list", "-q", "-o", "csv"}, "-q and -o csv exclude each other"},
          Row{{"connector", "create", "x", "--host", "mysql://h", "--username", "u", "--password-file", ""},
              "--password-file: a file's name is missing"},
          Row{{"connector", "show", "-dash"},
              "a name that begins with '-' goes after '--': prevision connector show -- -dash"},
          Row{{"connector", "list", "--no-header=", "--limit", "1"}, "--no-header takes no value"}}) {
        const auto refused = prevision(arguments);
        INFO(refused.err);
        CHECK(refused.exit_code == 2);
        CHECK(refused.err.find(message) != std::string::npos);
    }
    const auto type = prevision({"connector", "create", "x", "--type", "Postgres", "--host", "h"});
    CHECK(type.exit_code == 7);
    INFO(type.err);
    CHECK(type.err.find("hint: --engine postgresql names the system; its type is SQL") != std::string::npos);
}

TEST_CASE("with JSON, stderr is one object or nothing, whatever was warned of") {
    const Prevision prevision;
    const auto warned = prevision({"connector", "create", "x", "--host", "mysql://h", "--username", "u",
                                   "--password", "", "-v", "-o", "json"});
    CHECK(warned.exit_code == 0);
    const auto object = model::parse_json_object(warned.err);
    CHECK(object["warnings"].Size() == 2);
    CHECK(object["requests"].Size() >= 2);
    const auto skipped =
        prevision({"connector", "create", "x", "--host", "mysql://h", "--if-exists", "skip", "-o", "jsonl"});
    CHECK(skipped.err == R"({"warnings":["the connector 'x' exists already and was not changed"]})"
                         "\n");
    const auto failed = prevision({"connector", "show", "x", "y", "-o", "json"});
    const auto error = model::parse_json_object(failed.err);
    CHECK(model::get_text(error["error"], "class") == "partial");
    CHECK(std::string(error["warnings"][0].GetString()) == "no connector is named 'y'");
    CHECK(prevision({"connector", "show", "x", "-o", "json"}).err.empty());
}
