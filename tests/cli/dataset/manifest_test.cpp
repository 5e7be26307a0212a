// The manifest of a dataset as users meet it: shown, downloaded, and compared without a platform.
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/file.hpp"
#include "core/text.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;
using testing::shell;

namespace {

/// A platform with a datasource of a SQLite table.
struct Shop : Prevision {
    Shop() {
        execute(
            "CREATE TABLE orders (id INTEGER NOT NULL, note TEXT); INSERT INTO orders VALUES (1, 'é'), (2, NULL)");
        ok({"connector", "create", "shop", "--type", "SQL", "--engine", "sqlite", "--host",
            file("shop.db").string()});
        ok({"datasource", "create", "orders", "--connector", "shop", "--table", "orders"});
    }

    void execute(const std::string& sql) const {
        shell(fmt::format("sqlite3 '{}' \"{}\"", file("shop.db").string(), sql));
    }

    void take(const std::string& name) const { ok({"dataset", "create", name, "--datasource", "orders"}); }

    /// What jq makes of the dataset's manifest.
    [[nodiscard]] std::string manifest(const std::string& name, const std::string& expression) const {
        return std::string(
            trim(ok({"dataset", "show", name, "-o", "json", "--jq", ".manifest|" + expression})));
    }

    void execute_in_store(const std::string& sql) const {
        shell(fmt::format("sqlite3 '{}' \"{}\"", (home() / "prevision.db").string(), sql));
    }
};

/// What an independent program finds wrong with a manifest and the file beside it; empty when they agree.
std::string compare_by_python(const std::filesystem::path& file) {
    return shell(fmt::format(R"py(python3 - '{}' <<'END'
import csv, hashlib, json, sys
path = sys.argv[1]
manifest = json.load(open(path + '.manifest.json', encoding='utf-8'))
data = open(path, 'rb').read()
columns = [[c['name'], c['type'], c['nullable']] for c in manifest['columns']]
text = json.dumps(columns, ensure_ascii=False, separators=(',', ':')).encode()
rows = list(csv.reader(open(path, encoding='utf-8', newline='')))
for name, found in (('bytes', len(data)), ('sha256', hashlib.sha256(data).hexdigest()), ('rows', len(rows) - 1),
                    ('columns_sha256', hashlib.sha256(text).hexdigest())):
    if manifest[name] != found: print(name, manifest[name], found)
if rows[0] != [c[0] for c in columns]: print('columns', columns)
END)py",
                             file.string()));
}

}  // namespace

TEST_CASE("a dataset's manifest says what was taken, also after its datasource has changed or gone") {
    const Shop prevision;
    prevision.take("today");
    const auto id = prevision.manifest("today", ".dataset.id");
    const auto before = prevision.manifest("today", ".");
    CHECK(prevision.manifest("today", "[.manifest_version,.engine,.location.table,.rows,.bytes]") ==
          R"([1,"sqlite","orders",2,19])");
    CHECK(prevision.manifest("today", ".host") == prevision.file("shop.db").string());
    CHECK(prevision.manifest("today", ".datasource.name,.connector.name,.connector.type") ==
          "orders\nshop\nSQL");
    CHECK(prevision.manifest("today", ".columns") ==
          R"([{"name":"id","type":"INTEGER","kind":"any","nullable":false},)"
          R"({"name":"note","type":"TEXT","kind":"any","nullable":true}])");
    CHECK(prevision.manifest("today", ".begun_at <= .ended_at") == "true");
    CHECK("prevision " + prevision.manifest("today", ".program.version") ==
          trim(prevision.ok({"version", "--short"})));
    prevision.ok({"datasource", "update", "orders", "--table", "others"});
    CHECK(prevision.manifest("today", ".") == before);
    prevision.ok({"datasource", "delete", "orders", "--yes"});
    prevision.ok({"dataset", "update", "today", "--name", "then"});
    CHECK(prevision.manifest(prevision.manifest("then", ".dataset.id"), ".") == before);
}

TEST_CASE("lists have no manifests, and a dataset that is not done has none") {
    const Shop prevision;
    prevision.take("today");
    CHECK(trim(prevision.ok({"dataset", "list", "-o", "json", "--jq", ".[0]|has(\"manifest\")"})) == "false");
    prevision.ok({"datasource", "create", "missing", "--connector", "shop", "--table", "nothing"});
    CHECK(prevision({"dataset", "create", "failed", "--datasource", "missing"}).exit_code == 3);
    CHECK(trim(prevision.ok({"dataset", "show", "failed", "-o", "json", "--jq", "has(\"manifest\")"})) ==
          "false");
    const auto refused =
        prevision({"dataset", "download", "failed", "--manifest", "--to", prevision.file("f.csv").string()});
    CHECK(refused.exit_code == 7);
    CHECK_THAT(refused.err, Catch::Contains("the dataset is not done"));
    CHECK_FALSE(std::filesystem::exists(prevision.file("f.csv")));
}

TEST_CASE("a dataset from before manifests shows what its record says") {
    const Shop prevision;
    prevision.take("old");
    const auto hash = prevision.manifest("old", ".columns_sha256,.sha256");
    prevision.execute_in_store("DELETE FROM manifests");
    CHECK(
        prevision.manifest("old", "keys") ==
        R"(["bytes","columns","columns_sha256","dataset","datasource","file","manifest_version","rows","sha256"])");
    CHECK(prevision.manifest("old", ".columns_sha256,.sha256") == hash);
    prevision.ok({"dataset", "download", "old", "--manifest", "--to", prevision.file("old.csv").string()});
    prevision.ok({"dataset", "verify", prevision.file("old.csv").string(), "--manifest",
                  prevision.file("old.csv.manifest.json").string()});
}

