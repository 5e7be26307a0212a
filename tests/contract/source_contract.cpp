#include "contract/source_contract.hpp"

#include <algorithm>
#include <chrono>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <malloc.h>

#include "core/text.hpp"
#include "sources/registry.hpp"

namespace prevision::testing {

using sources::Location;

namespace {

// The suite's own short names for the fixture's things.
class Suite {
  public:
    explicit Suite(SourceFixture& fixture) : fixture_(fixture) {}

    void check_lists();
    void check_stages();
    void check_failing_stages();
    void check_reading();
    void check_limits();
    void check_empty();
    void check_null_and_empty();
    void check_odd_names();
    void check_many_columns();
    void check_memory();
    void check_consistent_view();
    void check_throwing_sink();
    void check_cancellation();
    void check_wrong_locations();

  private:
    // A new table with that definition behind its name, however an earlier run left it.
    Location make(const std::string& table, const std::string& definition) {
        fixture_.run(fmt::format("DROP TABLE IF EXISTS {0}; CREATE TABLE {0} {1};", fixture_.quote(table),
                                 definition));
        return {.database = fixture_.database(), .table = fixture_.table(table)};
    }

    Location make_numbers(const std::string& table, int count) {
        auto location = make(table, "(n INTEGER PRIMARY KEY, t VARCHAR(80))");
        fixture_.run(
            fmt::format("INSERT INTO {} SELECT n, 'a text to take up some room, so that all the rows take up "
                        "much of it' FROM ({}) numbers;",
                        fixture_.quote(table), fixture_.numbers(count)));
        return location;
    }

    [[nodiscard]] Location request(const std::string& sql) const {
        return {.database = fixture_.database(), .request = sql};
    }

    [[nodiscard]] std::unique_ptr<sources::Source> open() {
        return sources::open_source(fixture_.connection(), cancellation_);
    }

    TableSink read(const Location& location, std::optional<std::uint64_t> limit = {}) const {
        return read_whole(fixture_.connection(), location, limit);
    }

