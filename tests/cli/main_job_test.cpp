#include <csignal>
#include <thread>

#include <catch2/catch.hpp>

#include "cli/in_process_platform.hpp"
#include "core/file.hpp"
#include "core/id.hpp"
#include "core/text.hpp"
#include "model/codec.hpp"
#include "model/json.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using testing::shell;

namespace {

/// A home with a SQLite file, a connector `shop` to it and a datasource `orders`.
template <typename Program>
struct ShopOf : Program {
    ShopOf() {
        shell("sqlite3 " + database() +
              " \"CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT, total DECIMAL(10,2));"
              " INSERT INTO orders VALUES (1, 'a', 1.5), (2, NULL, 2), (3, '', NULL);\"");
        this->ok({"connector", "create", "shop", "--host", "sqlite://" + database()});
        this->ok({"datasource", "create", "orders", "--connector", "shop", "--table", "orders"});
    }

    [[nodiscard]] std::string database() const { return this->file("shop.db").string(); }
};
using Shop = ShopOf<testing::EmbeddedPrevision>;
using ShopProgram = ShopOf<testing::Prevision>;  ///< where a process of its own matters

std::string trimmed(const std::string& text) { return std::string(trim(text)); }

}  // namespace

TEST_CASE("the main job runs end to end") {
    const ShopProgram prevision;
    const auto id = trimmed(prevision.ok({"dataset", "create", "today", "--datasource", "orders", "-q"}));
    CHECK(is_id(id));
    CHECK(prevision.ok({"dataset", "list", "-o", "csv", "--columns", "name,state,rows,bytes"}) ==
          "name,state,rows,bytes\r\ntoday,done,3,37\r\n");
    CHECK(prevision.ok({"dataset", "head", "today", "-o", "csv"}) ==
          "id,name,total\r\n1,a,1.5\r\n2,,2\r\n3,\"\",\r\n");
    CHECK(prevision.ok({"dataset", "download", "today", "--to", "-"}) ==
          "id,name,total\r\n1,a,1.5\r\n2,,2\r\n3,\"\",\r\n");
    prevision.ok({"dataset", "verify", id});
    CHECK(prevision.ok({"datasource", "preview", "orders", "-n", "1", "-o", "csv"}) ==
          "id,name,total\r\n1,a,1.5\r\n");
    CHECK(prevision.ok({"datasource", "cat", "orders"}) == "id,name,total\r\n1,a,1.5\r\n2,,2\r\n3,\"\",\r\n");
}

TEST_CASE("columns of one name are shown each with its own values") {
    const Shop prevision;
    prevision.ok({"datasource", "create", "same", "--connector", "shop", "--request",
                  "SELECT 1 AS a, 2 AS b, 3 AS a"});
    CHECK(prevision.ok({"datasource", "preview", "same", "-o", "csv"}) == "a,b,a\r\n1,2,3\r\n");
    CHECK(prevision.ok({"datasource", "preview", "same", "-o", "csv", "--columns", "b,a"}) ==
          "b,a\r\n2,1\r\n");
}

TEST_CASE("a table whose texts look like numbers and bytes is the same after it was exported") {
    const Shop prevision;
    const auto sqlite = [&](const std::string& sql) {
        return shell("sqlite3 " + prevision.database() + " \"" + sql + "\"");
    };
    sqlite(
        "CREATE TABLE odd (id INTEGER, a, b TEXT, c BLOB); CREATE TABLE same (id INTEGER, a, b TEXT, c BLOB);"
        "INSERT INTO odd VALUES (1, '12', '12', x'41'), (2, 12, '\\x41', '\\x41'), (3, 1.5, x'41', '1.5'),"
        " (4, 'inf', 'true', ''), (5, NULL, NULL, x'');");
    prevision.ok({"datasource", "create", "odd", "--connector", "shop", "--table", "odd"});
    prevision.ok({"dataset", "create", "odd", "--datasource", "odd"});
    CHECK(prevision.ok({"dataset", "download", "odd", "--to", "-"}) ==
          "id,a,b,c\r\n1,\"12\",12,\\x41\r\n2,12,\"\\x41\",\"\\x41\"\r\n3,1.5,\\x41,\"1.5\"\r\n"
          "4,\"inf\",\"true\",\"\"\r\n5,,,\\x\r\n");
    prevision.ok({"exporter", "create", "same", "--connector", "shop", "--table", "same"});
    prevision.ok({"exporter", "run", "same", "--dataset", "odd"});
    const std::string all = "SELECT id, typeof(a), quote(a), typeof(b), quote(b), typeof(c), quote(c) FROM ";
    CHECK(sqlite(all + "same ORDER BY id") == sqlite(all + "odd ORDER BY id"));
}

TEST_CASE("a downloaded file has the SHA-256 that the dataset tells") {
    const Shop prevision;
    prevision.ok({"dataset", "create", "today", "--datasource", "orders"});
    const auto file = prevision.file("out.csv").string();
    prevision.ok({"dataset", "download", "today", "--to", file});
    const auto dataset = model::decode_dataset(prevision.ok({"dataset", "show", "today", "-o", "json"}));
    CHECK(shell("sha256sum < " + file).starts_with(dataset.sha256));
    CHECK(dataset.bytes == read_file(file, 1000).size());
    CHECK(prevision({"dataset", "download", "today", "--to", file}).exit_code == 6);
    prevision.ok({"dataset", "download", "today", "--to", file, "--force"});
}

