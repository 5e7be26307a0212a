// What files may declare, and what apply and diff make of it, on an embedded platform in this process.
#include <filesystem>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "cli/in_process.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

/// An embedded platform, and files beside it.
class Embedded {
  public:
    Embedded() {
        for (const auto* name : {"PREVISION_URL", "PREVISION_MASTER_TOKEN", "PREVISION_PROJECT"})
            run.environment.erase(name);
    }

    std::string write(const std::string& name, const std::string& text) {
        const auto file = run.folder / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
        return file.string();
    }

    std::string ok(const std::vector<std::string>& arguments, const std::string& input = {}) {
        const auto result = run(arguments, {}, input);
        INFO(result.err);
        CHECK(result.exit_code == 0);
        return result.out;
    }

    std::string names(const std::string& noun) {
        return ok({noun, "list", "--columns", "name", "--no-header", "--sort", "name"});
    }

    InProcess run;
};

void check_refused(const RunResult& result, int exit_code, const std::string& message) {
    INFO(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(result.err.find(message) != std::string::npos);
    CHECK(result.out.empty());
}

const std::string shop = "connectors: [{name: shop, host: 'sqlite:///s.db'}]\n";
const std::string orders = "datasources: [{name: orders, connector: shop, table: orders}]\n";

}  // namespace

TEST_CASE("several files and folders are one declaration, whatever their order") {
    Embedded platform;
    // The datasource's file comes first, and needs the connector of another.
    const auto a = platform.write("a.yaml", orders);
    platform.write("folder/shop.yml", shop);
    platform.write("folder/more.json", R"({"connectors":[{"name":"more","type":"FTP","host":"h"}]})");
    platform.write("folder/notes.txt", "no: declaration");
    platform.write("folder/.hidden.yaml", "no: declaration");
    const auto folder = (platform.run.folder / "folder").string();
    CHECK(platform.ok({"diff", a, folder, "-o", "csv", "--no-header"}) ==
          "create,connector,more,\r\ncreate,connector,shop,\r\ncreate,datasource,orders,\r\n");
    platform.ok({"apply", a, folder});
    CHECK(platform.names("connector") == "more\nshop\n");
    CHECK(platform.names("datasource") == "orders\n");
    CHECK(platform.ok({"diff", a, folder, "--exit-code", "--prune"}).empty());
    CHECK(platform.ok({"diff", "-", folder, "--exit-code", "-q"}, orders).empty());
    check_refused(platform.run({"diff", a, folder, "--exit-code", "-q"}, {}), 0, "the platform has all");
}

TEST_CASE("a name in two files is refused with both places") {
    Embedded platform;
    const auto a = platform.write("a.yaml", shop);
    const auto b = platform.write("b.yaml", "\n" + shop);
    check_refused(platform.run({"apply", a, b}), 7,
                  b + ":2: connector 'shop': " + a + ":1 declares one of that name already");
    CHECK(platform.names("connector").empty());
}

TEST_CASE("a folder without a declaration, and a file that is not there, are refused") {
    Embedded platform;
    platform.write("folder/x.txt", "");
    const auto folder = (platform.run.folder / "folder").string();
    check_refused(platform.run({"apply", folder}), 7, folder + ": the folder has no file that ends with");
    check_refused(platform.run({"apply", folder + "/none.yaml"}), 3, "none.yaml");
    check_refused(platform.run({"diff", "-", "-"}, {}, shop), 2, "- is given twice");
}

TEST_CASE(
    "a file of a folder that cannot be read is refused, so that --prune does not delete what it declares") {
    Embedded platform;
    const auto file = platform.write("folder/A.YAML", shop);
    const auto folder = (platform.run.folder / "folder").string();
    platform.ok({"apply", folder});
    const auto other = platform.run.folder / "folder" / "other.yaml";
    std::filesystem::create_symlink("nothing", other);
    check_refused(platform.run({"apply", folder, "--prune", "--yes"}), 3, "other.yaml");
    std::filesystem::remove(other);
    REQUIRE(::mkfifo(other.c_str(), 0600) == 0);
    check_refused(platform.run({"apply", folder, "--prune", "--yes"}), 7, "other.yaml");
    std::filesystem::remove(other);
    // A folder is not looked into, whatever its name is.
    std::filesystem::create_directory(other);
    CHECK(platform.ok({"diff", folder, "--prune"}).empty());
}

