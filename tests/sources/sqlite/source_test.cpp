#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "contract/table_writing.hpp"
#include "core/file.hpp"
#include "sources/registry.hpp"
#include "sources/sqlite/fixture.hpp"
#include "sqlite/sqlite.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

class SqliteFixture final : public SourceFixture {
  public:
    // In this mode a writer does not wait for a reader.
    SqliteFixture() { run("PRAGMA journal_mode = wal;"); }

    [[nodiscard]] sources::Connection connection() const override { return file_.connection(); }
    [[nodiscard]] std::string database() const override { return "main"; }
    [[nodiscard]] std::string path() const { return file_.path(); }
    void run(const std::string& statements) override { file_.run(statements); }

    [[nodiscard]] std::string quote(const std::string& name) const override {
        std::string quoted = "\"";
        for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
        return quoted + "\"";
    }

    [[nodiscard]] std::string numbers(int count) const override {
        return "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < " +
               std::to_string(count) + ") SELECT n FROM numbers";
    }

    [[nodiscard]] TableSink read(const std::string& request) const {
        return read_whole(connection(), {.request = request});
    }

    [[nodiscard]] const TemporaryDirectory& folder() const { return file_.folder(); }

  private:
    SqliteFile file_;
};

sources::Connection connection_to(const std::string& host, const std::string& engine = "") {
    sources::Connection connection;
    connection.type = "SQL";
    connection.engine = engine;
    connection.host = host;
    return connection;
}

}  // namespace

TEST_CASE("SQLite keeps the contract of a source") {
    SqliteFixture fixture;
    check_source_contract(fixture);
}

TEST_CASE("SQLite estimates the rows of a table that is read whole by its row numbers") {
    SqliteFixture fixture;
    fixture.run("CREATE TABLE e (n); INSERT INTO e " + fixture.numbers(100) +
                "; DELETE FROM e WHERE n < 10; CREATE VIEW v AS SELECT * FROM e; "
                "CREATE TABLE w (n PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES (1);");
    const auto estimate = [&](const sources::Location& location, std::optional<std::uint64_t> limit = {}) {
        return read_whole(fixture.connection(), location, limit).about_rows;
    };
    CHECK(estimate({.table = "e"}) == 100U);
    CHECK_FALSE(estimate({.table = "e"}, 1));
    CHECK_FALSE(estimate({.table = "v"}));
    CHECK_FALSE(estimate({.table = "w"}));
    CHECK_FALSE(estimate({.request = "SELECT * FROM e"}));
}

TEST_CASE("a value of SQLite keeps its digits and bytes") {
    SqliteFixture fixture;
    fixture.run(
        "CREATE TABLE v (n, t TEXT);"
        "INSERT INTO v(n) VALUES (9223372036854775807), (-9223372036854775808), (0.1), (1e300), (-0.0),"
        " (5e-324), (1.7976931348623157e308), (x'00ff41'), (x''), ('a' || char(0) || 'b'), (2.0), (9e999);");
    CHECK(fixture.read("SELECT n FROM v").rows == Rows{{"9223372036854775807"},
                                                       {"-9223372036854775808"},
                                                       {"0.1"},
                                                       {"1e+300"},
                                                       {"-0.0"},
                                                       {"5e-324"},
                                                       {"1.7976931348623157e+308"},
                                                       {"\\x00ff41"},
                                                       {"\\x"},
                                                       {std::string("a\0b", 3)},
                                                       {"2.0"},
                                                       {"inf"}});
}

TEST_CASE("a column of SQLite may hold values of any kind") {
    SqliteFixture fixture;
    fixture.run(
        "CREATE TABLE mixed (i INTEGER, b BLOB, t TEXT);"
        "INSERT INTO mixed VALUES ('no, number', 'no bytes', x'c0ffee'), (1.5, 7, 8);");
    const auto table = read_whole(fixture.connection(), {.table = "mixed"});
    CHECK(table.rows == Rows{{"no, number", "no bytes", "\\xc0ffee"}, {"1.5", "7", "8"}});
    for (const auto& column : table.header) CHECK(column.kind == sources::ValueKind::any);
}

TEST_CASE("a text that SQLite stores in UTF-16 is read as UTF-8") {
    SqliteFixture fixture;
    const auto path = (fixture.folder() / "utf16.db").string();
    run_command({"sqlite3", path},
                "PRAGMA encoding = 'UTF-16'; CREATE TABLE t(x); INSERT INTO t VALUES ('é😀');");
    CHECK(read_whole(connection_to(path), {.table = "t"}).rows == Rows{{"é😀"}});
}