TEST_CASE("a download into a folder is a file of the dataset's name there") {
    const Shop prevision;
    prevision.ok({"dataset", "create", "a/b", "--datasource", "orders"});
    const auto folder = prevision.file("downloads");
    std::filesystem::create_directory(folder);
    prevision.ok({"dataset", "download", "a/b", "--to", folder.string()});
    CHECK(read_file(folder / "a_b.csv", 1000) == prevision.ok({"dataset", "download", "a/b", "--to", "-"}));
    CHECK(prevision({"dataset", "download", "a/b", "--to", folder.string()}).exit_code == 6);
    // What cannot be looked at is told by what the system says of it.
    std::filesystem::create_symlink("loop", folder / "loop");
    const auto loop = prevision({"dataset", "download", "a/b", "--to", (folder / "loop" / "x").string()});
    CHECK(loop.exit_code == 1);
    CHECK(loop.err == "prevision: cannot open " + (folder / "loop" / "x").string() +
                          ": Too many levels of symbolic links\n");
}

TEST_CASE("a snapshot without a name is named after its datasource and the time") {
    const Shop prevision;
    prevision.ok({"dataset", "create", "--datasource", "orders"});
    prevision.ok({"dataset", "create", "--datasource", "orders"});
    const auto names = split(
        trimmed(prevision.ok({"dataset", "list", "-o", "tsv", "--no-header", "--columns", "name"})), '\n');
    REQUIRE(names.size() == 2);
    CHECK(names[0].starts_with("orders-2"));
    CHECK(names[0] != names[1]);
}

TEST_CASE("a test goes through its stages and shows each") {
    const Shop prevision;
    CHECK(prevision.ok({"connector", "test", "shop"}).starts_with("STAGE    RESULT "));
    const auto tested =
        model::decode_test_result(prevision.ok({"datasource", "test", "orders", "-o", "json"}));
    CHECK(tested.ok);
    std::vector<std::string> stages;
    for (const auto& stage : tested.stages) stages.push_back(stage.stage);
    CHECK(stages == std::vector<std::string>{"resolve", "connect", "tls", "auth", "list", "read"});
}

TEST_CASE("a connector is browsed down to the columns of a table") {
    const Shop prevision;
    const auto browse = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{"connector", "browse",      "shop",      "-o",
                                           "tsv",       "--no-header", "--columns", "path,kind,detail"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return prevision.ok(arguments);
    };
    shell("sqlite3 " + prevision.database() + " 'CREATE TABLE \"a/b\" (x TEXT)'");
    CHECK(browse({}) == "main\tdatabase\t\n");
    CHECK(browse({"main"}) == "\"a/b\"\ttable\t\norders\ttable\t\n");
    CHECK(browse({"main/orders"}) ==
          "id\tcolumn\tINTEGER\nname\tcolumn\tTEXT\ntotal\tcolumn\tDECIMAL(10,2)\n");
    CHECK(browse({"main/\"a/b\""}) == "x\tcolumn\tTEXT\n");
    CHECK(browse({"--recursive"}) == "main\tdatabase\t\nmain/\"a/b\"\ttable\t\nmain/orders\ttable\t\n");
    CHECK(browse({"--recursive", "--limit", "1"}) == "main\tdatabase\t\n");
    CHECK(prevision({"connector", "browse", "shop", "main/nowhere"}).exit_code == 3);
    CHECK(prevision({"connector", "browse", "shop", "a/b/c"}).exit_code == 7);
}

TEST_CASE("a failed test exits with its stage's class and still shows the stages") {
    const Shop prevision;
    prevision.ok({"datasource", "create", "none", "--connector", "shop", "--table", "nowhere"});
    const auto result = prevision({"datasource", "test", "none", "-o", "json"});
    CHECK(result.exit_code == 3);
    const auto tested = model::decode_test_result(result.out);
    CHECK_FALSE(tested.ok);
    REQUIRE_FALSE(tested.stages.empty());
    CHECK_FALSE(tested.stages.back().ok);
    CHECK(result.err.find(R"("class":"not_found")") != std::string::npos);

    // The engine is not told here: the server would have to be asked, and there is none.
    const testing::ClosedPort closed;
    prevision.ok({"connector", "create", "gone", "--type", "SQL", "--host", "127.0.0.1", "--port",
                  std::to_string(closed.port()), "--username", "u"});
    const auto unreachable = prevision({"connector", "test", "gone", "-o", "json"});
    CHECK(unreachable.exit_code == 5);
    const auto stages = model::decode_test_result(unreachable.out).stages;
    REQUIRE(stages.size() == 2);
    CHECK((stages[0].stage == "resolve" && stages[0].ok));
    CHECK((stages[1].stage == "connect" && !stages[1].ok));
}