    SourceFixture& fixture_;
    Cancellation cancellation_;
};

bool holds(const std::vector<sources::Entry>& entries, const std::string& name, const std::string& kind) {
    return std::ranges::any_of(entries,
                               [&](const auto& entry) { return entry.name == name && entry.kind == kind; });
}

using Rows = std::vector<TableSink::Row>;

void Suite::check_lists() {
    make("listed", "(n INTEGER)");
    fixture_.run("DROP VIEW IF EXISTS listed_view; CREATE VIEW listed_view AS SELECT n FROM listed;");
    const auto source = open();
    CHECK(holds(source->list(""), fixture_.database(), "database"));
    const auto tables = source->list(fixture_.place());
    CHECK(holds(tables, "listed", "table"));
    CHECK(holds(tables, "listed_view", "view"));
    CHECK(error_of([&] { static_cast<void>(source->list("no such database")); }).error_class() ==
          ErrorClass::not_found);
}

void Suite::check_stages() {
    const std::vector<std::string> connection_stages{"resolve", "connect", "tls", "auth", "list"};
    const auto connection_test = run_test(fixture_.connection());
    CHECK_FALSE(connection_test.error);
    CHECK(connection_test.names() == connection_stages);

    auto location_stages = connection_stages;
    location_stages.emplace_back("read");
    const auto begin = std::chrono::steady_clock::now();
    const auto location_test = run_test(fixture_.connection(), make_numbers("tested", 2));
    const auto whole = std::chrono::steady_clock::now() - begin;
    CHECK_FALSE(location_test.error);
    CHECK(location_test.names() == location_stages);
    std::chrono::microseconds sum{0};
    for (const auto& stage : location_test.stages) {
        CAPTURE(stage.name);
        CHECK(stage.ok);
        sum += stage.elapsed;
        CHECK_FALSE(stage.message.empty());
    }
    CHECK(sum.count() > 0);
    CHECK(sum <= whole);
    CHECK_FALSE(run_test(fixture_.connection(), request("SELECT n FROM tested")).error);
}

void Suite::check_failing_stages() {
    const std::vector<std::pair<Location, std::string>> failing{
        {{.database = "no such database", .table = "t"}, "list"},
        {{.database = fixture_.database(), .table = "no such table"}, "read"},
        {request("SELECT * FROM no_such_table"), "read"},
    };
    for (const auto& each : failing) {
        const auto& location = each.first;
        CAPTURE(location.database, location.table, location.request);
        const auto run = run_test(fixture_.connection(), location);
        REQUIRE(run.error);
        CHECK(run.error->error_class() == ErrorClass::not_found);
        CHECK(run.last().name == each.second);
        CHECK_FALSE(run.last().ok);
        CHECK(run.last().message == run.error->what());
        CHECK(error_of([&] { read(location); }).error_class() == ErrorClass::not_found);
    }
}

void Suite::check_reading() {
    const auto location = make("few", "(n INTEGER NOT NULL, t VARCHAR(20), x DECIMAL(5,2))");
    fixture_.run("INSERT INTO few VALUES (1, 'one', 1.25), (2, 'two, \"2\"', NULL), (-3, 'é ☕ 😀', 0.5);");
    const auto table = read(location);
    CHECK(table.header_count == 1);
    CHECK(table.names() == std::vector<std::string>{"n", "t", "x"});
    CHECK_FALSE(table.header.at(0).nullable);
    CHECK(table.header.at(1).nullable);
    CHECK(to_lower(table.header.at(1).type) == fixture_.varchar());
    REQUIRE(table.rows.size() == 3);
    CHECK(table.rows[0][0] == "1");
    CHECK(table.rows[1] == TableSink::Row{"2", "two, \"2\"", std::nullopt});
    CHECK(table.rows[2][1] == "é ☕ 😀");

    const auto requested = read(request("SELECT t, n AS \"the number\" FROM few WHERE n < 2 ORDER BY n; "));
    CHECK(requested.names() == std::vector<std::string>{"t", "the number"});
    CHECK(requested.rows == Rows{{"é ☕ 😀", "-3"}, {"one", "1"}});
    CHECK(read(request("WITH w AS (SELECT n FROM few) SELECT max(n) FROM w")).rows == Rows{{"2"}});
}

void Suite::check_limits() {
    const auto location = make_numbers("limited", 100);
    const auto all = request("SELECT n FROM limited ORDER BY n");
    const auto some = request("SELECT n FROM limited ORDER BY n LIMIT 50");
    for (const auto& each : {location, all, some}) {
        CAPTURE(each.request);
        CHECK(read(each, 3).rows.size() == 3);
        CHECK(read(each, 0).rows.empty());
        CHECK(read(each, 0).header_count == 1);
        CHECK(read(each, 1000).rows.size() == (each.request == some.request ? 50 : 100));
    }
    CHECK(read(all, 2).rows == Rows{{"1"}, {"2"}});
}

void Suite::check_empty() {
    const auto table = read(make("empty_one", "(n INTEGER, t TEXT)"));
    CHECK(table.header_count == 1);
    CHECK(table.names() == std::vector<std::string>{"n", "t"});
    CHECK(table.rows.empty());
    CHECK(read(request("SELECT n FROM empty_one WHERE 1 = 0")).header_count == 1);
}

void Suite::check_null_and_empty() {
    const auto location = make("nulls", "(n INTEGER, t TEXT)");
    fixture_.run("INSERT INTO nulls VALUES (1, ''); INSERT INTO nulls VALUES (NULL, NULL);");
    CHECK(read(location).rows == Rows{{"1", ""}, {std::nullopt, std::nullopt}});
}

void Suite::check_odd_names() {
    const std::vector<std::string> names{
        "back`tick",  "double\"quote", "single'quote", "dot.ted", "semi;colon",
        "new\nline",  " a space",      "☕ é 漢",       "select",  "%s {} %00",
        "-- comment", "/* comment */", "back\\slash",  "#hash",   "?",
        "a`.`b",      "x\";DROP"};
    for (const auto& name : names) {
        CAPTURE(name);
        const auto location = make(name, fmt::format("({} INTEGER)", fixture_.quote(name)));
        fixture_.run(fmt::format("INSERT INTO {} VALUES (7);", fixture_.quote(name)));
        const auto table = read(location);
        CHECK(table.names() == std::vector<std::string>{name});
        CHECK(table.rows == Rows{{"7"}});
        CHECK(holds(open()->list(fixture_.place()), name, "table"));
        fixture_.run(fmt::format("DROP TABLE {};", fixture_.quote(name)));
    }
}

void Suite::check_many_columns() {
    std::string definition;
    std::string values;
    for (int column = 0; column < 300; ++column) {
        definition += fmt::format("{}c{} INTEGER", column == 0 ? "(" : ", ", column);
        values += fmt::format("{}{}", column == 0 ? "(" : ", ", column);
    }
    const auto location = make("wide", definition + ")");
    fixture_.run(fmt::format("INSERT INTO wide VALUES {});", values));
    const auto table = read(location);
    REQUIRE(table.header.size() == 300);
    CHECK(table.header.back().name == "c299");
    REQUIRE(table.rows.size() == 1);
    CHECK(table.rows[0].size() == 300);
    CHECK(table.rows[0][299] == "299");
}

void Suite::check_memory() {
    const auto location = make_numbers("large", 100'000);
    const auto source = open();
    const auto in_use = [] { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; };
    const auto before = in_use();
    std::size_t most = before;
    CallbackSink sink([&](auto) { most = std::max(most, in_use()); });
    source->read(location, {}, sink);
    CHECK(sink.count == 100'000);
    CHECK(most - before < 3000000);  // the data are more than 7 MB
}

void Suite::check_consistent_view() {
    const auto location = make_numbers("changing", 100'000);
    const auto source = open();
    bool changed = false;
    CallbackSink sink([&](auto) {
        if (std::exchange(changed, true)) return;
        fixture_.run("DELETE FROM changing WHERE n > 50000; INSERT INTO changing VALUES (200000, 'new');");
    });
    source->read(location, {}, sink);
    CHECK(sink.count == 100'000);
    CHECK(read(location).rows.size() == 50'001);
}

void Suite::check_throwing_sink() {
    const auto location = make_numbers("thrown", 100'000);
    const auto source = open();
    CallbackSink sink([&](auto) {
        if (sink.count == 3) throw std::runtime_error("disk full");
    });
    CHECK_THROWS_WITH(source->read(location, {}, sink), "disk full");
    CHECK(sink.count == 3);
    CHECK(read(location, 5).rows.size() == 5);
}

void Suite::check_cancellation() {
    const auto location = make_numbers("cancelled", 100'000);
    Cancellation cancellation;
    const auto source = sources::open_source(fixture_.connection(), cancellation);
    CallbackSink sink([&](auto) {
        if (sink.count == 3) cancellation.cancel(ErrorClass::terminated);
    });
    CHECK(error_of([&] { source->read(location, {}, sink); }).error_class() == ErrorClass::terminated);
    CHECK(sink.count < 100'000);
    // And what begins after it does not begin.
    CHECK(error_of([&] { source->read(location, {}, sink); }).error_class() == ErrorClass::terminated);
    CHECK(error_of([&] { static_cast<void>(source->list("")); }).error_class() == ErrorClass::terminated);
}

void Suite::check_wrong_locations() {
    const auto database = fixture_.database();
    const std::vector<std::pair<Location, std::string>> wrong{
        {{.database = database}, "table"},
        {{.database = database, .table = "t", .request = "SELECT 1"}, "request"},
        {{.database = database, .request = "DELETE FROM t"}, "request"},
        {{.database = database, .request = "SELECT 1; SELECT 2"}, "request"},
        {{.database = database, .table = std::string("a\0b", 3)}, "table"},
        {{.database = std::string("a\0b", 3), .table = "t"}, "database"},
        {{.database = database, .table = "t", .bucket = "b"}, "bucket"},
        {{.database = database, .table = "t", .path = "p"}, "path"},
        {{.database = database, .request = "SELECT FROM WHERE"}, "request"},
        {{.database = database, .request = "SELECT no_such_column"}, "request"},
    };
    for (const auto& each : wrong) {
        const auto& location = each.first;
        CAPTURE(location.table, location.request);
        const auto error = error_of([&] { read(location); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains(each.second));
    }
}

}  // namespace

void TableSink::columns(std::span<const sources::Column> found) {
    ++header_count;
    header.assign(found.begin(), found.end());
}

void TableSink::row(std::span<const sources::Value> values) {
    REQUIRE(header_count == 1);
    REQUIRE(values.size() == header.size());
    Row row;
    for (const auto& value : values) {
        row.push_back(value.is_null() ? std::nullopt : std::optional(std::string(value.text())));
    }
    rows.push_back(std::move(row));
}

std::vector<std::string> TableSink::names() const {
    std::vector<std::string> names;
    for (const auto& column : header) names.push_back(column.name);
    return names;
}

TableSink read_whole(const sources::Connection& connection, const Location& location,
                     std::optional<std::uint64_t> limit) {
    Cancellation cancellation;
    TableSink sink;
    sources::open_source(connection, cancellation)->read(location, {.limit = limit}, sink);
    return sink;
}

std::vector<std::string> TestRun::names() const {
    std::vector<std::string> names;
    for (const auto& stage : stages) names.push_back(stage.name);
    return names;
}

TestRun run_test(const sources::Connection& connection, const std::optional<Location>& location) {
    Cancellation cancellation;
    TestRun run;
    try {
        sources::open_source(connection, cancellation)->test(location, [&](const sources::Stage& stage) {
            run.stages.push_back(stage);
        });
    } catch (const Error& error) {
        run.error = error;
    }
    return run;
}

Error error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error;
    }
    FAIL("no error");
    throw std::logic_error("unreachable");
}

void check_source_contract(SourceFixture& fixture) {
    Suite suite(fixture);
    SECTION("databases and tables are listed, and an unknown database is not found") { suite.check_lists(); }
    SECTION("a test goes through its stages in order") { suite.check_stages(); }
    SECTION("a failed stage is told before its error is thrown") { suite.check_failing_stages(); }
    SECTION("a table and a request are read whole") { suite.check_reading(); }
    SECTION("a limit holds for tables and for requests") { suite.check_limits(); }
    SECTION("an empty table has its columns and no row") { suite.check_empty(); }
    SECTION("NULL is not an empty text") { suite.check_null_and_empty(); }
    SECTION("a name may hold any character") { suite.check_odd_names(); }
    SECTION("300 columns are read") { suite.check_many_columns(); }
    SECTION("100,000 rows do not stay in memory") { suite.check_memory(); }
    SECTION("what changes meanwhile is not seen") { suite.check_consistent_view(); }
    SECTION("what the sink throws comes out") { suite.check_throwing_sink(); }
    SECTION("a cancellation ends the reading with its own error") { suite.check_cancellation(); }
    SECTION("a location that cannot be right is refused by its field") { suite.check_wrong_locations(); }
}

}  // namespace prevision::testing