TEST_CASE("the type of a column is the declared one, or that of the first value") {
    SqliteFixture fixture;
    fixture.run(
        "CREATE TABLE c (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, x); INSERT INTO c VALUES "
        "(1,'a',2);");
    const auto table = read_whole(fixture.connection(), {.database = "main", .table = "c"});
    CHECK(table.header.at(0).type == "INTEGER");
    CHECK_FALSE(table.header.at(0).nullable);
    CHECK(table.header.at(1).type == "VARCHAR(20)");
    CHECK_FALSE(table.header.at(1).nullable);
    CHECK(table.header.at(2).type == "integer");
    CHECK(fixture.read("SELECT count(*), 1.5, 'x', x'00', name FROM c").header.at(1).type == "real");
}

TEST_CASE("a file that cannot be read is refused with the reason and stays as it is") {
    SqliteFixture fixture;
    const auto missing = (fixture.folder() / "missing.db").string();
    const auto text = (fixture.folder() / "text.db").string();
    std::ofstream(text) << std::string(4096, 'x');
    const auto cut_off = (fixture.folder() / "cut.db").string();
    fixture.run("CREATE TABLE big AS " + fixture.numbers(10'000) + "; PRAGMA wal_checkpoint(TRUNCATE);");
    const auto whole = read_file(fixture.path(), 10'000'000);
    std::ofstream(cut_off) << whole.substr(0, whole.size() / 2);
    struct Case {
        std::string host;
        ErrorClass error_class;
        std::string message;
    };
    const std::vector<Case> cases{
        {missing, ErrorClass::not_found, "No such file"},
        {text, ErrorClass::invalid, "not a SQLite database"},
        {fixture.folder().path().string(), ErrorClass::invalid, "is a folder"},
        {"/dev/null", ErrorClass::invalid, "is not a file"},
        {cut_off, ErrorClass::integrity, "malformed"},
        {text + "/x", ErrorClass::not_found, "No such file"},
        {"/" + std::string(300, 'n'), ErrorClass::unreachable, "too long"},
    };
    for (const auto& each : cases) {
        const auto& host = each.host;
        CAPTURE(host);
        const auto error = error_of([&] { read_whole(connection_to(host), {.table = "big"}); });
        CHECK(error.error_class() == each.error_class);
        CHECK_THAT(error.what(), Catch::Contains(each.message));
        CHECK(run_test(connection_to(host), sources::Location{.table = "big"}).error->error_class() ==
              each.error_class);
    }
    CHECK_FALSE(std::filesystem::exists(missing));
}

TEST_CASE("a file that this user may not read gives the class auth") {
    SqliteFixture fixture;
    fixture.run("CREATE TABLE t(x);");
    std::filesystem::permissions(fixture.path(), std::filesystem::perms::none);
    std::filesystem::permissions(fixture.folder().path(), std::filesystem::perms::all);
    const bool root = ::geteuid() == 0;  // root may read every file
    if (root) REQUIRE(::seteuid(65534) == 0);
    const auto run = run_test(fixture.connection(), sources::Location{.table = "t"});
    if (root) REQUIRE(::seteuid(0) == 0);
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::auth);
    CHECK(run.last().name == "auth");
}

TEST_CASE("a path must be absolute, and the hint shows how") {
    for (const auto* host : {"shop.db", "./shop.db", "sqlite://shop.db", "sqlite://data/shop.db"}) {
        CAPTURE(host);
        const auto error = error_of([&] { read_whole(connection_to(host, "sqlite"), {.table = "t"}); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains("host"));
        CHECK_THAT(error.hint(), Catch::Contains("sqlite:///") && Catch::EndsWith("shop.db"));
    }
}

TEST_CASE("a path may hold any character, percent-encoded in a URL and as it is without one") {
    SqliteFixture fixture;
    const auto odd = (fixture.folder() / "50% off?mode=memory#é .db").string();
    run_command({"sqlite3", odd}, "CREATE TABLE t(x); INSERT INTO t VALUES (1);");
    CHECK(read_whole(connection_to(odd, "sqlite"), {.table = "t"}).rows == Rows{{"1"}});
    const auto url = "sqlite://" + fixture.folder().path().string() + "/50%25%20off%3Fmode=memory%23é%20.db";
    CHECK(read_whole(connection_to(url), {.table = "t"}).rows == Rows{{"1"}});
}

TEST_CASE("a request reaches only the file's own data, and changes nothing") {
    SqliteFixture fixture;
    fixture.run("CREATE TABLE t(x); INSERT INTO t VALUES (1);");
    for (const auto* request :
         {"SELECT load_extension('/tmp/x')", "SELECT * FROM t; DROP TABLE t",
          "WITH w AS (SELECT 1) DELETE FROM t", "ATTACH '/tmp/other.db' AS other",
          "PRAGMA journal_mode = delete", "SELECT 1 -- ;\n; DELETE FROM t", "SELECT fts3_tokenizer('simple')",
          "SELECT fts3_tokenizer('x', x'4141414141414141')", "SELECT * FROM pragma_journal_mode"}) {
        CAPTURE(request);
        CHECK(error_of([&] { static_cast<void>(fixture.read(request)); }).error_class() ==
              ErrorClass::invalid);
    }
    CHECK(fixture.read("SELECT x FROM t").rows == Rows{{"1"}});
}

TEST_CASE("a parameter of a request is refused by its name") {
    SqliteFixture fixture;
    fixture.run("CREATE TABLE t(id); INSERT INTO t VALUES (1);");
    for (const std::string name : {":id", "@id", "$id", "?", "?1"}) {
        const auto error =
            error_of([&] { static_cast<void>(fixture.read("SELECT * FROM t WHERE id = " + name)); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK(error.what() == "invalid request: the parameter '" + name + "' has no value");
    }
}

TEST_CASE("a file whose schema uses JSON, full text, trees, views and triggers is read") {
    SqliteFixture fixture;
    fixture.run(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, j TEXT CHECK (json_valid(j)), n GENERATED ALWAYS AS (json_extract(j, '$.n')),"
        " s AS (j ->> '$.n') STORED);"
        "CREATE INDEX by_json ON t(json_extract(j, '$.n'));"
        "CREATE VIEW v AS SELECT id, json_extract(j, '$.n') AS n, strftime('%Y', 0, 'unixepoch') AS y FROM t;"
        "CREATE TABLE logged(id); CREATE TRIGGER log AFTER INSERT ON t BEGIN INSERT INTO logged VALUES (new.id); END;"
        "INSERT INTO t(id, j) VALUES (1, '{\"n\": 5}');"
        "CREATE VIRTUAL TABLE words5 USING fts5(w); INSERT INTO words5 VALUES ('hello world');"
        "CREATE VIRTUAL TABLE words4 USING fts4(w); INSERT INTO words4 VALUES ('hello world');"
        "CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1); INSERT INTO boxes VALUES (7, 1, 2);");
    CHECK(read_whole(fixture.connection(), {.table = "t"}).rows == Rows{{"1", "{\"n\": 5}", "5", "5"}});
    CHECK(read_whole(fixture.connection(), {.table = "v"}).rows == Rows{{"1", "5", "1970"}});
    CHECK(fixture.read("SELECT id FROM t WHERE json_extract(j, '$.n') = 5").rows == Rows{{"1"}});
    CHECK(fixture.read("SELECT w FROM words5 WHERE words5 MATCH 'hello' ORDER BY rank").rows ==
          Rows{{"hello world"}});
    CHECK(fixture.read("SELECT w FROM words4 WHERE words4 MATCH 'world'").rows == Rows{{"hello world"}});
    CHECK(fixture.read("SELECT id FROM boxes WHERE x0 <= 1.5").rows == Rows{{"7"}});
    CHECK(read_whole(fixture.connection(), {.table = "words5"}).rows == Rows{{"hello world"}});
    CHECK(read_whole(fixture.connection(), {.table = "logged"}).rows == Rows{{"1"}});
}

TEST_CASE("the columns of a table are the same for browse and for its rows") {
    SqliteFixture fixture;
    fixture.run(
        "CREATE TABLE g(a, b AS (a + 1), c AS (a + 2) STORED); INSERT INTO g VALUES (1);"
        "CREATE VIRTUAL TABLE f USING fts5(x, y);");
    Cancellation cancellation;
    const auto source = sources::open_source(fixture.connection(), cancellation);
    for (const std::string table : {"g", "f"}) {
        std::vector<std::string> listed;
        for (const auto& entry : source->list("main/" + table)) listed.push_back(entry.name);
        CHECK(listed == read_whole(fixture.connection(), {.table = table}).names());
    }
    CHECK(source->list("main/g").size() == 3);
}

TEST_CASE("a key may hold NULL unless it is the row id or says otherwise") {
    SqliteFixture fixture;
    const auto nullable = [&](const std::string& definition) {
        fixture.run("DROP TABLE IF EXISTS k; CREATE TABLE k" + definition + ";");
        return read_whole(fixture.connection(), {.table = "k"}).header.at(0).nullable;
    };
    CHECK(nullable("(a INTEGER, b INTEGER, PRIMARY KEY (a, b))"));
    CHECK(nullable("(a TEXT PRIMARY KEY)"));
    CHECK(nullable("(a INTEGER PRIMARY KEY DESC)"));
    CHECK_FALSE(nullable("(a INTEGER PRIMARY KEY)"));
    CHECK_FALSE(nullable("(a TEXT PRIMARY KEY) WITHOUT ROWID"));
    CHECK_FALSE(nullable("(a INTEGER, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID"));
    CHECK_FALSE(nullable("(a TEXT NOT NULL)"));
}

TEST_CASE(
    "a text that is not UTF-8 is an error that names the column and the row, or is read by its encoding") {
    SqliteFixture fixture;
    fixture.run("CREATE TABLE t(id, name TEXT); INSERT INTO t VALUES (1, 'e'), (2, CAST(x'e9' AS TEXT));");
    const auto error = error_of([&] { read_whole(fixture.connection(), {.table = "t"}); });
    CHECK(error.error_class() == ErrorClass::integrity);
    CHECK_THAT(error.what(), Catch::Contains("'name' in row 2"));
    CHECK_THAT(error.hint(), Catch::Contains("--encoding"));
    CHECK(fixture.read("SELECT CAST(name AS BLOB) FROM t WHERE id = 2").rows == Rows{{"\\xe9"}});
    auto known = fixture.connection();
    known.options["encoding"] = "LATIN1";
    CHECK(read_whole(known, {.table = "t"}).rows == Rows{{"1", "e"}, {"2", "é"}});
    write_rows(known, {.table = "t"}, {"id", "name"}, {{"3", "é"}});
    CHECK(fixture.read("SELECT hex(name) FROM t WHERE id = 3").rows == Rows{{"E9"}});
    CHECK(error_of([&] { write_rows(known, {.table = "t"}, {"name"}, {{"☃"}}); }).error_class() ==
          ErrorClass::invalid);
}

TEST_CASE("a name of a column that is not UTF-8 is an error, or is read by its encoding") {
    SqliteFixture fixture;
    fixture.run("CREATE TABLE t(id, \"caf\xe9\" TEXT); INSERT INTO t VALUES (1, '12');");
    const auto error = error_of([&] { read_whole(fixture.connection(), {.table = "t"}); });
    CHECK(error.error_class() == ErrorClass::integrity);
    CHECK_THAT(error.what(), Catch::Contains("the name of the column 2 is not UTF-8"));
    auto known = fixture.connection();
    known.options["encoding"] = "LATIN1";
    CHECK(read_whole(known, {.table = "t"}).names() == std::vector<std::string>{"id", "café"});
    CHECK(read_whole(fixture.connection(), {.request = "SELECT 1 AS n FROM t"}).rows == Rows{{"1"}});
}

TEST_CASE("a cancellation ends an endless query") {
    SqliteFixture fixture;
    Cancellation cancellation;
    const auto source = sources::open_source(fixture.connection(), cancellation);
    // The first row shows that it runs; there is no second.
    const std::string request =
        "SELECT 1 UNION ALL SELECT * FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT count(*) FROM n)";
    std::thread canceller;
    CallbackSink sink([&](auto) { canceller = std::thread([&] { cancellation.cancel(); }); });
    const auto error = error_of([&] { source->read({.request = request}, {}, sink); });
    canceller.join();
    CHECK(error.error_class() == ErrorClass::interrupted);
}

TEST_CASE("a database that another program is writing to is unreachable") {
    SqliteFixture fixture;
    fixture.run("PRAGMA journal_mode = delete; CREATE TABLE t(x);");
    const auto other = sqlite::Database(fixture.path(), SQLITE_OPEN_READWRITE);
    REQUIRE(sqlite3_exec(other.handle(), "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr) == SQLITE_OK);
    Cancellation cancellation;
    auto connection = fixture.connection();
    connection.wait_limit = std::chrono::milliseconds(30);
    const auto source = sources::open_source(connection, cancellation);
    TableSink sink;
    const auto error = error_of([&] { source->read({.table = "t"}, {}, sink); });
    CHECK(error.error_class() == ErrorClass::unreachable);
    CHECK_THAT(error.what(), Catch::Contains("locked"));
}
