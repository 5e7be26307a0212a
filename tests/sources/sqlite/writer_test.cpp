#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/table_writing.hpp"
#include "sources/sqlite/fixture.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::WriteMode;

namespace {

class File : public SqliteFile {
  public:
    void write(const std::string& table, const std::vector<sources::OutgoingColumn>& columns,
               const Rows& rows, WriteMode mode = WriteMode::append) const {
        write_rows(connection(), {.table = table}, columns, rows, mode);
    }

    void copy(const std::string& from, const std::string& to) const {
        copy_table(connection(), {.table = from}, connection(), {.table = to});
    }
};

}  // namespace

TEST_CASE("a table of every type is the same after it was read and written back to SQLite") {
    const File file;
    const std::vector<std::string> values{"0",
                                          "1",
                                          "-9223372036854775808",
                                          "9223372036854775807",
                                          "0.1",
                                          "2.0",
                                          "-0.0",
                                          "1e300",
                                          "5e-324",
                                          "1.7976931348623157e308",
                                          "9e999",
                                          "-9e999",
                                          "x''",
                                          "x'00ff41'",
                                          "''",
                                          "'text'",
                                          "'é☕😀'",
                                          "'a' || char(0) || 'b'",
                                          "'a\"b,c' || char(10)",
                                          "'\\x4'",
                                          "'\\xZZ'",
                                          "'true'",
                                          "'12'",
                                          "'-0.5'",
                                          "'1e300'",
                                          "'inf'",
                                          "'-Infinity'",
                                          "'\\x41'",
                                          "'\\x'",
                                          "'2020-01-01'",
                                          "' 5x'"};
    const std::vector<std::string> types{
        "INTEGER",     "INT",           "BIGINT",  "REAL",     "DOUBLE PRECISION",
        "NUMERIC",     "DECIMAL(10,2)", "BOOLEAN", "DATETIME", "TEXT",
        "VARCHAR(20)", "CLOB",          "BLOB",    "",         "JSON"};
    std::string columns = "id INTEGER PRIMARY KEY AUTOINCREMENT";
    for (std::size_t at = 0; at < types.size(); ++at) columns += fmt::format(", c{} {}", at, types[at]);
    columns += ", made AS (id * 2), kept AS (hex(c9)) STORED";
    std::string statements = fmt::format("CREATE TABLE torture ({0}); CREATE TABLE copied ({0});", columns);
    for (const auto& value : values) {
        std::string row = "NULL";
        std::string names = "id";
        for (std::size_t at = 0; at < types.size(); ++at) {
            row += ", " + value;
            names += fmt::format(", c{}", at);
        }
        statements += fmt::format("INSERT INTO torture ({}) VALUES ({});", names, row);
    }
    statements += "INSERT INTO torture (id) VALUES (NULL);";
    file.run(statements);
    file.copy("torture", "copied");
    CHECK(file.run("SELECT count(*) FROM copied;") == std::to_string(values.size() + 1));
    for (std::size_t at = 0; at < types.size(); ++at) {
        CAPTURE(types[at]);
        CHECK(
            file
                .run(fmt::format(
                    "SELECT id, typeof(a.c{0}), quote(a.c{0}), typeof(b.c{0}), quote(b.c{0}) FROM torture a JOIN copied b "
                    "USING (id) WHERE typeof(a.c{0}) <> typeof(b.c{0}) OR quote(a.c{0}) IS NOT quote(b.c{0}) "
                    "OR hex(a.c{0}) <> hex(b.c{0});",
                    at))
                .empty());
    }
    CHECK(
        file.run(
            "SELECT count(*) FROM torture a JOIN copied b USING (id) WHERE a.made IS b.made AND a.kept IS b.kept;") ==
        std::to_string(values.size() + 1));
}

TEST_CASE("a STRICT table keeps its types") {
    const File file;
    file.run(
        "CREATE TABLE a (i INTEGER, r REAL, t TEXT, b BLOB, x ANY) STRICT; CREATE TABLE b (i INTEGER, r REAL, t TEXT, b BLOB, x ANY) STRICT;"
        "INSERT INTO a VALUES (1, 2.0, '\\x41', x'41', 5), (NULL, NULL, '5', x'', 5.0), (2, 0.5, '', NULL, 'text'),"
        "(3, 1, '1', NULL, '1'), (4, 1, '', NULL, '1.0'), (5, 1, '', NULL, '1e5'), (6, 1, '', NULL, '-7');");
    file.copy("a", "b");
    CHECK(file.run("SELECT * FROM (SELECT quote(i), quote(r), quote(t), quote(b), quote(x) FROM a EXCEPT "
                   "SELECT quote(i), quote(r), quote(t), quote(b), quote(x) FROM b);")
              .empty());
    CHECK(file.run("SELECT count(*) FROM b;") == "7");
}