TEST_CASE("every scalar field can come from the environment, so that one file serves several platforms") {
    Embedded platform;
    platform.run.environment.insert({{"NAME", "db"},
                                     {"HOST", "db.example.com"},
                                     {"PORT", "3307"},
                                     {"WHO", "reader"},
                                     {"TLS", "require"},
                                     {"TABLE", "orders"},
                                     {"EMPTY", ""}});
    const auto file = platform.write("x.yaml", R"(
connectors:
  - {name_env: NAME, type: SQL, engine: mysql, host_env: HOST, port_env: PORT, username_env: WHO, tls_env: TLS, time_zone_env: EMPTY}
datasources:
  - {name: orders, connector_env: NAME, database: shop, table_env: TABLE}
)");
    platform.ok({"apply", file});
    CHECK(platform.ok({"connector", "list", "-o", "csv", "--no-header", "--columns",
                       "name,host,port,username,tls"}) == "db,db.example.com,3307,reader,require\r\n");
    CHECK(platform.ok({"datasource", "list", "-o", "csv", "--no-header", "--columns", "name,table"}) ==
          "orders,orders\r\n");
    platform.run.environment["HOST"] = "test.example.com";
    CHECK(platform.ok({"diff", file, "-o", "csv", "--no-header"}) ==
          "update,connector,db,host: db.example.com → test.example.com\r\n");
}

TEST_CASE("where a secret is read can come from the environment, too") {
    Embedded platform;
    platform.run.environment.insert({{"FILE", "secret.txt"}, {"COMMAND", "cat secret.txt"}});
    platform.write("secret.txt", "new");
    const auto file = platform.write("x.yaml", R"(
connectors:
  - {name: a, type: FTP, host: h, username: u, password_file_env: FILE}
)");
    platform.ok({"apply", file});
    CHECK(platform.ok({"diff", file, "--exit-code"}).empty());
    platform.write("secret.txt", "other");
    CHECK(platform.ok({"diff", file, "-o", "csv", "--no-header"}) ==
          "update,connector,a,password differs\r\n");
    const auto twice = platform.write("y.yaml", R"(
connectors:
  - {name: a, type: FTP, host: h, username: u, password_file_env: FILE, password_command_env: COMMAND}
)");
    check_refused(platform.run({"diff", twice}), 7, "the password is given more than once");
}

TEST_CASE("a secret's file may be a pipe, which is read once") {
    Embedded platform;
    const auto pipe = platform.run.folder / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const auto file = platform.write(
        "x.yaml", "connectors: [{name: a, type: GCP, credentials_file: " + pipe.string() + "}]");
    std::thread writer([&] { std::ofstream(pipe) << R"({"key":1})"; });
    platform.ok({"apply", file});
    writer.join();
    const auto same =
        platform.write("same.yaml", "connectors: [{name: a, type: GCP, credentials_file: key.json}]");
    platform.write("key.json", R"({"key":1})");
    CHECK(platform.ok({"diff", same, "--exit-code"}).empty());
}

