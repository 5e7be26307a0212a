#include "contract/sql_server_contract.hpp"

#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/registry.hpp"

namespace prevision::testing {

namespace {

using sources::Location;
using Fixture = SqlServerFixture;

TableSink read_request(const Fixture& fixture, const std::string& request) {
    return read_whole(fixture.connection(), {.database = fixture.database(), .request = request});
}

void check_values(Fixture& fixture) {
    const Location typed{.database = fixture.database(), .table = "typed"};
    for (const auto& value : fixture.value_cases()) {
        CAPTURE(value.declaration, value.inserted);
        fixture.make_typed(value);
        const auto table = read_whole(fixture.connection(), typed);
        REQUIRE(table.rows.size() == 1);
        const auto& row = table.rows[0];
        REQUIRE(row[1]);
        CHECK(to_hex(*row[1]) == to_hex(value.expected));
        CHECK(to_hex(*row[1]) == fixture.hex_by_client(value));
        CHECK(row[0] == "1");
        REQUIRE(row[2]);  // a value does not overwrite the next one
        const auto after = *row[2];
        CHECK(table.header[1].kind == value.kind);
        CHECK(table.header[1].type == value.type);

        fixture.run("UPDATE typed SET c = NULL;");
        CHECK(read_whole(fixture.connection(), typed).rows ==
              std::vector<TableSink::Row>{{"1", std::nullopt, after}});
    }
}

void check_detection(const Fixture& fixture) {
    auto connection = fixture.connection();
    connection.engine = "";
    Cancellation cancellation;
    CHECK(sources::detect_engine(connection, cancellation).name == fixture.engine());
    connection.host = "https://" + connection.host;
    CHECK_FALSE(run_test(connection).error);
    connection.options[fixture.engine() == "mysql" ? "row_security" : "tls"] =
        fixture.engine() == "mysql" ? "apply" : "allow";
    const auto run = run_test(connection);
    CHECK(run.error.has_value() == (fixture.engine() == "mysql"));
}

void check_large_value(const Fixture& fixture) {
    const auto table = read_request(fixture, "SELECT repeat('x', 15000000), 'behind it'");
    REQUIRE(table.rows.size() == 1);
    REQUIRE(table.rows[0][0]->size() == 15'000'000);
    CHECK(table.rows[0][0]->find_first_not_of('x') == std::string::npos);
    CHECK(table.rows[0][1] == "behind it");
}

void check_cancelled_query(const Fixture& fixture) {
    Cancellation cancellation;
    const auto source = sources::open_source(fixture.connection(), cancellation);
    std::thread canceller([&] {
        while (fixture.count_running(fixture.long_request()) == 0) {
        }
        cancellation.cancel();
    });
    TableSink sink;
    const auto start = std::chrono::steady_clock::now();
    const auto error = error_of(
        [&] { source->read({.database = fixture.database(), .request = fixture.long_request()}, {}, sink); });
    canceller.join();
    CHECK(error.error_class() == ErrorClass::interrupted);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
    while (fixture.notices_lost_clients() && fixture.count_running(fixture.long_request()) > 0) {
    }
}

void check_lost_connection(Fixture& fixture) {
    fixture.run(fmt::format(
        "DROP TABLE IF EXISTS many; CREATE TABLE many AS SELECT n, repeat('x', 100) AS x FROM ({}) numbers;",
        fixture.numbers(100'000)));
    Cancellation cancellation;
    const auto source = sources::open_source(fixture.connection(), cancellation);
    CallbackSink sink([&](auto) {
        if (sink.count == 1) fixture.end_running("many");
    });
    const auto error =
        error_of([&] { source->read({.database = fixture.database(), .table = "many"}, {}, sink); });
    CHECK(error.error_class() == ErrorClass::unreachable);
    CHECK_THAT(error.what(), Catch::Contains("many"));
    CHECK(sink.count < 100'000);
}

}  // namespace

void check_sql_server_contract(SqlServerFixture& fixture) {
    SECTION("every type is read in its form, with the bytes that the system's own client shows") {
        check_values(fixture);
    }
    SECTION("the engine is recognized by how the server answers") { check_detection(fixture); }
    SECTION("one large value is read whole") { check_large_value(fixture); }
    SECTION("a cancellation ends a running query, here and where the server can, there") {
        check_cancelled_query(fixture);
    }
    SECTION("a connection that breaks while reading is unreachable") { check_lost_connection(fixture); }
}

}  // namespace prevision::testing
