// What snapshots record of real systems, compared with what the systems' own clients say.
#include <fstream>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/file.hpp"
#include "core/text.hpp"
#include "support/command.hpp"
#include "support/mariadb_server.hpp"
#include "support/postgres_server.hpp"
#include "support/proftpd_server.hpp"
#include "support/program.hpp"
#include "support/s3_server.hpp"

using namespace prevision;
using testing::Prevision;

namespace {

/// A home with a connector `it`, and short ways to what a test asks of it.
struct Linked : Prevision {
    Linked(const std::vector<std::string>& connector, const std::string& password) {
        std::vector<std::string> arguments{"connector", "create", "it", "--password-stdin"};
        arguments.insert(arguments.end(), connector.begin(), connector.end());
        ok(arguments, password);
    }

    void link(const std::string& name, const std::vector<std::string>& place) const {
        std::vector<std::string> arguments{"datasource", "create", name, "--connector", "it"};
        arguments.insert(arguments.end(), place.begin(), place.end());
        ok(arguments);
    }

    void take(const std::string& datasource, const std::string& name) const {
        ok({"dataset", "create", name, "--datasource", datasource});
    }

    [[nodiscard]] std::string manifest(const std::string& name, const std::string& expression) const {
        return std::string(
            trim(ok({"dataset", "show", name, "-o", "json", "--jq", ".manifest|" + expression})));
    }

    /// How `--if-changed` decides: "taken", or by what it saw that nothing has changed.
    [[nodiscard]] std::string take_if_changed(const std::string& datasource) const {
        const auto shown = (*this)({"dataset", "create", "--datasource", datasource, "--if-changed", "-o",
                                    "json", "--jq", ".unchanged_by // \"taken\""});
        CHECK(shown.exit_code == 0);
        CHECK(shown.err.empty());
        return std::string(trim(shown.out));
    }

    [[nodiscard]] int age(const std::string& datasource, const std::vector<std::string>& options) const {
        std::vector<std::string> arguments{"datasource", "freshness", datasource};
        arguments.insert(arguments.end(), options.begin(), options.end());
        return (*this)(arguments).exit_code;
    }

    /// Whether anything of the home's datasets, or of what `show` prints, holds the password.
    [[nodiscard]] bool shows(const std::string& name, const std::string& secret) const {
        return ok({"dataset", "show", name, "-o", "json"}).find(secret) != std::string::npos;
    }
};

// Nothing happens on it that a test does not do.
testing::PostgresServer& postgres() {
    static testing::PostgresServer one({.settings = {"autovacuum=off", "checkpoint_timeout=1h"}});
    return one;
}

testing::MariadbServer& mariadb() {
    static testing::MariadbServer one;
    return one;
}

testing::ProftpdServer& proftpd() {
    static testing::ProftpdServer one;
    return one;
}

testing::S3Server& s3() {
    static testing::S3Server one;
    static const bool prepared = (one.make_bucket("shop"), true);
    static_cast<void>(prepared);
    return one;
}

Linked to_postgres() {
    return Linked({"--type", "SQL", "--engine", "postgresql", "--host", "127.0.0.1", "--port",
                   fmt::format("{}", postgres().port()), "--username", "tester"},
                  postgres().password());
}

Linked to_mariadb() {
    return Linked({"--type", "SQL", "--engine", "mysql", "--host", "127.0.0.1", "--port",
                   fmt::format("{}", mariadb().port()), "--username", "tester"},
                  mariadb().password());
}

Linked to_files(const std::string& type, int port) {
    return Linked({"--type", type, "--host", "127.0.0.1", "--port", fmt::format("{}", port), "--username",
                   proftpd().username()},
                  proftpd().password());
}

Linked to_s3() {
    return Linked({"--type", "S3", "--host", s3().url(), "--username", s3().access_key()}, s3().secret_key());
}

void put_file(const std::string& name, const std::string& bytes) {
    std::ofstream(proftpd().home() / name, std::ios::binary) << bytes;
}

/// A header of an object, as curl gets it.
std::string header_by_curl(const std::string& path, const std::string& name) {
    const auto result = testing::run_command({"curl", "-sfI", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user",
                                              s3().access_key() + ":" + s3().secret_key(), "-H",
                                              "x-amz-content-sha256: UNSIGNED-PAYLOAD",
                                              fmt::format("{}/shop/{}", s3().url(), path)});
    for (const auto& line : split(result.output, '\n')) {
        if (to_lower(line).starts_with(name + ":")) return std::string(trim(line.substr(name.size() + 1)));
    }
    return "no header " + name;
}

}  // namespace