TEST_CASE("a variable that is not set, and a field that is given twice, are refused with their line") {
    Embedded platform;
    const auto refuse = [&](const std::string& line, int code, const std::string& message) {
        const auto file = platform.write("x.yaml", "connectors:\n- name: a\n  type: FTP\n" + line);
        for (const std::string verb : {"apply", "diff"})
            check_refused(platform.run({verb, file}), code, file + message);
    };
    refuse("  host_env:", 7, ":4: host_env of a connector: it names no variable");
    refuse("  host_env: NOT_SET", 3, ":4: host_env of a connector: NOT_SET is not set");
    platform.run.environment["HOST"] = "h";
    refuse("  host_env: HOST\n  host: h", 7, ":4: host_env of a connector: host is given too");
    platform.run.environment["PORT"] = "many";
    refuse("  host: h\n  port_env: PORT", 7, ":5: connector 'a': port: 'many' is not a number");
    refuse("  host: h\n  hots_env: PORT", 7, ":5: connector 'a': 'hots_env' is not a field");
}

TEST_CASE("a section without a list is refused with --prune, and an empty list deletes") {
    Embedded platform;
    platform.ok({"apply", platform.write("shop.yaml", shop)});
    const auto bare = platform.write("bare.yaml", "datasources: []\nconnectors:\n");
    for (const std::string verb : {"apply", "diff"}) {
        check_refused(platform.run({verb, bare, "--prune"}), 7,
                      bare + ":2: the section connectors is empty, and --prune would delete every connector");
    }
    CHECK(platform.ok({"diff", bare}).empty());
    const auto empty = platform.write("empty.yaml", "connectors: []\n");
    CHECK(platform.ok({"diff", empty, "--prune", "-o", "csv", "--no-header"}) ==
          "delete,connector,shop,\r\n");
}

TEST_CASE("what a prune deletes is named before and after, and needs --yes where nobody can be asked") {
    Embedded platform;
    platform.ok({"apply", platform.write("shop.yaml", shop + orders)});
    const auto empty = platform.write("empty.yaml", "connectors: []\ndatasources: []\n");
    const auto refused = platform.run({"apply", empty, "--prune"});
    check_refused(refused, 2, "--yes");
    CHECK(refused.err.find("the datasource 'orders', the connector 'shop'") != std::string::npos);
    CHECK(platform.names("connector") == "shop\n");

    const auto pruned = platform.run({"apply", empty, "--prune", "--yes", "-o", "csv", "--no-header"});
    CHECK(pruned.exit_code == 0);
    CHECK(pruned.err == "deleting the datasource 'orders', the connector 'shop'\n");
    CHECK(pruned.out == "delete,datasource,orders,,done\r\ndelete,connector,shop,,done\r\n");
    CHECK(platform.names("connector").empty());
}

namespace {

const std::string id = "00000000000000000000000c";
const std::string there = R"({"_id":")" + id + R"(","name":"shop","type":"FTP","host":"h"})";
const std::string page = R"({"items":[)" + there + R"(],"metaData":{"totalItems":1,"rowsPerPage":100}})";
const std::string list = "GET /projects/000000000000000000000001/connectors?page=1";
const std::string compare = "POST /connectors/" + id + R"(/compare-secrets {"password":"new"})";
const std::string secret_file =
    "connectors: [{name: shop, type: FTP, host: h, password_env: SHOP_PASSWORD}]\n";

/// Runs `verb - ARGUMENTS` on the declaration of a secret, on a platform that answers the comparison so.
RunResult run_on(const std::vector<std::string>& arguments, const std::vector<Answer>& answers,
                 const std::string& password = "new") {
    InProcess run;
    if (!password.empty()) run.environment["SHOP_PASSWORD"] = password;
    return run(arguments, answers, secret_file);
}

}  // namespace

TEST_CASE("a secret that differs is a difference, and only then") {
    const auto differs = run_on({"diff", "-", "--exit-code", "-o", "csv", "--no-header"},
                                {{200, page}, {200, R"({"password":"different"})"}});
    CHECK(differs.exit_code == 10);
    CHECK(differs.out == "update,connector,shop,password differs\r\n");
    CHECK(differs.requests == std::vector{list, compare});

    const auto same = run_on({"diff", "-", "--exit-code"}, {{200, page}, {200, R"({"password":"same"})"}});
    CHECK(same.exit_code == 0);
    CHECK(same.out.empty());
    CHECK(same.err == "the platform has all that the file says\n");
}