TEST_CASE("a row that SQLite would drop or replace another one with is refused, and nothing is written") {
    const File file;
    file.run(
        "CREATE TABLE ignoring (n INTEGER UNIQUE ON CONFLICT IGNORE); CREATE TABLE replacing (n INTEGER PRIMARY KEY ON "
        "CONFLICT REPLACE); CREATE TABLE filling (n INTEGER NOT NULL ON CONFLICT REPLACE DEFAULT 5);"
        "CREATE TABLE dropping (n INTEGER); CREATE TRIGGER d BEFORE INSERT ON dropping WHEN new.n = 3 BEGIN SELECT "
        "raise(IGNORE); END; CREATE TABLE elsewhere (n INTEGER); CREATE VIEW diverting AS SELECT n FROM elsewhere;"
        "CREATE TRIGGER v INSTEAD OF INSERT ON diverting BEGIN INSERT INTO elsewhere VALUES (new.n); END;");
    for (const std::string table : {"ignoring", "replacing", "filling", "dropping", "diverting"}) {
        CAPTURE(table);
        Rows rows{{"2"}, {"3"}, {"3"}};
        if (table == "filling") rows.push_back({std::nullopt});
        const auto error = error_of([&] { file.write(table, {"n"}, rows); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK(file.run("SELECT count(*) FROM " + table + ";") == "0");
    }
}

TEST_CASE("the triggers of a table may ignore and replace rows of other tables") {
    const File file;
    file.run(
        "CREATE TABLE seen (n); CREATE TABLE last (id INTEGER PRIMARY KEY, n); CREATE TRIGGER s AFTER INSERT ON seen "
        "BEGIN INSERT OR REPLACE INTO last VALUES (1, new.n); END;");
    file.write("seen", {"n"}, {{"1"}, {"2"}});
    CHECK(file.run("SELECT * FROM last;") == "1|2");
}

TEST_CASE("NULL is refused where SQLite would store a number, and nothing is written") {
    const File file;
    file.run(
        "CREATE TABLE keyed (id INTEGER PRIMARY KEY, n); INSERT INTO keyed VALUES (7, 'kept');"
        "CREATE TABLE free (id INT PRIMARY KEY, n);");
    for (const std::string column : {"id", "ID", "rowid"}) {
        CAPTURE(column);
        const auto error = error_of([&] {
            file.write("keyed", {column}, {{"1"}, {std::nullopt}}, WriteMode::replace);
        });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains("column '" + column + "' in row 2"));
        CHECK(file.run("SELECT * FROM keyed;") == "7|kept");
    }
    file.write("free", {"id"}, {{std::nullopt}});
    CHECK(file.run("SELECT id IS NULL FROM free;") == "1");
}

TEST_CASE("replacing the rows of a table leaves those of other tables alone") {
    const File file;
    file.run(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE child (p REFERENCES parent ON DELETE CASCADE);"
        "INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);");
    file.write("parent", {"id"}, {{"2"}}, WriteMode::replace);
    CHECK(file.run("SELECT * FROM parent, child;") == "2|1");
}

TEST_CASE("a number that SQLite would round is refused, and nothing is written") {
    const File file;
    file.run("CREATE TABLE t (n NUMERIC, s TEXT); INSERT INTO t VALUES (1, 'kept');");
    for (const auto* value : {"18446744073709551615", "0.12345678901234567890", "1e400"}) {
        CAPTURE(value);
        const auto error = error_of([&] { file.write("t", {"n"}, {{"2"}, {value}}, WriteMode::replace); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains("column 'n' in row 2"));
        CHECK(file.run("SELECT * FROM t;") == "1|kept");
    }
    file.write("t", {"n", "s"}, {{"1.50", "18446744073709551615"}});
    CHECK(file.run("SELECT n, s FROM t WHERE s <> 'kept';") == "1.5|18446744073709551615");
}

TEST_CASE("a failed write to SQLite leaves no table and no row, and triggers of the file run") {
    const File file;
    file.run(
        "CREATE TABLE once (n UNIQUE); CREATE TABLE log (n); CREATE TRIGGER l AFTER INSERT ON once BEGIN "
        "INSERT INTO log VALUES (json_object('n', new.n)); END;");
    const auto error = error_of([&] { file.write("once", {"n"}, {{"1"}, {"1"}}); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.what(), Catch::Contains("UNIQUE"));
    CHECK(file.run("SELECT count(*) FROM once, log;") == "0");
    CHECK(error_of([&] {
              file.write("once", {"n", "no such"}, {{"1", "2"}});
          }).error_class() == ErrorClass::invalid);
    file.write("once", {"n"}, {{"7"}});
    CHECK(file.run("SELECT n FROM log;") == "{\"n\":7}");
}