TEST_CASE("the manifest of a PostgreSQL snapshot says what psql says, and no secret") {
    postgres().query(
        "CREATE TABLE orders (id bigint PRIMARY KEY, paid boolean); INSERT INTO orders VALUES (1, true), (2, NULL);");
    const auto prevision = to_postgres();
    prevision.link("orders", {"--database", "shop", "--table", "public.orders"});
    prevision.take("orders", "today");
    CHECK(prevision.manifest("today", "[.engine,.host,.location]") ==
          R"(["postgresql","127.0.0.1",{"database":"shop","table":"public.orders"}])");
    CHECK(prevision.manifest("today", ".port") == fmt::format("{}", postgres().port()));
    CHECK(prevision.manifest("today", ".server_version") == trim(postgres().query("SHOW server_version;")));
    CHECK(prevision.manifest("today", ".columns") ==
          R"([{"name":"id","type":"bigint","kind":"integer","nullable":false},)"
          R"({"name":"paid","type":"boolean","kind":"boolean","nullable":true}])");
    CHECK_FALSE(prevision.shows("today", postgres().password()));
    prevision.link("asked", {"--database", "shop", "--request", "SELECT 'é' AS x"});
    prevision.take("asked", "answer");
    CHECK(prevision.manifest("answer", ".location") == R"({"database":"shop","request":"SELECT 'é' AS x"})");
}

TEST_CASE("the manifest of a MariaDB snapshot says what its client says") {
    mariadb().query(
        "CREATE TABLE shop.orders (id INT UNSIGNED PRIMARY KEY, at TIMESTAMP NULL); INSERT INTO shop.orders VALUES (1, NULL);");
    const auto prevision = to_mariadb();
    prevision.link("orders", {"--database", "shop", "--table", "orders"});
    prevision.take("orders", "today");
    CHECK(prevision.manifest("today", "[.engine,.location]") ==
          R"(["mysql",{"database":"shop","table":"orders"}])");
    CHECK(prevision.manifest("today", ".server_version") == trim(mariadb().query("SELECT VERSION();")));
    CHECK(prevision.manifest("today", "[.columns[]|.type,.kind]") ==
          R"(["int(10) unsigned","integer","timestamp","timestamp"])");
    CHECK_FALSE(prevision.shows("today", mariadb().password()));
}

TEST_CASE("the manifest of an object of S3 has the ETag, size and time that curl gets") {
    s3().put("shop", "in/a b.csv", "a,b\n1,2\n");
    const auto prevision = to_s3();
    prevision.link("a", {"--bucket", "shop", "--path", "in/a b.csv"});
    prevision.take("a", "today");
    CHECK(prevision.manifest("today", "[.files[]|.path,.size]") == R"(["in/a b.csv",8])");
    CHECK(prevision.manifest("today", ".files[0].etag") == header_by_curl("in/a%20b.csv", "etag"));
    const auto modified = header_by_curl("in/a%20b.csv", "last-modified");
    CHECK(prevision.manifest("today", ".files[0].modified") ==
          trim(testing::shell(fmt::format("date -u -d '{}' +%Y-%m-%dT%H:%M:%S.000Z", modified))));
    CHECK_FALSE(prevision.shows("today", s3().secret_key()));
}

TEST_CASE("the manifest of a file of FTP and SFTP has the size and time that stat says") {
    put_file("a.csv", "a,b\n1,2\n");
    for (const auto& [type, port] :
         {std::pair("FTP", proftpd().ftp_port()), std::pair("SFTP", proftpd().sftp_port())}) {
        CAPTURE(type);
        const auto prevision = to_files(type, port);
        prevision.link("a", {"--path", "a.csv"});
        prevision.take("a", "today");
        CHECK(prevision.manifest("today", "[.files[]|.path,.size]") == R"(["a.csv",8])");
        CHECK(prevision.manifest("today", ".files[0].modified") ==
              trim(testing::shell(fmt::format("date -u -r '{}' +%Y-%m-%dT%H:%M:%SZ",
                                              (proftpd().home() / "a.csv").string()))));
        CHECK_FALSE(prevision.shows("today", proftpd().password()));
    }
}

