#include <chrono>
#include <fstream>

#include <catch2/catch.hpp>

#include "core/byte_sink.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "platform/fixture.hpp"
#include "sqlite/sqlite.hpp"

using namespace prevision;
using prevision::testing::Fixture;
using prevision::testing::Reply;

namespace {

/// A platform with a dataset of three rows, and an exporter that appends them to the table `copy` of a SQLite file.
struct Shop : Fixture {
    Shop() {
        open(source()).execute("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)");
        const auto connector =
            make("/connectors", R"("type": "SQL", "host": "sqlite://)" + source().string() + R"(")");
        const auto of_connector = R"("connector_id": ")" + connector + R"(", )";
        const auto datasource = make("/data-sources", of_connector + R"("table": "t")");
        dataset = make("/datasets/data-source", R"("datasource_id": ")" + datasource + R"(")");
        while (get("/datasets/" + dataset).text("copy_state") != "done") {
        }
        exporter = make("/exporters", of_connector + R"("table": "copy", "database_write_mode": "append")");
    }

    std::string make(const std::string& collection, const std::string& fields) {
        const auto made = post(in_project(collection), R"({"name": "n", )" + fields + "}");
        REQUIRE(made.status == 200);
        return made.id();
    }
    Reply start() { return post("/exporters/" + exporter + "/dataset/" + dataset, ""); }
    /// The export when it has ended, or the answer that refuses it.
    Reply run() {
        auto reply = start();
        while (reply.text("status") == "running") reply = get("/exports/" + reply.id());
        return reply;
    }
    [[nodiscard]] std::filesystem::path source() const { return folder() / "shop.db"; }
    [[nodiscard]] std::filesystem::path kept() const { return home() / "datasets" / (dataset + ".csv"); }
    static sqlite::Database open(const std::filesystem::path& file) {
        return sqlite::Database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    }
    void execute_in_store(const std::string& sql) const { open(home() / "prevision.db").execute(sql); }

    /// -1 when the table does not exist.
    [[nodiscard]] std::int64_t rows_written() const {
        auto database = open(source());
        auto table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'copy'");
        if (!table.step()) return -1;
        auto count = database.prepare("SELECT COUNT(*) FROM copy");
        count.step();
        return count.integer(0);
    }

    std::string dataset;
    std::string exporter;
};

}  // namespace

TEST_CASE("a damaged dataset is never exported, shown or downloaded as if it were whole") {
    Shop shop;
    auto bytes = read_file(shop.kept(), 1000);
    bytes[bytes.size() - 3] = '9';
    std::ofstream(shop.kept(), std::ios::binary) << bytes;
    const auto exported = shop.run();
    CHECK(exported.text("status") == "failed");
    CHECK(exported.text("error_class") == "integrity");
    CHECK_FALSE(exported.text("hint").empty());
    CHECK(shop.rows_written() <= 0);
    CHECK(shop.get("/datasets/" + shop.dataset + "/sample?limit=1").text("class") == "integrity");
    for (const auto* extension : {"csv", "zip"}) {
        CAPTURE(extension);
        const auto download = shop.get("/datasets/" + shop.dataset + "/download?extension=" + extension);
        REQUIRE(download.answer.stream);
        StringSink sink;
        CHECK_THROWS_WITH(download.answer.stream(sink), Catch::Contains("SHA-256"));
        CHECK(sink.text.find("9") == std::string::npos);
    }
}

TEST_CASE("an export that is written and cannot be recorded says so, and a repeat does not append again") {
    Shop shop;
    shop.execute_in_store(
        "CREATE TRIGGER full BEFORE UPDATE ON exports WHEN NEW.status = 'done' BEGIN SELECT RAISE(ABORT, 'no room'); END");
    const auto first = shop.run();
    CHECK(first.text("status") == "failed");
    CHECK_THAT(first.text("logs"), Catch::Contains("the export is written (3 rows written)") &&
                                       Catch::Contains("no room") && Catch::Contains("do not export again"));
    CHECK(shop.rows_written() == 3);
    shop.execute_in_store("DROP TRIGGER full");
    for (int i = 0; i < 2; ++i) {
        const auto repeat = shop.run();
        CHECK(repeat.status == 409);
        CHECK_THAT(repeat.message(), Catch::Contains("may be in the table copy already"));
    }
    CHECK(shop.rows_written() == 3);
    const auto list = shop.get("/exporters/" + shop.exporter + "/exports");
    REQUIRE(list.json["items"].Size() == 1);
    const auto id = model::get_text(list.json["items"][0], "_id");
    CHECK_THAT(shop.run().text("hint"), Catch::Contains("PATCH /exports/" + id));
    CHECK(shop.patch("/exports/" + id, R"({"status": "running"})").status == 400);
    CHECK(shop.patch("/exports/" + id, R"({"status": "done"})").text("status") == "done");
    CHECK(shop.patch("/exports/" + id, R"({"status": "failed"})").status == 409);
    CHECK(shop.run().text("status") == "done");
    CHECK(shop.rows_written() == 6);
}

TEST_CASE("an export continues after the answer, and ends failed when it is stopped") {
    Shop shop;
    // Its rows wait for the lock.
    auto database = Shop::open(shop.source());
    database.set_busy_timeout(std::chrono::seconds(30));  // a COMMIT waits while the export reads
    database.execute("CREATE TABLE copy (a); BEGIN IMMEDIATE");
    const auto started = shop.start();
    CHECK(started.status == 200);
    CHECK(started.text("status") == "running");
    CHECK(started.text("dataset_id") == shop.dataset);
    CHECK(shop.platform().running_jobs() == 1);
    SECTION("it is done when its rows are written") {
        database.execute("COMMIT");
        auto now = shop.get("/exports/" + started.id());
        while (now.text("status") == "running") now = shop.get("/exports/" + started.id());
        CHECK(now.text("status") == "done");
        CHECK(now.text("rows") == "3");
        CHECK(shop.patch("/exports/" + started.id(), R"({"status": "failed"})").status == 409);
        database.execute("BEGIN");
    }
    SECTION("it is stopped") {
        CHECK(shop.patch("/exports/" + started.id(), R"({"status": "done"})").status == 409);
        const auto stopped = shop.patch("/exports/" + started.id(), R"({"status": "failed"})");
        CHECK(stopped.status == 200);
        CHECK(stopped.text("status") == "failed");
        CHECK(stopped.text("logs") == "the export was interrupted before it was done");
        CHECK(shop.get("/exports/" + started.id()).text("status") == "failed");
    }
    database.execute("ROLLBACK");
    CHECK(shop.platform().running_jobs() == 0);
}

TEST_CASE("an export whose end cannot be recorded at all is known as failed, and its mark is gone") {
    Shop shop;
    shop.execute_in_store(
        "CREATE TRIGGER full BEFORE UPDATE ON exports WHEN NEW.status <> 'running' BEGIN SELECT RAISE(ABORT, 'no room'); END");
    CHECK(shop.run().text("status") == "failed");
    CHECK(shop.rows_written() == 3);
    shop.execute_in_store("DROP TRIGGER full");
    CHECK(shop.run().status == 409);
    CHECK(shop.rows_written() == 3);
}

TEST_CASE("an export that is handed over is running until the other process has ended") {
    Shop shop;
    std::string launched;
    shop.platform().hand_jobs_to([&](const std::string& id) { launched = id; });
    const auto started = shop.start();
    CHECK(started.text("status") == "running");
    CHECK(launched == started.id());
    CHECK(shop.rows_written() == -1);
    Cancellation cancellation;
    shop.platform().run_pending(launched, cancellation);
    CHECK(shop.get("/exports/" + launched).text("status") == "done");
    CHECK(shop.rows_written() == 3);
    CHECK_THROWS_AS(shop.platform().run_pending(launched, cancellation), Error);
    CHECK(shop.rows_written() == 3);

    shop.platform().hand_jobs_to(
        [](const std::string&) { throw Error(ErrorClass::internal, "no more processes"); });
    const auto refused = shop.start();
    CHECK(refused.text("status") == "failed");
    CHECK(refused.text("logs") == "no more processes");
}

TEST_CASE("nothing is written when an export cannot be recorded before") {
    Shop shop;
    SECTION("its begin") {
        shop.execute_in_store(
            "CREATE TRIGGER full BEFORE INSERT ON exports BEGIN SELECT RAISE(ABORT, 'no room'); END");
        CHECK(shop.run().status == 500);
    }
    SECTION("its commit") {
        shop.execute_in_store(
            "CREATE TRIGGER full BEFORE UPDATE ON exports WHEN NEW.committing = 1"
            " BEGIN SELECT RAISE(ABORT, 'no room'); END");
        CHECK(shop.run().text("status") == "failed");
    }
    CHECK(shop.rows_written() <= 0);
    shop.execute_in_store("DROP TRIGGER full");
    CHECK(shop.run().text("status") == "done");
    CHECK(shop.rows_written() == 3);
}

TEST_CASE("an export whose process died before it committed is failed, and may be repeated") {
    Shop shop;
    shop.execute_in_store(
        "INSERT INTO exports (id, exporter_id, dataset_id, status, created_at) VALUES"
        " ('5f0000000000000000000001', '" +
        shop.exporter + "', '" + shop.dataset + "', 'running', '')");
    const auto list = shop.get("/exporters/" + shop.exporter + "/exports");
    CHECK(model::get_text(list.json["items"][0], "status") == "failed");
    CHECK(shop.run().text("status") == "done");
    CHECK(shop.rows_written() == 3);
    while (shop.platform().running_jobs() > 0) {  // its mark goes after its end is recorded
    }
    CHECK(std::distance(std::filesystem::directory_iterator(shop.home() / "datasets"), {}) == 1);
}

TEST_CASE("a deletion that leaves a file behind is not reported as done, and the next start removes it") {
    Shop shop;
    // What is not an empty folder cannot be removed, by nobody.
    std::filesystem::remove(shop.kept());
    std::filesystem::create_directories(shop.kept() / "inside");
    const auto refused = shop.remove("/datasets/" + shop.dataset);
    CHECK(refused.status == 500);
    CHECK_THAT(refused.message(), Catch::Contains("the dataset is deleted, but its files are not") &&
                                      Catch::Contains(shop.kept().string()));
    CHECK(shop.get("/datasets/" + shop.dataset).status == 404);
    std::filesystem::remove(shop.kept() / "inside");
    const platform::Platform next({.home = shop.home(), .vault_key_file = {}});
    CHECK_FALSE(std::filesystem::exists(shop.kept()));
}

TEST_CASE("a deletion is done when the file is gone already, even if the store cannot note it") {
    Shop shop;
    std::filesystem::remove_all(shop.home() / "datasets");
    shop.execute_in_store(
        "CREATE TRIGGER full BEFORE DELETE ON removed_datasets BEGIN SELECT RAISE(ABORT, 'no room'); END");
    CHECK(shop.remove("/datasets/" + shop.dataset).status == 204);
}

TEST_CASE("the files of an upload that was killed are removed by the next start") {
    Shop shop;
    const auto orphan = shop.home() / "datasets" / "5f0000000000000000000009.csv";
    shop.execute_in_store("INSERT INTO removed_datasets (id) VALUES ('5f0000000000000000000009')");
    std::ofstream(orphan) << "a\r\n";
    std::ofstream(shop.home() / "datasets" / "5f0000000000000000000009.lock") << "";
    const platform::Platform next({.home = shop.home(), .vault_key_file = {}});
    CHECK_FALSE(std::filesystem::exists(orphan));
    CHECK(std::distance(std::filesystem::directory_iterator(shop.home() / "datasets"), {}) == 1);
}
