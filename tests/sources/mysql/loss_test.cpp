#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/table_writing.hpp"
#include "sources/mysql/fixture.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Location;

namespace {

TableSink read_request(const std::string& request, std::optional<std::uint64_t> limit = std::nullopt) {
    return read_whole(MysqlFixture().connection(), {.database = "shop", .request = request}, limit);
}

}  // namespace

TEST_CASE("a read fails when the server has cut or lost a value or rows") {
    // A request, and the number of the warning that the server gives.
    const std::vector<std::pair<std::string, int>> cases{
        {"SELECT REPEAT('x', 20000000) AS c", 1301},
        {"SELECT GROUP_CONCAT(REPEAT('x', 1000000)) AS c FROM seq_1_to_20", 1260},
        {"SELECT seq FROM seq_1_to_100 LIMIT ROWS EXAMINED 5", 1931},
        {"SELECT REPEAT('a', 100000) REGEXP '^(a+)+$b' AS c", 1139},
        {"SELECT JSON_EXTRACT(CONCAT(REPEAT('[', 40), REPEAT(']', 40)), '$[0]') AS c", 4040},
        {"WITH RECURSIVE r AS (SELECT 'a' AS c, 1 AS n UNION ALL SELECT CONCAT(c, 'b'), n + 1 FROM r WHERE n < 3) "
         "SELECT c FROM r",
         1265},
        {"SELECT CONVERT(x'FF41' USING utf8mb4) AS c", 1300},
        {"SELECT CONVERT('é' USING ascii) AS c", 1977},
    };
    for (const auto& [request, warning] : cases) {
        CAPTURE(request);
        const auto error = error_of([&] { read_request(request); });
        CHECK(error.error_class() == ErrorClass::integrity);
        CHECK_THAT(error.what(), Catch::Contains(fmt::format("(warning {})", warning)));
    }
    CHECK(error_of([] { read_request("SELECT REPEAT('x', 20000000)", 1); }).error_class() ==
          ErrorClass::integrity);
}

TEST_CASE("a view of which the server cuts a value is no snapshot") {
    shared_mariadb_server().query("CREATE OR REPLACE VIEW too_long AS SELECT REPEAT('x', 20000000) AS c;");
    const auto error =
        error_of([] { read_whole(MysqlFixture().connection(), {.database = "shop", .table = "too_long"}); });
    CHECK(error.error_class() == ErrorClass::integrity);
    CHECK_THAT(error.what(), Catch::Contains("max_allowed_packet"));
}

TEST_CASE("what a request itself makes of a value is read") {
    shared_mariadb_server().query(
        "CREATE OR REPLACE TABLE odd_texts (c VARCHAR(9)); INSERT INTO odd_texts VALUES ('12a'), ('5');");
    CHECK(
        read_request("SELECT CAST(c AS INT), LEFT(c, 1), CAST(c AS DATE), 1 / 0 FROM odd_texts WHERE c = 12")
            .rows == Rows{{"12", "1", std::nullopt, std::nullopt}});
}