TEST_CASE(
    "PostgreSQL's account of its transactions shows that nothing has changed, and a checksum that no row has") {
    postgres().query(
        "CREATE TABLE counted (id int PRIMARY KEY, x float8); INSERT INTO counted VALUES (1, 0.1), (2, NULL); "
        "CHECKPOINT;");
    const auto prevision = to_postgres();
    prevision.link("t", {"--database", "shop", "--table", "counted"});
    CHECK(prevision.take_if_changed("t") == "taken");
    CHECK(prevision.take_if_changed("t") == "transactions");
    // Another table.
    postgres().query("CREATE TABLE beside (id int);");
    CHECK(prevision.take_if_changed("t") == "checksum");
    CHECK(prevision.take_if_changed("t") == "transactions");
    CHECK(prevision.manifest(std::string(trim(prevision.ok({"dataset", "list", "-q"}))),
                             "[.states[].method]") == R"(["transactions","checksum"])");
    for (const auto* change :
         {"UPDATE counted SET x = 0.1 + 1e-17 WHERE id = 1", "UPDATE counted SET x = 0 WHERE id = 2",
          "INSERT INTO counted VALUES (3, 0)", "DELETE FROM counted WHERE id = 3",
          "UPDATE counted SET id = -id", "ALTER TABLE counted RENAME COLUMN x TO y",
          "ALTER TABLE counted ALTER COLUMN y TYPE float4",
          "ALTER TABLE counted ALTER COLUMN y SET NOT NULL"}) {
        CAPTURE(change);
        const std::string before =
            postgres().query("SELECT md5(string_agg(c::text, ',' ORDER BY c.id)) FROM counted c;");
        postgres().query(std::string(change) + ";");
        const std::string after =
            postgres().query("SELECT md5(string_agg(c::text, ',' ORDER BY c.id)) FROM counted c;");
        // 0.1 + 1e-17 is 0.1.
        const bool is_same = before == after && std::string(change).starts_with("UPDATE counted SET x = 0.1");
        CHECK(prevision.take_if_changed("t") == (is_same ? "checksum" : "taken"));
        CHECK(prevision.take_if_changed("t") != "taken");
    }
}

TEST_CASE("a transaction that began before the snapshot and commits after it is seen") {
    postgres().query("CREATE TABLE slow (id int); INSERT INTO slow VALUES (1);");
    const auto prevision = to_postgres();
    prevision.link("t", {"--database", "shop", "--table", "slow"});
    // Holds its transaction open while a snapshot is taken, in between the two statements.
    const auto program = prevision.program();
    const auto home = prevision.home().string();
    postgres().query("BEGIN; INSERT INTO slow VALUES (2);\n\\! PREVISION_HOME='" + home + "' '" + program +
                     "' dataset create --datasource t --if-changed -q >/dev/null\nCOMMIT;");
    CHECK(prevision.take_if_changed("t") == "taken");
    CHECK(trim(prevision.ok({"dataset", "list", "-o", "json", "--jq", "map(.rows)"})) == "[1,2]");
}

TEST_CASE(
    "a snapshot that was taken without the comparison is compared by its bytes first, and by marks then") {
    postgres().query("CREATE TABLE later (id int); CHECKPOINT;");
    const auto prevision = to_postgres();
    prevision.link("t", {"--database", "shop", "--table", "later"});
    prevision.take("t", "first");
    CHECK(prevision.manifest("first", "has(\"states\")") == "false");
    CHECK(prevision.take_if_changed("t") == "sha256");
    CHECK(prevision.take_if_changed("t") == "transactions");
    CHECK(prevision.manifest("first", "has(\"states\")") == "false");
}

