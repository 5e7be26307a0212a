#include <filesystem>

#include <catch2/catch.hpp>

#include "server/served.hpp"
#include "support/mariadb_server.hpp"
#include "support/postgres_server.hpp"
#include "support/proftpd_server.hpp"

using namespace prevision;
using testing::Served;
using testing::shell;

namespace {

std::string make_exporter(const Served& served, const std::string& connector, const std::string& rest) {
    return served
        .call("POST", "/projects/" + served.project() + "/exporters",
              R"({"connector_id":")" + connector + R"(","name":"out","description":"",)" + rest + "}")
        .id();
}

/// To a server of the tests, by the user that both kinds have.
std::string make_sql_connector(const Served& served, const std::string& engine, int port) {
    return served
        .call("POST", "/projects/" + served.project() + "/connectors",
              R"({"type":"SQL","name":"c","host":"127.0.0.1","engine":")" + engine + R"(","port":)" +
                  std::to_string(port) + R"(,"username":"tester","password":"secret p@ss'w\"ord"})")
        .id();
}

std::string make_dataset(const Served& served, const std::string& connector) {
    const auto id =
        served
            .call("POST", "/projects/" + served.project() + "/datasets/data-source",
                  R"({"name":"n","datasource_id":")" + served.make_datasource(connector) + R"("})")
            .id();
    REQUIRE(served.wait_for_dataset(id) == "done");
    return id;
}

/// The export when it has ended, or the answer that refuses it.
testing::CurlAnswer ended(const Served& served, testing::CurlAnswer answer) {
    while (answer.text("status") == "running") answer = served.get("/exports/" + answer.id());
    return answer;
}

testing::CurlAnswer run_export(const Served& served, const std::string& exporter,
                               const std::string& dataset) {
    return ended(served, served.call("POST", "/exporters/" + exporter + "/dataset/" + dataset));
}

testing::CurlAnswer send_file(const Served& served, const std::string& exporter, const std::string& file,
                              const std::vector<std::string>& fields = {}) {
    std::vector<std::string> arguments{"-H", "Authorization: " + served.admin(), "-F", "file=@" + file};
    arguments.insert(arguments.end(), fields.begin(), fields.end());
    return ended(served, served.curl("/ext/v1/exporters/" + exporter + "/file", arguments));
}

std::string rows(const Served& served, const std::string& table) {
    return shell("sqlite3 -nullvalue NULL " + served.database() + " 'SELECT * FROM \"" + table + "\"'");
}

}  // namespace

TEST_CASE("an export writes a dataset into a table of SQLite, appending or replacing") {
    const Served served;
    const auto connector = served.make_connector();
    const auto dataset = make_dataset(served, connector);
    const auto append =
        make_exporter(served, connector, R"("table":"odd \"name","database_write_mode":"append")");
    const auto done = run_export(served, append, dataset);
    CHECK(done.status == 200);
    CHECK(done.text("status") == "done");
    CHECK(done.text("rows") == "3");
    CHECK(rows(served, "odd \"\"name") == "1|a|1.5\n2|NULL|2\n3||NULL\n");
    run_export(served, append, dataset);
    CHECK(rows(served, "odd \"\"name").size() == 2 * std::string("1|a|1.5\n2|NULL|2\n3||NULL\n").size());
    const auto replace =
        make_exporter(served, connector, R"("table":"odd \"name","database_write_mode":"replace")");
    run_export(served, replace, dataset);
    CHECK(rows(served, "odd \"\"name") == "1|a|1.5\n2|NULL|2\n3||NULL\n");
    const auto file = served.file("more.csv").string();
    shell("printf 'id;name;total\\n9;z;1\\n' > " + file);
    const auto uploaded = send_file(served, append, file, {"-F", "separator=;"});
    CHECK(uploaded.text("status") == "done");
    CHECK(rows(served, "odd \"\"name").ends_with("9|z|1\n"));
    CHECK(served.get("/exporters/" + append + "/exports").json()["metaData"]["totalItems"].GetInt() == 3);
    CHECK(served.get("/exports/" + done.id()).text("dataset_id") == dataset);
}

TEST_CASE("an export that fails is failed with its reason, and has changed nothing") {
    const Served served;
    const auto connector = served.make_connector();
    const auto dataset = make_dataset(served, connector);
    // The primary key is there already: the first row cannot be written, after the old ones were to go.
    shell("sqlite3 " + served.database() +
          " \"CREATE TABLE strict_one (id INTEGER CHECK (id < 3), name TEXT, total TEXT);"
          " INSERT INTO strict_one VALUES (0, 'old', 'x')\"");
    const auto exporter =
        make_exporter(served, connector, R"("table":"strict_one","database_write_mode":"replace")");
    const auto failed = run_export(served, exporter, dataset);
    CHECK(failed.status == 200);
    CHECK(failed.text("status") == "failed");
    CHECK(failed.text("logs").find("CHECK constraint") != std::string::npos);
    CHECK(rows(served, "strict_one") == "0|old|x\n");
    const auto ftp =
        served.call("POST", "/projects/" + served.project() + "/connectors",
                    R"({"type":"GCP","name":"g","googleCredentials":{"type":"service_account"}})");
    REQUIRE(ftp.status == 200);
    const auto other = make_exporter(served, ftp.id(), R"("filepath":"/x.csv","file_write_mode":"safe")");
    const auto refused = run_export(served, other, dataset);
    CHECK(refused.text("status") == "failed");
    CHECK_FALSE(refused.text("logs").empty());
}

TEST_CASE("an export writes a dataset into a table of MySQL, all or nothing") {
    const testing::MariadbServer server;
    const Served served;
    const auto dataset = make_dataset(served, served.make_connector());
    const auto connector = make_sql_connector(served, "mysql", server.port());
    const auto exporter = make_exporter(served, connector,
                                        R"("database":"shop","table":"out","database_write_mode":"replace")");
    for (int i = 0; i < 2; ++i) {
        const auto done = run_export(served, exporter, dataset);
        INFO(done.body);
        CHECK(done.text("status") == "done");
    }
    CHECK(server.query("SELECT * FROM shop.out ORDER BY id;") == "1\ta\t1.5\n2\tNULL\t2\n3\t\tNULL\n");
    server.query(
        "CREATE TABLE shop.short (id INT, name CHAR(1), total INT); INSERT INTO shop.short VALUES (7, 'x', "
        "1);");
    const auto tight = make_exporter(served, connector,
                                     R"("database":"shop","table":"short","database_write_mode":"replace")");
    // Without a file there is nothing to write.
    const auto failed = served.call("POST", "/exporters/" + tight + "/file");
    CHECK(failed.status == 400);
    const auto file = served.file("long.csv").string();
    shell("printf 'id,name,total\n1,a,1\n2,toolong,1\n' > " + file);
    const auto refused = send_file(served, tight, file);
    CHECK(refused.text("status") == "failed");
    CHECK(refused.text("logs").find("Data too long") != std::string::npos);
    CHECK(server.query("SELECT * FROM shop.short;") == "7\tx\t1\n");
}

TEST_CASE("an export writes a dataset into a table of PostgreSQL, all or nothing") {
    const testing::PostgresServer server;
    const Served served;
    const auto dataset = make_dataset(served, served.make_connector());
    const auto connector = make_sql_connector(served, "postgresql", server.port());
    server.query("CREATE SCHEMA \"odd.one\";");
    const auto exporter = make_exporter(
        served, connector,
        R"x("database":"shop","table":"\"odd.one\".\"t\"\"x\"","database_write_mode":"replace")x");
    for (int i = 0; i < 2; ++i) {
        const auto done = run_export(served, exporter, dataset);
        INFO(done.body);
        CHECK(done.text("status") == "done");
    }
    CHECK(server.query("SELECT id, coalesce(name, 'NULL'), coalesce(total, 'NULL') FROM "
                       "\"odd.one\".\"t\"\"x\" ORDER BY id;") == "1|a|1.5\n2|NULL|2\n3||NULL\n");
    server.query(
        "CREATE TABLE typed (id integer, name text, total integer);"
        "INSERT INTO typed VALUES (7, 'old', 1);");
    const auto typed = make_exporter(served, connector,
                                     R"("database":"shop","table":"typed","database_write_mode":"replace")");
    const auto send = [&](const std::string& content) {
        const auto file = served.file("typed.csv").string();
        shell("printf '" + content + "' > " + file);
        return send_file(served, typed, file);
    };
    const auto refused = send("id,name,total\\n1,a,1\\n2,b,many\\n");
    CHECK(refused.text("status") == "failed");
    CHECK(refused.text("logs").find("total") != std::string::npos);
    CHECK(server.query("SELECT * FROM typed;") == "7|old|1\n");
    const auto done = send("id,name,total\\n1,it\\047s \\134n,5\\n");
    CHECK(done.text("status") == "done");
    CHECK(server.query("SELECT * FROM typed;") == "1|it's \\n|5\n");
}

TEST_CASE("an export writes a dataset into a file of an FTP server, by each of its modes") {
    const testing::ProftpdServer server;
    std::filesystem::permissions(server.home(), std::filesystem::perms::all);
    const Served served;
    const auto dataset = make_dataset(served, served.make_connector());
    const auto ok = [&](const std::vector<std::string>& arguments) {
        const auto result = served.client(arguments);
        INFO(result.err);
        REQUIRE(result.exit_code == 0);
        return result.out;
    };
    ok({"connector", "create", "files", "--type", "FTP", "--host", server.host(), "--port",
        std::to_string(server.ftp_port()), "--username", server.username(), "--password", server.password(),
        "--tls", "disable"});
    const auto expected = shell("cat " + (served.file("home") / "datasets" / (dataset + ".csv")).string());
    REQUIRE(expected.size() > 20);
    const auto on_server = [&](const std::string& name) {
        return shell("cat '" + (server.home() / name).string() + "'");
    };

    ok({"exporter", "create", "kept", "--connector", "files", "--path", "kept.csv", "--write-mode", "safe"});
    ok({"exporter", "run", "kept", "--dataset", dataset});
    CHECK(on_server("kept.csv") == expected);
    shell("echo theirs > '" + (server.home() / "kept.csv").string() + "'");
    const auto refused = served.client({"exporter", "run", "kept", "--dataset", dataset});
    CHECK(refused.exit_code == 6);
    CHECK(refused.err.find("cannot write kept.csv: it exists already") != std::string::npos);
    CHECK(on_server("kept.csv") == "theirs\n");

    ok({"exporter", "create", "anew", "--connector", "files", "--path", "kept.csv", "--write-mode",
        "replace"});
    ok({"exporter", "run", "anew", "--dataset", dataset});
    CHECK(on_server("kept.csv") == expected);

    ok({"exporter", "create", "each", "--connector", "files", "--path", "day by day.csv"});
    ok({"exporter", "run", "each", "--dataset", dataset});
    ok({"exporter", "run", "each", "--dataset", dataset});
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(server.home())) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with("day by day-20") || !name.ends_with("Z.csv")) continue;
        ++found;
        CHECK(on_server(name) == expected);
    }
    CHECK(found == 2);

    // A file that is sent is written as it is.
    const auto exporter = ok({"exporter", "show", "anew", "-q"}).substr(0, 24);
    const auto file = served.file("any.bin").string();
    shell("printf 'a;b\n\\000\\377' > " + file);
    const auto sent = send_file(served, exporter, file);
    CHECK(sent.text("status") == "done");
    CHECK(on_server("kept.csv") == shell("cat " + file));
}

