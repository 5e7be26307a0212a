#include <algorithm>
#include <fstream>
#include <mutex>

#include <catch2/catch.hpp>

#include "model/json.hpp"
#include "support/http_server.hpp"
#include "support/program.hpp"
#include "support/terminal.hpp"

using namespace prevision;
using testing::HttpAnswer;
using testing::HttpRequest;
using testing::HttpServer;
using testing::Prevision;
using testing::ProgramResult;
using testing::TerminalProgram;

namespace {

/// What a user may have: odd names, a NULL-like text, several lines, numbers that are texts.
void make_objects(const Prevision& prevision) {
    prevision.ok({"connector", "create", "shop", "--host", "sqlite:///nowhere.db"});
    prevision.ok({"connector", "create", "Île: {1}\t#'\"", "--host", "mysql://db", "--port", "3306",
                  "--username", "null", "--password-stdin"},
                 "p");
    prevision.ok({"connector", "create", "9 files!", "--type", "SFTP", "--host", "h", "--username", "0123",
                  "--host-key", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "--password-stdin"},
                 "p");
    prevision.ok({"datasource", "create", "true", "--connector", "shop", "--table", "a.\"b\""});
    prevision.ok({"datasource", "create", "~", "--connector", "shop", "--request", "SELECT 1 -- #\n, 2"});
    prevision.ok({"datasource", "create", "file", "--connector", "9 files!", "--path", "- x: y",
                  "--separator", "tab", "--header", "no"});
    prevision.ok(
        {"exporter", "create", "out", "--connector", "shop", "--table", "t", "--write-mode", "replace"});
}

const std::map<std::string, std::string> passwords{{"LE_1_PASSWORD", "a"}, {"_9_FILES_PASSWORD", "b"}};

/// Writes a file and gives its name.
std::string write(const Prevision& prevision, const std::string& name, const std::string& text) {
    std::ofstream(prevision.file(name)) << text;
    return prevision.file(name).string();
}

/// What `diff` answers: nothing, where nothing differs.
ProgramResult difference(const Prevision& prevision, const std::string& file) {
    return prevision({"diff", file, "--exit-code", "--prune", "-o", "csv"});
}

}  // namespace

TEST_CASE("what dump writes makes a fresh platform the same, and then nothing differs") {
    for (const std::string format : {"yaml", "json"}) {
        const Prevision first;
        make_objects(first);
        const auto dumped = first.ok({"dump", "-o", format});
        INFO(dumped);
        CHECK(difference(first, write(first, "dump", dumped)).exit_code == 0);
        const Prevision second;
        const auto file = write(second, "dump", dumped);
        CHECK(difference(second, file).exit_code == 10);
        const auto applied = second({"apply", file}, "", passwords);
        INFO(applied.err);
        CHECK(applied.exit_code == 0);
        CHECK(difference(second, file).exit_code == 0);
        CHECK(second.ok({"dump", "-o", format}) == dumped);
        // Again: nothing is done.
        const auto again = second({"apply", file}, "", passwords);
        CHECK(again.exit_code == 0);
        CHECK(again.out.empty());
        CHECK(second.ok({"connector", "list", "-q"}).size() == 3 * 25);
    }
}