TEST_CASE("an upload's manifest has no datasource") {
    const Prevision prevision;
    std::ofstream(prevision.file("a.csv")) << "a;b\n1;2\n";
    prevision.ok({"dataset", "create", "up", "--file", prevision.file("a.csv").string()});
    const std::string known = "[has(\"datasource\"),has(\"connector\"),has(\"engine\")]";
    const std::string found = "[.file.name,.file.separator,.rows,.begun_at<=.ended_at]";
    CHECK(trim(prevision.ok(
              {"dataset", "show", "up", "-o", "json", "--jq", ".manifest|" + known + "," + found})) ==
          "[false,false,false]\n[\"a.csv\",\";\",1,true]");
}

TEST_CASE(
    "a download and its manifest agree, by programs that are not ours, and are compared without a platform") {
    const Shop prevision;
    prevision.take("today");
    const auto file = prevision.file("orders.csv");
    prevision.ok({"dataset", "download", "today", "--manifest", "--to", file.string()});
    CHECK(compare_by_python(file).empty());
    const auto manifest = file.string() + ".manifest.json";
    // A copy elsewhere, and a platform that cannot be reached.
    const auto copy = prevision.file("copy.csv");
    std::filesystem::copy_file(file, copy);
    const std::map<std::string, std::string> nowhere{{"PREVISION_URL", "http://127.0.0.1:1"},
                                                     {"PREVISION_MASTER_TOKEN", "t"},
                                                     {"PREVISION_HOME", "/nonexistent/home"}};
    const auto verify = [&] {
        return prevision({"dataset", "verify", copy.string(), "--manifest", manifest, "-o", "json"}, {},
                         nowhere);
    };
    const auto same = verify();
    CHECK(same.exit_code == 0);
    CHECK_THAT(same.out, Catch::Contains("\"bytes\": 19") && Catch::Contains("\"name\": \"today\""));
    const auto bytes = read_file(file, 100);
    CHECK(prevision({"dataset", "verify", "-", "--manifest", manifest}, bytes, nowhere).exit_code == 0);
    CHECK(prevision({"dataset", "verify", "-", "--manifest", manifest}, bytes + "x", nowhere).exit_code == 9);
    for (const auto& other : {bytes.substr(1), bytes + "x", std::string(bytes.size(), 'x'), std::string()}) {
        std::ofstream(copy) << other;
        const auto differs = verify();
        CHECK(differs.exit_code == 9);
        CHECK_THAT(differs.err, Catch::Contains(copy.string()) && Catch::Contains(manifest));
    }
    std::filesystem::remove(copy);
    CHECK(verify().exit_code == 3);
}

TEST_CASE("a manifest that cannot be used is refused") {
    const Shop prevision;
    prevision.take("today");
    const auto file = prevision.file("orders.csv");
    prevision.ok({"dataset", "download", "today", "--manifest", "--to", file.string()});
    const auto good = read_file(file.string() + ".manifest.json", 10000);
    const auto changed = [&](const std::string& expression) {
        std::ofstream(prevision.file("m.json")) << good;
        shell(fmt::format("cd '{}' && jq '{}' m.json > n.json", prevision.file("").string(), expression));
        return prevision(
            {"dataset", "verify", file.string(), "--manifest", prevision.file("n.json").string()});
    };
    CHECK(changed(".").exit_code == 0);
    CHECK(changed(".sha256|=ascii_upcase").exit_code == 0);
    CHECK(changed(".columns[0].name = \"x\"").exit_code == 9);
    CHECK(changed(".bytes = 3").exit_code == 9);
    CHECK(changed("del(.sha256)").exit_code == 7);
    CHECK(changed("del(.bytes)").exit_code == 7);
    CHECK(changed(".manifest_version = 2").exit_code == 7);
    CHECK(changed(".columns").exit_code == 7);
    CHECK(prevision({"dataset", "verify", file.string(), "--manifest", "/nonexistent"}).exit_code == 3);
    CHECK(prevision({"dataset", "verify", file.string(), file.string(), "--manifest", "/nonexistent"})
              .exit_code == 2);
    const auto folder = prevision(
        {"dataset", "verify", prevision.file("").string(), "--manifest", file.string() + ".manifest.json"});
    CHECK(folder.exit_code != 0);
}

TEST_CASE("a manifest is written only beside a file, and replaces none unasked") {
    const Shop prevision;
    prevision.take("today");
    const auto file = prevision.file("orders.csv");
    const auto download = [&](std::vector<std::string> more) {
        std::vector<std::string> arguments{"dataset", "download", "today", "--manifest"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return prevision(arguments);
    };
    CHECK(download({"--to", "-"}).exit_code == 2);
    CHECK(download({"--to", "/dev/null"}).exit_code == 2);
    CHECK(download({"--to", file.string(), "--extension", "zip"}).exit_code == 2);
    std::ofstream(file.string() + ".manifest.json") << "mine";
    CHECK(download({"--to", file.string()}).exit_code == 6);
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK(read_file(file.string() + ".manifest.json", 100) == "mine");
    CHECK(download({"--to", file.string(), "--force"}).exit_code == 0);
    CHECK(compare_by_python(file).empty());
    // Into a folder, by the dataset's own name.
    std::filesystem::create_directory(prevision.file("into"));
    CHECK(download({"--to", prevision.file("into").string()}).exit_code == 0);
    CHECK(compare_by_python(prevision.file("into") / "today.csv").empty());
}