TEST_CASE("the program makes, runs and deletes exporters") {
    const Served served;
    const auto dataset = make_dataset(served, served.make_connector());
    const auto ok = [&](const std::vector<std::string>& arguments) {
        const auto result = served.client(arguments);
        INFO(result.err);
        REQUIRE(result.exit_code == 0);
        return result.out;
    };
    ok({"exporter", "create", "results", "--connector", "shop", "--table", "results"});
    CHECK(ok({"exporter", "list", "-o", "csv", "--no-header", "--columns", "name,table"}) ==
          "results,results\r\n");
    ok({"exporter", "run", "results", "--dataset", dataset});
    CHECK(rows(served, "results") == "1|a|1.5\n2|NULL|2\n3||NULL\n");
    CHECK(served.client({"exporter", "show", "nobody"}).exit_code == 3);
    ok({"exporter", "delete", "results", "--yes"});
    CHECK(ok({"exporter", "list", "-q"}).empty());
}

TEST_CASE("an exporter keeps its connector, and its modes are known ones") {
    const Served served;
    const auto connector = served.make_connector();
    const auto exporter = make_exporter(served, connector, R"("table":"t","database_write_mode":"append")");
    CHECK(served.call("DELETE", "/connectors/" + connector).status == 409);
    CHECK(make_exporter(served, connector, R"("table":"t","database_write_mode":"destroy")").empty());
    CHECK(make_exporter(served, std::string(24, '0'), R"("table":"t")").empty());
    CHECK(served.call("DELETE", "/exporters/" + exporter).status == 204);
    CHECK(served.call("DELETE", "/exporters/" + exporter).status == 404);
    CHECK(served.call("DELETE", "/connectors/" + connector).status == 200);
}
