#include "core/text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/table_writing.hpp"
#include "sources/mysql/fixture.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Location;

namespace {

TableSink read_table(const std::string& table) {
    return read_whole(MysqlFixture().connection(), {.database = "shop", .table = table});
}

TableSink read_request(const std::string& request) {
    return read_whole(MysqlFixture().connection(), {.database = "shop", .request = request});
}

}  // namespace

TEST_CASE(
    "text that has no Unicode form is an error, and the rest of its character set is read as the server does") {
    auto& server = shared_mariadb_server();
    std::size_t compared = 0;
    for (const std::string charset :
         {"latin1", "cp1251", "koi8u", "greek", "tis620", "swe7", "sjis", "cp932", "gbk", "big5", "ujis",
          "eucjpms", "euckr", "ucs2", "utf16le", "utf8mb3"}) {
        CAPTURE(charset);
        server.query(fmt::format(
            "CREATE OR REPLACE TABLE sets (id INT AUTO_INCREMENT PRIMARY KEY, c VARCHAR(3) CHARACTER SET {0}, b VARBINARY(9) "
            "AS (CONVERT(c USING utf8mb4)) VIRTUAL);"
            "INSERT IGNORE INTO sets (c) SELECT CONVERT(CHAR(seq) USING {0}) FROM seq_32_to_255;"
            "INSERT IGNORE INTO sets (c) SELECT CONVERT(CHAR(seq) USING {0}) FROM seq_33088_to_65535 WHERE seq % 7 = 0 "
            "AND CHAR_LENGTH(CONVERT(CHAR(seq) USING {0})) = 1 AND NOT ('{0}' = 'ucs2' AND seq BETWEEN 55296 AND 57343);"
            "DELETE FROM sets WHERE c IS NULL OR (CONVERT(c USING utf8mb4) IN ('?', _utf8mb4 x'EFBFBD') AND c <> '?');",
            charset));
        const auto table = read_table("sets");
        for (const auto& row : table.rows) {
            REQUIRE(to_hex(row[1].value()) == to_hex(row[2].value()));
            ++compared;
        }
        CHECK(table.rows.size() > 90);
    }
    CHECK(compared > 5000);
    server.query(
        "CREATE OR REPLACE TABLE formless (id INT, c VARCHAR(9) CHARACTER SET big5); INSERT INTO formless VALUES (1, "
        "'a?'), (2, x'A15A');");
    for (const Location& location :
         {Location{.database = "shop", .table = "formless"},
          Location{.database = "shop", .request = "SELECT id, c FROM formless ORDER BY id"}}) {
        const auto error = error_of([&] { read_whole(MysqlFixture().connection(), location); });
        CHECK(error.error_class() == ErrorClass::integrity);
        CHECK_THAT(error.what(), Catch::Contains("'c' in row 2"));
    }
    CHECK(read_request("SELECT c FROM formless WHERE id = 1").rows == Rows{{"a?"}});
}

TEST_CASE("a few rows of many character sets are read whole") {
    shared_mariadb_server().query(
        "CREATE OR REPLACE TABLE many_sets (a TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci, b VARCHAR(20) "
        "CHARACTER SET ucs2 COLLATE ucs2_uca1400_ai_ci, c VARCHAR(9) CHARACTER SET utf8mb3, d ENUM('ж','я') CHARACTER SET "
        "cp1251, e SET('é','b') CHARACTER SET latin1, f CHAR(4) CHARACTER SET utf16, g JSON, h VARCHAR(9) CHARACTER SET "
        "utf32); INSERT INTO many_sets VALUES ('é😀','é','é','я','é,b','ab','{\"a\":\"é\"}','😀');");
    const Rows rows{{"é😀", "é", "é", "я", "é,b", "ab", "{\"a\":\"é\"}", "😀"}};
    for (const auto limit : {std::optional<std::uint64_t>(1), std::optional<std::uint64_t>()}) {
        const auto connection = MysqlFixture().connection();
        CHECK(read_whole(connection, {.database = "shop", .table = "many_sets"}, limit).rows == rows);
        const auto asked =
            read_whole(connection, {.database = "shop", .request = "SELECT * FROM many_sets"}, limit);
        CHECK(asked.rows == rows);
        CHECK(asked.header[1].type == "varchar(20)");
        CHECK(asked.header[7].type == "varchar(9)");
    }
}

TEST_CASE("text in another encoding than the server says is read and written by the connector's") {
    auto& server = shared_mariadb_server();
    server.query(
        "CREATE OR REPLACE TABLE mislabelled (id INT, c VARCHAR(20) CHARACTER SET latin1); INSERT INTO mislabelled VALUES "
        "(1, x'CFF0E8E2E5F2');");
    auto known = MysqlFixture().connection();
    known.options["encoding"] = "CP1251";
    const Location location{.database = "shop", .table = "mislabelled"};
    CHECK(read_whole(known, location).rows == Rows{{"1", "Привет"}});
    write_rows(known, location, {"id", "c"}, {{"2", "Привет"}});
    CHECK(trim(server.query("SELECT HEX(c) FROM mislabelled WHERE id = 2;")) == "CFF0E8E2E5F2");
    known.options["encoding"] = "UTF-8";
    CHECK(error_of([&] { read_whole(known, location); }).error_class() == ErrorClass::integrity);
}