TEST_CASE("a secret that the platform cannot compare is said to be not compared") {
    for (const int status : {404, 403, 429}) {
        const auto result = run_on({"diff", "-", "--exit-code"}, {{200, page}, {status, ""}});
        CHECK(result.exit_code == 0);
        CHECK(result.err.find(
                  "connector 'shop': password not compared; 'prevision apply --secrets' sends it") !=
              std::string::npos);
        CHECK(
            result.err.ends_with("the platform has all that the file says, except what was not compared\n"));
    }
    const auto changed = run_on(
        {"diff", "-", "-o", "json"},
        {{200, R"({"items":[{"_id":")" + id + R"(","name":"shop","type":"FTP","host":"old"}]})"}, {404, ""}});
    CHECK(changed.out.find(R"("secrets": "password not compared")") != std::string::npos);
}

TEST_CASE("apply sends a secret that differs, and none that is the same") {
    const auto sent =
        run_on({"apply", "-", "-q"}, {{200, page}, {200, R"({"password":"different"})"}, {200, there}});
    CHECK(sent.exit_code == 0);
    CHECK(sent.requests.back() == "PATCH /connectors/" + id + R"( {"password":"new"})");
    const auto same = run_on({"apply", "-", "-q"}, {{200, page}, {200, R"({"password":"same"})"}});
    CHECK(same.requests == std::vector{list, compare});
    const auto always = run_on({"apply", "-", "-q", "--secrets"},
                               {{200, page}, {200, R"({"password":"same"})"}, {200, there}});
    CHECK(always.requests.back() == sent.requests.back());
}

TEST_CASE("a source of a secret that is not set is reported by diff and by a dry run") {
    const auto warning = "connector 'shop': password_env: SHOP_PASSWORD is not set";
    const auto diff = run_on({"diff", "-"}, {{200, page}}, "");
    CHECK(diff.exit_code == 0);
    CHECK(diff.err.find(warning) != std::string::npos);
    CHECK(diff.err.find("secrets not compared\n") != std::string::npos);
    CHECK(diff.err.ends_with("except what was not compared\n"));

    // A connector that is to be created cannot do without it.
    const auto dry =
        run_on({"apply", "-", "--dry-run", "-o", "csv", "--no-header"}, {{200, R"({"items":[]})"}}, "");
    CHECK(dry.exit_code == 3);
    CHECK(dry.out == "create,connector,shop,\r\n");
    CHECK(dry.err.find(warning) != std::string::npos);
}

TEST_CASE("an exporter is changed, or replaced on a platform that cannot change one") {
    const std::string connectors =
        R"({"items":[{"_id":"c1","name":"shop","type":"SQL","engine":"mysql","host":"h"}]})";
    const std::string exporters =
        R"({"items":[{"_id":"e1","connector_id":"c1","name":"out","database":"d","table":"t","database_write_mode":"replace"}]})";
    const std::string file =
        "exporters: [{name: out, connector: shop, database: d, table: t, write_mode: append}]";
    InProcess changes;
    const auto changed =
        changes({"apply", "-", "-q"},
                {{200, connectors}, {200, exporters}, {200, R"({"_id":"e1","name":"out"})"}}, file);
    CHECK(changed.out == "e1\n");
    CHECK(changed.requests.back() == R"(PATCH /exporters/e1 {"database_write_mode":"append"})");

    InProcess replaces;
    const auto replaced = replaces(
        {"apply", "-", "-q"},
        {{200, connectors}, {200, exporters}, {405, ""}, {201, R"({"_id":"e2","name":"out"})"}, {204, ""}},
        file);
    CHECK(replaced.out == "e2\n");
    REQUIRE(replaced.requests.size() == 5);
    CHECK(replaced.requests[3].starts_with("POST /projects/000000000000000000000001/exporters {"));
    CHECK(replaced.requests[4] == "DELETE /exporters/e1");
}