TEST_CASE("a dry run and a diff tell what would change, and change nothing") {
    const Prevision prevision;
    make_objects(prevision);
    const auto before = prevision.ok({"dump"});
    const auto file = write(prevision, "x.yaml", R"(
connectors:
  - {name: shop, host: sqlite:///other.db}
  - {name: new, type: ftp, host: h}
datasources:
  - {name: "true", connector: shop, request: SELECT 1}
exporters:
  - {name: out, connector: shop, table: t, write_mode: append}
)");
    const std::string expected =
        "change,kind,name,fields\r\n"
        "update,connector,shop,host: sqlite:///nowhere.db → sqlite:///other.db\r\n"
        "create,connector,new,\r\n"
        "update,datasource,true,\"table: a.\"\"b\"\" → -, request: - → SELECT 1\"\r\n"
        "update,exporter,out,write_mode: replace → append\r\n";
    CHECK(prevision.ok({"apply", file, "--dry-run", "-o", "csv"}) == expected);
    CHECK(prevision.ok({"diff", file, "-o", "csv"}) == expected);
    CHECK(prevision.ok({"diff", file, "--prune", "-o", "csv"}) ==
          expected + "delete,datasource,file,\r\ndelete,datasource,~,\r\ndelete,connector,9 files!,\r\n" +
              "delete,connector,\"Île: {1}\t#'\"\"\",\r\n");
    CHECK(prevision.ok({"dump"}) == before);
    CHECK(prevision({"apply", file, "--prune", "--yes"}).exit_code == 0);
    CHECK(difference(prevision, file).exit_code == 0);
    CHECK(prevision.ok({"datasource", "list", "--columns", "name,request,table", "-o", "csv",
                        "--no-header"}) == "true,SELECT 1,\r\n");
}

TEST_CASE("a platform's own additions are no difference: the key of a first contact") {
    const Prevision prevision;
    make_objects(prevision);
    const auto file =
        write(prevision, "x.yaml", "connectors: [{name: 9 files!, type: SFTP, host: h, username: '0123'}]");
    CHECK(prevision.ok({"diff", file, "--exit-code", "-q"}).empty());
}

TEST_CASE("how a file is written is compared as it is kept, and changed back to what is told from the file") {
    const Prevision prevision;
    make_objects(prevision);
    const std::string head = "datasources: [{name: file, connector: 9 files!, path: '- x: y'";
    const auto same = write(prevision, "same.yaml", head + ", separator: tab, header: false}]");
    CHECK(prevision.ok({"diff", same, "--exit-code", "-q"}).empty());
    const auto other = write(prevision, "other.yaml", head + ", header: yes, quote: auto}]");
    CHECK(prevision.ok({"diff", other, "-o", "csv", "--no-header"}) ==
          "update,datasource,file,\"separator: \t → -, header: no → yes\"\r\n");
    prevision.ok({"apply", other});
    CHECK(prevision.ok({"diff", other, "--exit-code", "-q"}).empty());
}

TEST_CASE("what is not in the file stays, unless prune is asked for and its section is there") {
    const Prevision prevision;
    make_objects(prevision);
    const auto file = write(prevision, "x.yaml", "exporters: []\ndatasources: []\n");
    CHECK(prevision.ok({"diff", file, "-o", "jsonl"}).empty());
    prevision.ok({"apply", file, "--prune", "--yes"});
    CHECK(prevision.ok({"exporter", "list", "-q"}).empty());
    CHECK(prevision.ok({"datasource", "list", "-q"}).empty());
    CHECK(prevision.ok({"connector", "list", "-q"}).size() == 3 * 25);
}

TEST_CASE("apply tells the ids of what it made, and --limit bounds what is told, not what is done") {
    const Prevision prevision;
    const auto file = write(prevision, "x.yaml",
                            "connectors: [{name: a, type: FTP, host: h}, {name: b, type: FTP, host: h}, "
                            "{name: c, type: FTP, host: h}]");
    const auto told = prevision.ok({"apply", file, "-q", "--limit", "2"});
    const auto there = prevision.ok({"connector", "list", "-q", "--sort", "name"});
    CHECK(there.size() == 3 * 25);
    CHECK(told == there.substr(0, 2 * 25));
}

TEST_CASE("one change that fails does not hold up the others, and the exit code says so") {
    const Prevision prevision;
    make_objects(prevision);
    // The first one is still in use by datasources that the file does not speak of.
    const auto file = write(prevision, "x.yaml", "connectors: [{name: new, type: FTP, host: h}]");
    const auto result = prevision({"apply", file, "--prune", "--yes", "-o", "csv", "--no-header"});
    CHECK(result.exit_code == 8);
    CHECK(result.out.find("create,connector,new,,done\r\n") != std::string::npos);
    CHECK(result.out.find("delete,connector,shop,,failed\r\n") != std::string::npos);
    CHECK(result.err.find("connector 'shop': ") != std::string::npos);
    CHECK(result.err.find("2 of 4 changes failed") != std::string::npos);
}

TEST_CASE("a file that cannot be right is refused with its line and field before anything is sent") {
    const std::vector<std::pair<std::string, std::string>> refused{
        {"", "x.yaml: it declares nothing"},
        {"connectors: [", "x.yaml:1: this is not YAML"},
        {"connectors:\n- {name: \xff, type: FTP, host: h}", "x.yaml:2: this is not UTF-8"},
        {"hello", "x.yaml:1: the file is not a list of FIELD: VALUE"},
        {"\nconectors: []", "x.yaml:2: 'conectors' is not a section\nhint: did you mean connectors?"},
        {"connectors: []\nconnectors: []", "x.yaml:2: the section connectors occurs again"},
        {"connectors: []\n---\n{}", "x.yaml:3: a second document"},
        {",", "x.yaml:1: a second document"},
        {"connectors: {a: b}", "x.yaml:1: connectors is not a list"},
        {"connectors:\n- a", "x.yaml:2: a connector is not a list of FIELD: VALUE"},
        {"connectors:\n- type: FTP", "x.yaml:2: connector: it has no name"},
        {"connectors:\n- {name: a, type: FTP, host: h}\n- {name: a, type: FTP, host: h}",
         "x.yaml:2 declares one of that name already"},
        {"connectors:\n- name: a\n  hots: b", "x.yaml:3: connector 'a': 'hots' is not a field"},
        {"connectors:\n- name: a\n  host: b\n  host: c", "x.yaml:4: host of a connector: it occurs twice"},
        {"connectors:\n- name: a\n  host: [b]", "x.yaml:3: host of a connector: its value is not one text"},
        {"connectors:\n- name: a\n  host: !env b", "x.yaml:3: host of a connector: the tag !env"},
        {"connectors:\n- name: a\n  password: b",
         "x.yaml:3: connector 'a': password: a file must not hold a secret"},
        {"connectors:\n- name: a\n  host: mysql://h\n  password_env: A\n  password_file: B",
         "connector 'a': the password is given more than once"},
        {"connectors:\n- name: a\n  host: h", "x.yaml:2: connector 'a': type is missing"},
        {"connectors:\n- name: a\n  host: h\n  type: SQK",
         "x.yaml:4: connector 'a': invalid type: 'SQK' is not one of"},
        {"connectors:\n- name: a\n  type: FTP",
         "x.yaml:2: connector 'a': invalid host: it is required for FTP and FTPS"},
        {"connectors:\n- name: a\n  host: mysql://app:pw@db",
         "x.yaml:3: connector 'a': invalid host: it holds a password\nhint: give it by password_env"},
        {"connectors:\n- name: a\n  host: mysql://app@db/shop",
         "x.yaml:3: connector 'a': invalid host: it holds a database\nhint: give it in the datasource"},
        {"connectors:\n- name: a\n  type: FTP\n  host: h\n  region: r",
         "x.yaml:5: connector 'a': invalid region: it does not apply to FTP and FTPS"},
        {"connectors:\n- name: a\n  type: FTP\n  host: h\n  tls: on",
         "x.yaml:5: connector 'a': invalid tls: 'on' is not one"},
        {"connectors:\n- name: a\n  type: FTP\n  host: h\n  port: 2l", "x.yaml:5: connector 'a': port: '2l'"},
        {"connectors:\n- name: a\n  type: FTP\n  host: h\n  port: 70000",
         "connector 'a': invalid port: 70000"},
        {"datasources:\n- name: a\n  table: t", "x.yaml:2: datasource 'a': connector is missing"},
        {"datasources:\n- name: a\n  connector: shpo\n  table: t",
         "x.yaml:3: datasource 'a': the connector 'shpo' is neither in the file nor on the platform\n"
         "hint: did you mean 'shop'?"},
        {"datasources:\n- name: a\n  connector: shop\n  path: t",
         "x.yaml:4: datasource 'a': invalid path: it does not apply to SQLite"},
        {"datasources:\n- name: a\n  connector: shop\n  request: DROP", "datasource 'a': invalid request"},
        {"datasources:\n- name: a\n  connector: shop\n  table: t\n  header: maybe",
         "x.yaml:5: datasource 'a': header 'maybe' is not one of auto, yes, no"},
        {"datasources:\n- name: a\n  connector: shop\n  table: t\n  separator: ab",
         "x.yaml:5: datasource 'a': invalid separator"},
        {"exporters:\n- name: a\n  connector: shop\n  write_mode: b",
         "x.yaml:4: exporter 'a': write_mode 'b' is not one of"}};
    const Prevision prevision;
    prevision.ok({"connector", "create", "shop", "--host", "sqlite:///nowhere.db"});
    for (const auto& [text, message] : refused) {
        // One that is right stands before it: nothing of the file is sent.
        const auto file = write(prevision, "x.yaml", text);
        const auto result = prevision({"apply", file});
        INFO(text << "\n" << result.err);
        CHECK(result.exit_code == 7);
        CHECK(result.err.find(message) != std::string::npos);
        CHECK(result.out.empty());
    }
    const auto file = write(prevision, "x.yaml", "connectors: [{name: b, type: FTP, host: h}, {name: c}]");
    CHECK(prevision({"apply", file}).exit_code == 7);
    CHECK(prevision.ok({"connector", "list", "--columns", "name", "--no-header"}) == "shop\n");
}

TEST_CASE("a secret whose source is missing is told with its line, and nothing is made") {
    const Prevision prevision;
    const std::string head =
        "connectors:\n- {name: a, type: FTP, host: h}\n- name: b\n  type: FTP\n  host: h\n";
    const std::vector<std::tuple<std::string, int, std::string>> cases{
        {"password_env: NOT_SET", 3, "x.yaml:6: connector 'b': password_env: NOT_SET is not set"},
        {"password_file: not-there", 3, "x.yaml:6: connector 'b': "},
        {"password_command: exit 3", 7, "x.yaml:6: connector 'b': "}};
    for (const auto& [line, code, message] : cases) {
        const auto result = prevision({"apply", write(prevision, "x.yaml", head + "  " + line)});
        INFO(result.err);
        CHECK(result.exit_code == code);
        CHECK(result.err.find(message) != std::string::npos);
        CHECK(prevision.ok({"connector", "list", "-q"}).empty());
    }
}

TEST_CASE("a private key is looked into before anything is sent") {
    const Prevision prevision;
    testing::shell("ssh-keygen -q -t ed25519 -N '' -f " + prevision.file("key").string());
    const auto file =
        write(prevision, "x.yaml",
              "connectors: [{name: a, type: SFTP, host: h, username: u, private_key_file: key}]");
    prevision.ok({"apply", file});
    write(prevision, "key", "no key");
    const auto result = prevision({"diff", file});
    CHECK(result.exit_code == 7);
    CHECK(result.err.find("x.yaml:1: connector 'a': invalid private_key") != std::string::npos);
    std::filesystem::remove(prevision.file("key"));
    std::filesystem::create_symlink("key", prevision.file("key"));
    CHECK(prevision({"diff", file}).err.find("x.yaml:1: connector 'a': cannot open ") != std::string::npos);
}

TEST_CASE("a name that two objects have is an error with both ids, in dump and in apply") {
    const Prevision prevision;
    for (int i = 0; i < 2; ++i)
        prevision.ok({"connector", "create", "a", "--host", "mysql://h", "--if-exists", "duplicate"});
    auto ids = prevision.ok({"connector", "list", "-q"});
    const auto file = write(prevision, "x.yaml", "connectors: [{name: a, host: mysql://h}]");
    for (const auto& arguments : {std::vector<std::string>{"dump"}, {"apply", file}, {"diff", file}}) {
        const auto result = prevision(arguments);
        CHECK(result.exit_code == 2);
        CHECK(result.err.find(ids.substr(0, 24)) != std::string::npos);
        CHECK(result.err.find(ids.substr(25, 24)) != std::string::npos);
        CHECK(result.out.empty());
    }
}

TEST_CASE(
    "secrets go with what is created or changed, and with --secrets always; a file is beside its file") {
    // A platform with one connector, "there", that keeps what it is sent.
    const HttpServer server([](const HttpRequest& request) -> HttpAnswer {
        const std::string there =
            R"({"_id":"000000000000000000000001","name":"there","type":"FTP","host":"h"})";
        if (request.target.ends_with("/compare-secrets")) return {.status = 404};
        if (request.method != "GET") return {.body = there};
        const bool is_list = request.target.find("/connectors?") != std::string::npos;
        return {.body = R"({"items":[)" + (is_list ? there : "") +
                        R"(],"metaData":{"totalItems":1,"rowsPerPage":10,"page":1,"nextPage":false}})"};
    });
    const Prevision prevision;
    const auto file = write(prevision, "x.yaml", R"(
connectors:
  - {name: there, type: FTP, host: h, password_command: printf first}
  - {name: new, type: FTP, host: h, password_file: second}
)");
    write(prevision, "second", "s3c\n\n");
    const auto run = [&](const std::vector<std::string>& arguments) {
        const auto result = prevision(arguments, "",
                                      {{"PREVISION_URL", server.url()},
                                       {"PREVISION_MASTER_TOKEN", "t"},
                                       {"PREVISION_PROJECT", "00000000000000000000000a"}});
        INFO(result.err);
        CHECK(result.exit_code == 0);
        CHECK((result.out + result.err).find("s3c") == std::string::npos);
        std::vector<std::string> bodies;
        for (const auto& request : server.requests()) {
            if (request.method == "GET" || request.target.ends_with("/compare-secrets")) continue;
            const auto body = model::parse_json(request.body);
            bodies.push_back(request.method + " " + model::get_text(body, "password"));
        }
        return bodies;
    };
    CHECK(run({"apply", file, "--dry-run", "-v"}).empty());
    CHECK(run({"apply", file, "-v"}) == std::vector<std::string>{"POST s3c\n"});
    CHECK(run({"apply", file, "--secrets", "-v"}) ==
          std::vector<std::string>{"POST s3c\n", "PATCH first", "POST s3c\n"});
}

TEST_CASE("on a terminal a removal is asked for, and no means that nothing is changed") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "old", "--host", "mysql://h"});
    const auto file = write(prevision, "x.yaml", "connectors: [{name: new, type: FTP, host: h}]");
    TerminalProgram terminal({Prevision::program(), "apply", file, "--prune"},
                             {{"PATH", "/usr/bin:/bin"}, {"PREVISION_HOME", prevision.home().string()}});
    terminal.read_until("Delete the connector 'old'? [y/N] ");
    terminal.type("n\n");
    CHECK(terminal.wait() == 1);
    CHECK(prevision.ok({"connector", "list", "--columns", "name", "--no-header"}) == "old\n");
}