TEST_CASE("tables whose rows may change without a transaction are compared by a checksum") {
    postgres().query(
        "CREATE TABLE guarded (id int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; CREATE UNLOGGED TABLE unlogged (id int); "
        "CREATE TABLE parted (id int) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF parted DEFAULT; "
        "CREATE VIEW timely AS SELECT current_date AS day;");
    const auto prevision = to_postgres();
    for (const auto* table : {"guarded", "unlogged", "parted", "timely"}) {
        CAPTURE(table);
        prevision.link(table, {"--database", "shop", "--table", table});
        CHECK(prevision.take_if_changed(table) == "taken");
        CHECK(prevision.take_if_changed(table) == "checksum");
    }
    prevision.link("asked", {"--database", "shop", "--request", "SELECT id FROM unlogged -- all"});
    CHECK(prevision.take_if_changed("asked") == "taken");
    CHECK(prevision.take_if_changed("asked") == "checksum");
    // A column with the name of anything in the server's question.
    for (const auto* name : {"r", "s", "h"}) {
        postgres().query(fmt::format(
            "CREATE TABLE named_{0} ({0} int, other int); INSERT INTO named_{0} VALUES (1, 1);", name));
        prevision.link(name,
                       {"--database", "shop", "--request", fmt::format("SELECT * FROM named_{}", name)});
        CHECK(prevision.take_if_changed(name) == "taken");
        postgres().query(fmt::format("UPDATE named_{} SET other = 2;", name));
        CHECK(prevision.take_if_changed(name) == "taken");
        CHECK(prevision.take_if_changed(name) == "checksum");
    }
    prevision.link("now", {"--database", "shop", "--request", "SELECT clock_timestamp() AS t"});
    CHECK(prevision.take_if_changed("now") == "taken");
    CHECK(prevision.take_if_changed("now") == "taken");
}

TEST_CASE("MariaDB's tables are compared by a checksum, and what it cannot be trusted for by the bytes") {
    mariadb().query(
        "CREATE TABLE shop.counted (id INT PRIMARY KEY, f FLOAT, d DOUBLE, s VARCHAR(20) CHARACTER SET latin1, b BLOB, "
        "bits BIT(4), t TIMESTAMP(6) NULL); INSERT INTO shop.counted VALUES (1, 16777217, 0.1, 'é', x'00ff', b'101', "
        "'2026-01-31 00:00:00.000001'), (2, NULL, NULL, NULL, NULL, NULL, NULL); "
        "CREATE TABLE shop.isam (id INT) ENGINE=MyISAM;");
    const auto prevision = to_mariadb();
    prevision.link("t", {"--database", "shop", "--table", "counted"});
    CHECK(prevision.take_if_changed("t") == "taken");
    CHECK(prevision.take_if_changed("t") == "checksum");
    for (const auto* change :
         {"UPDATE shop.counted SET f = 16777218 WHERE id = 1",
          "UPDATE shop.counted SET d = 0.30000000000000004 WHERE id = 1",
          "UPDATE shop.counted SET d = 0.3 WHERE id = 1", "UPDATE shop.counted SET s = '' WHERE id = 2",
          "UPDATE shop.counted SET s = NULL, b = '' WHERE id = 2",
          "UPDATE shop.counted SET b = x'00fe' WHERE id = 1",
          "UPDATE shop.counted SET bits = b'111' WHERE id = 1",
          "UPDATE shop.counted SET t = '2026-01-31 00:00:00.000002' WHERE id = 1",
          "INSERT INTO shop.counted (id) VALUES (3)", "DELETE FROM shop.counted WHERE id = 3",
          "ALTER TABLE shop.counted MODIFY s VARCHAR(21) CHARACTER SET latin1"}) {
        CAPTURE(change);
        mariadb().query(std::string(change) + ";");
        CHECK(prevision.take_if_changed("t") == "taken");
        CHECK(prevision.take_if_changed("t") == "checksum");
    }
    for (const auto& [name, place] : std::vector<std::pair<std::string, std::vector<std::string>>>{
             {"isam", {"--table", "isam"}}, {"asked", {"--request", "SELECT id FROM counted"}}}) {
        CAPTURE(name);
        auto location = place;
        location.insert(location.begin(), {"--database", "shop"});
        prevision.link(name, location);
        CHECK(prevision.take_if_changed(name) == "taken");
        CHECK(prevision.take_if_changed(name) == "sha256");
    }
}

TEST_CASE("an object of S3 is compared by its ETag, and a new one of the same bytes by these") {
    s3().put("shop", "etag.csv", "a\n1\n");
    const auto prevision = to_s3();
    prevision.link("a", {"--bucket", "shop", "--path", "etag.csv"});
    CHECK(prevision.take_if_changed("a") == "taken");
    CHECK(prevision.take_if_changed("a") == "etag");
    s3().put("shop", "etag.csv", "a\n2\n");
    CHECK(prevision.take_if_changed("a") == "taken");
    // An older time, so that the time differs also within one second.
    prevision.ok({"datasource", "update", "a", "--path", "other.csv"});
    s3().put("shop", "other.csv", "a\n2\n");
    CHECK(prevision.take_if_changed("a") == "taken");
}

