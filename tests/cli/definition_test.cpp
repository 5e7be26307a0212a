#include <catch2/catch.hpp>

#include "core/text.hpp"
#include "model/json.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;

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

TEST_CASE("an update changes what is given alone") {
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

TEST_CASE("a type that no engine serves can be kept, and says so when it is tested") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "files", "--type", "hdfs", "--host", "files.example.com",
                  "--username", "u", "--password-stdin"},
                 "p");
    CHECK(prevision.ok({"connector", "list", "-o", "csv", "--no-header", "--columns", "name,type"}) ==
          "files,HDFS\r\n");
    CHECK(prevision({"connector", "test", "files"}).exit_code == 7);
}