TEST_CASE("a snapshot that fails is failed with its reason, and the command exits with its class") {
    const Shop prevision;
    prevision.ok({"datasource", "create", "none", "--connector", "shop", "--table", "nowhere"});
    const auto result = prevision({"dataset", "create", "broken", "--datasource", "none"});
    CHECK(result.exit_code == 3);
    CHECK(result.err.find("cannot take the snapshot 'broken'") != std::string::npos);
    CHECK(result.err.find("hint: list what there is") != std::string::npos);
    CHECK(prevision.ok({"dataset", "list", "-o", "csv", "--no-header", "--columns", "name,state,rows"}) ==
          "broken,failed,\r\n");
    CHECK(prevision({"dataset", "download", "broken", "--to", "-"}).exit_code == 6);
}

TEST_CASE("the schema of a datasource is that of its snapshot") {
    const Shop prevision;
    CHECK(prevision.ok({"datasource", "schema", "orders", "-o", "csv"}) ==
          "name,type,nullable\r\nid,INTEGER,no\r\nname,TEXT,yes\r\ntotal,\"DECIMAL(10,2)\",yes\r\n");
    prevision.ok({"dataset", "create", "today", "--datasource", "orders"});
    const auto dataset = model::parse_json(prevision.ok({"dataset", "show", "today", "-o", "json"}));
    const auto schema = model::parse_json(prevision.ok({"datasource", "schema", "orders", "-o", "json"}));
    CHECK(schema == *model::find_member(dataset, "schema"));
}

TEST_CASE("a snapshot that is not waited for goes on after the command has ended") {
    const ShopProgram prevision;
    const auto id =
        trimmed(prevision.ok({"dataset", "create", "later", "--datasource", "orders", "--no-wait", "-q"}));
    std::string state;
    // Asked again and again until the other process is done; the test's time limit ends it otherwise.
    while (state != "done" && state != "failed") {
        state = trimmed(prevision.ok(
            {"dataset", "list", "-o", "tsv", "--no-header", "--columns", "state", "--filter", "id=" + id}));
    }
    CHECK(state == "done");
    prevision.ok({"dataset", "verify", "later"});
}

TEST_CASE("an interrupted snapshot leaves nothing behind") {
    for (const auto& [signal, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}}) {
        const ShopProgram prevision;
        // As long as it takes: a query that goes on until it is stopped.
        prevision.ok({"datasource", "create", "endless", "--connector", "shop", "--request",
                      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"});
        const auto running =
            prevision.start({"dataset", "create", "half", "--datasource", "endless", "--progress", "json"});
        while (running->err().find("\"rows\":") == std::string::npos) std::this_thread::yield();
        running->signal(signal);
        CHECK(running->wait().exit_code == code);
        CHECK(prevision.ok({"dataset", "list", "-o", "json"}) == "[]\n");
        CHECK(shell("ls " + (prevision.home() / "datasets").string()).empty());
    }
}

TEST_CASE("a snapshot whose process was killed is failed, and its remains go") {
    const ShopProgram prevision;
    prevision.ok({"datasource", "create", "endless", "--connector", "shop", "--request",
                  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"});
    const auto running =
        prevision.start({"dataset", "create", "half", "--datasource", "endless", "--progress", "json"});
    while (running->err().find("\"rows\":") == std::string::npos) std::this_thread::yield();
    running->signal(SIGKILL);
    CHECK(running->wait().exit_code == 128 + SIGKILL);
    CHECK(prevision.ok({"dataset", "list", "-o", "csv", "--no-header", "--columns", "name,state,message"}) ==
          "half,failed,the process that took the snapshot ended before it was done\r\n");
    CHECK(shell("find " + (prevision.home() / "datasets").string() + " -name '*.csv*'").empty());
}

TEST_CASE("deleting refuses while something depends on it, and cascades when told") {
    const Shop prevision;
    prevision.ok({"exporter", "create", "out", "--connector", "shop", "--table", "t"});
    CHECK(prevision({"connector", "delete", "shop", "--yes"}).exit_code == 6);
    prevision.ok({"connector", "delete", "shop", "--cascade", "--yes"});
    CHECK(prevision.ok({"datasource", "list", "-o", "json"}) == "[]\n");
    CHECK(prevision.ok({"exporter", "list", "-o", "json"}) == "[]\n");
    CHECK(prevision.ok({"connector", "list", "-q"}).empty());
}

TEST_CASE("a project holds its own objects and goes with them") {
    const Shop prevision;
    prevision.ok({"project", "create", "other", "--description", "another"});
    CHECK(prevision.ok({"--project", "other", "connector", "list", "-o", "json"}) == "[]\n");
    prevision.ok({"connector", "create", "shop", "--host", "sqlite:///x.db", "--project", "other"});
    CHECK(prevision({"project", "delete", "other", "--yes"}).exit_code == 6);
    prevision.ok({"project", "delete", "other", "--cascade", "--yes"});
    CHECK(prevision({"project", "show", "other"}).exit_code == 3);
    CHECK(prevision.ok({"project", "list", "-o", "csv", "--columns", "name"}) == "name\r\ndefault\r\n");
}