TEST_CASE("files of FTP and SFTP are compared by size and time, unless the time was young") {
    for (const auto& [type, port] :
         {std::pair("FTP", proftpd().ftp_port()), std::pair("SFTP", proftpd().sftp_port())}) {
        CAPTURE(type);
        const auto prevision = to_files(type, port);
        const auto file = proftpd().home() / "timed.csv";
        const auto set_time = [&](const std::string& time) {
            testing::shell(fmt::format("touch -d '{}' '{}'", time, file.string()));
        };
        put_file("timed.csv", "a\n1\n");
        set_time("2026-01-31 12:00:00 UTC");
        prevision.link("a", {"--path", "timed.csv"});
        CHECK(prevision.take_if_changed("a") == "taken");
        CHECK(prevision.take_if_changed("a") == "time");
        set_time("2026-01-31 12:00:01 UTC");
        CHECK(prevision.take_if_changed("a") == "sha256");
        put_file("timed.csv", "a\n12\n");
        set_time("2026-01-31 12:00:00 UTC");
        CHECK(prevision.take_if_changed("a") == "taken");
        // Changed in the second of its time, with the same size: the time is too young to count.
        put_file("timed.csv", "a\n34\n");
        set_time("now");
        CHECK(prevision.take_if_changed("a") == "taken");
        const auto time = testing::shell(fmt::format("stat -c %y '{}'", file.string()));
        put_file("timed.csv", "a\n56\n");
        set_time(std::string(trim(time)));
        CHECK(prevision.take_if_changed("a") == "taken");
    }
}

TEST_CASE("what is shown of a comparison says by what it was seen, and gives the old id") {
    postgres().query("CREATE TABLE said (id int); CHECKPOINT;");
    const auto prevision = to_postgres();
    prevision.link("said", {"--database", "shop", "--table", "said"});
    prevision.ok({"dataset", "create", "first", "--datasource", "said", "--if-changed"});
    const auto id = prevision.ok({"dataset", "show", "first", "-q"});
    const auto second = prevision({"dataset", "create", "second", "--datasource", "said", "--if-changed"});
    CHECK(second.exit_code == 0);
    CHECK_THAT(
        second.err,
        Catch::Contains("no snapshot was taken: the source is as in the dataset 'first': no transaction"));
    CHECK(prevision.ok({"dataset", "create", "--datasource", "said", "--if-changed", "-q"}) == id);
    const auto begun = prevision.ok(
        {"dataset", "create", "third", "--datasource", "said", "--if-changed", "--no-wait", "-q"});
    CHECK(prevision.ok({"dataset", "wait", std::string(trim(begun)), "-q"}) == id);
    CHECK(prevision.ok({"dataset", "list", "-q"}) == id);
    CHECK(prevision({"dataset", "create", "x", "--file", "/dev/null", "--if-changed"}).exit_code == 2);
}

TEST_CASE("a source is as fresh as its newest file, or the newest value of a column") {
    put_file("fresh.csv", "a\n1\n");
    const auto files = to_files("SFTP", proftpd().sftp_port());
    files.link("f", {"--path", "fresh.csv"});
    CHECK(files.age("f", {"--max-age", "1h"}) == 0);
    testing::shell(fmt::format("touch -d '25 hours ago' '{}'", (proftpd().home() / "fresh.csv").string()));
    CHECK(files.age("f", {"--max-age", "24h"}) == 9);
    CHECK(files.age("f", {"--max-age", "26h"}) == 0);
    CHECK(files.age("f", {}) == 0);
    CHECK(files.age("f", {"--column", "a"}) == 7);
    CHECK(files.age("f", {"--max-age", "soon"}) == 2);
    CHECK(files.age("missing", {}) == 3);
    s3().put("shop", "fresh.csv", "a\n1\n");
    const auto objects = to_s3();
    objects.link("o", {"--bucket", "shop", "--path", "fresh.csv"});
    CHECK(objects.age("o", {"--max-age", "10m"}) == 0);
}

TEST_CASE("the newest time of a table or a request is that of its column") {
    postgres().query(
        "CREATE SCHEMA \"odd schema\"; CREATE TABLE \"odd schema\".\"a.b\" (\"up \"\"dated\" timestamptz, day date, n int); INSERT INTO "
        "\"odd schema\".\"a.b\" VALUES (now() - interval '2 hours', current_date + 1, 7), (now() - interval '1 year', NULL, 8); "
        "CREATE TABLE empty (at timestamp);");
    const auto prevision = to_postgres();
    prevision.link("t", {"--database", "shop", "--table", "\"odd schema\".\"a.b\""});
    prevision.link("q", {"--database", "shop", "--request",
                         "SELECT \"up \"\"dated\" AS at FROM \"odd schema\".\"a.b\"; -- all"});
    prevision.link("e", {"--database", "shop", "--table", "empty"});
    for (const auto& [name, column] : {std::pair("t", "up \"dated"), std::pair("q", "at")}) {
        CHECK(prevision.age(name, {"--column", column, "--max-age", "3h"}) == 0);
        CHECK(prevision.age(name, {"--column", column, "--max-age", "1h"}) == 9);
    }
    CHECK(prevision.age("t", {"--column", "day", "--max-age", "1s"}) == 0);  // tomorrow
    CHECK(prevision.age("t", {"--column", "n"}) == 7);
    CHECK(prevision.age("t", {"--column", "nothing"}) != 0);
    CHECK(prevision.age("t", {"--max-age", "3h"}) == 7);
    CHECK(prevision.age("e", {"--column", "at", "--max-age", "3h"}) == 9);
    CHECK(prevision.age("e", {"--column", "at"}) == 0);
    mariadb().query(
        "CREATE TABLE shop.timed (at TIMESTAMP(3) NULL); INSERT INTO shop.timed VALUES (NOW() - INTERVAL 2 HOUR);");
    const auto maria = to_mariadb();
    maria.link("t", {"--database", "shop", "--table", "timed"});
    maria.link("q", {"--database", "shop", "--request", "SELECT at FROM timed;"});
    for (const auto* name : {"t", "q"}) {
        CHECK(maria.age(name, {"--column", "at", "--max-age", "3h"}) == 0);
        CHECK(maria.age(name, {"--column", "at", "--max-age", "1h"}) == 9);
    }
}

TEST_CASE("a dataset is compared with what its source yields now") {
    postgres().query("CREATE TABLE again (id int, note text); INSERT INTO again VALUES (1, 'a'), (2, 'b');");
    const auto prevision = to_postgres();
    prevision.link("t", {"--database", "shop", "--table", "again"});
    prevision.take("t", "then");
    const auto compare = [&] { return prevision({"dataset", "verify", "then", "--against-source"}); };
    CHECK(compare().exit_code == 0);
    postgres().query("UPDATE again SET note = 'c' WHERE id = 2;");
    CHECK(compare().exit_code == 9);
    CHECK_THAT(compare().err, Catch::Contains("as many bytes"));
    postgres().query("UPDATE again SET note = 'long' WHERE id = 2;");
    CHECK_THAT(compare().err, Catch::Contains("bytes instead of"));
    postgres().query("UPDATE again SET note = 'b' WHERE id = 2;");
    CHECK(compare().exit_code == 0);
    postgres().query("ALTER TABLE again ALTER COLUMN id TYPE bigint;");
    CHECK(compare().exit_code == 9);
    CHECK_THAT(compare().err, Catch::Contains("'id bigint' instead of 'id integer'"));
    postgres().query("ALTER TABLE again ALTER COLUMN id TYPE int;");
    prevision.ok({"datasource", "update", "t", "--table", "others"});
    CHECK(compare().exit_code == 9);
    CHECK_THAT(compare().err, Catch::Contains("the datasource's table was 'again', and is 'others' now"));
    CHECK(prevision({"dataset", "verify", "then", "--against-source", "--manifest", "m"}).exit_code == 2);
    prevision.ok({"dataset", "create", "up", "--file", "-", "--separator", ","}, "a,b\n1,2\n");
    CHECK(prevision({"dataset", "verify", "up", "--against-source"}).exit_code == 7);
    put_file("again.csv", "a\n1\n");
    const auto files = to_files("FTP", proftpd().ftp_port());
    files.link("f", {"--path", "again.csv"});
    files.take("f", "then");
    CHECK(files({"dataset", "verify", "then", "--against-source"}).exit_code == 0);
    put_file("again.csv", "a\n2\n");
    CHECK(files({"dataset", "verify", "then", "--against-source"}).exit_code == 9);
}
