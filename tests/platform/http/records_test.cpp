// What the platform records of snapshots, and which it keeps.
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>

#include "core/file.hpp"
#include "core/wait.hpp"
#include "platform/datasets/worker_lock.hpp"
#include "platform/fixture.hpp"
#include "sqlite/sqlite.hpp"

using namespace prevision;
using prevision::testing::Fixture;

namespace {

/// A platform with a datasource of a SQLite table.
struct Shop : Fixture {
    Shop() {
        sqlite::Database(folder() / "shop.db", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
        change("CREATE TABLE t (id INTEGER NOT NULL); INSERT INTO t VALUES (1), (2)");
        connector =
            post(in_project("/connectors"), R"({"type": "SQL", "name": "c", "engine": "sqlite", "host": ")" +
                                                (folder() / "shop.db").string() + R"("})")
                .id();
        datasource = post(in_project("/data-sources"),
                          R"({"connector_id": ")" + connector + R"(", "name": "d", "table": "t"})")
                         .id();
    }

    void change(const std::string& sql) const {
        sqlite::Database(folder() / "shop.db", SQLITE_OPEN_READWRITE).execute(sql);
    }

    void in_store(const std::string& sql) const {
        sqlite::Database store(home() / "prevision.db", SQLITE_OPEN_READWRITE);
        store.set_busy_timeout(std::chrono::seconds(10));
        store.execute(sql);
    }

    /// The snapshot once nothing more happens to it.
    testing::Reply take(const std::string& name, bool if_changed = false) {
        const auto id = post(in_project("/datasets/data-source"),
                             R"({"name": ")" + name + R"(", "datasource_id": ")" + datasource +
                                 R"(", "if_changed": )" + (if_changed ? "true" : "false") + "}")
                            .id();
        return wait(id);
    }

    testing::Reply wait(const std::string& id) {
        Cancellation never;
        for (;;) {
            auto dataset = get("/datasets/" + id);
            const auto state = dataset.text("copy_state");
            if (dataset.status != 200 || state == "done" || state == "failed") return dataset;
            wait_for(std::chrono::milliseconds(1), never);
        }
    }

    [[nodiscard]] std::filesystem::path file_of(const std::string& id) const {
        return home() / "datasets" / (id + ".csv");
    }

    /// What becomes of each dataset, the newest first: "keep" or "remove".
    std::string prune(const std::string& rules, int status = 200) {
        last = post(in_project("/datasets/prune"), rules);
        CHECK(last.status == status);
        std::string actions;
        if (status != 200) return actions;
        for (const auto& decision : last.json["datasets"].GetArray())
            actions += (actions.empty() ? "" : " ") + model::get_text(decision, "action");
        return actions;
    }

    /// The number of datasets that are left.
    std::size_t count() { return get(in_project("/datasets")).json["items"].Size(); }

    std::string connector;
    std::string datasource;
    testing::Reply last;
};

/// Datasets "2" (the newest), "1" and "0", of one day each.
struct ThreeDays : Shop {
    ThreeDays() {
        for (int day = 0; day < 3; ++day) {
            change("INSERT INTO t VALUES (7)");
            ids.push_back(take(std::to_string(day)).id());
            in_store("UPDATE datasets SET created_at = '2026-01-0" + std::to_string(day + 1) +
                     "T12:00:00.000Z' WHERE id = '" + ids.back() + "'");
        }
    }
    std::vector<std::string> ids;
};

}  // namespace

TEST_CASE("prune shows what would go, and removes it with its files") {
    ThreeDays shop;
    CHECK(shop.prune(R"({"keep_last": 1, "dry_run": true})") == "keep remove remove");
    CHECK(shop.last.json["removed"].GetInt() == 0);
    CHECK(shop.count() == 3);
    CHECK(shop.prune(R"({"keep_last": 1})") == "keep remove remove");
    CHECK(shop.last.json["removed"].GetInt() == 2);
    CHECK(shop.last.json["freed_bytes"].GetInt() > 0);
    CHECK(shop.count() == 1);
    CHECK_FALSE(std::filesystem::exists(shop.file_of(shop.ids[0])));
    CHECK(std::filesystem::exists(shop.file_of(shop.ids[2])));
    CHECK(shop.prune(R"({"keep_last": 1})") == "keep");
}

TEST_CASE("prune removes nothing that was not confirmed") {
    ThreeDays shop;
    CHECK(shop.prune(R"({"keep_last": 1, "confirmed": [")" + shop.ids[0] + R"("]})") == "keep keep remove");
    CHECK(shop.count() == 2);
    CHECK(shop.prune(R"({"keep_last": 1, "confirmed": []})") == "keep keep");
    CHECK(shop.count() == 2);
}

TEST_CASE("prune needs a rule, and refuses fields that are wrong") {
    ThreeDays shop;
    for (const auto* body :
         {"{}", R"({"keep_last": 0})", R"({"keep_last": -1})", R"({"keep_daily": "many"})",
          R"({"keep_within": "x"})", R"({"keep_last": 1, "confirmed": "all"})",
          R"({"keep_last": 1, "confirmed": [1]})", R"({"keep_last": 1, "dry_run": "perhaps"})", "[]", ""}) {
        CAPTURE(body);
        shop.prune(body, 400);
    }
    CHECK(shop.count() == 3);
    CHECK(shop.post("/projects/000000000000000000000009/datasets/prune", R"({"keep_last": 1})").status ==
          404);
}

TEST_CASE("each datasource is pruned by itself, and of one only its datasets") {
    ThreeDays shop;
    const auto other = shop.post(shop.in_project("/data-sources"), R"({"connector_id": ")" + shop.connector +
                                                                       R"(", "name": "e", "table": "t"})")
                           .id();
    shop.in_store("UPDATE datasets SET datasource_id = '" + other + "' WHERE id = '" + shop.ids[0] + "'");
    CHECK(shop.prune(R"({"keep_last": 1, "dry_run": true, "datasource_id": ")" + shop.datasource + "\"}") ==
          "keep remove");
    CHECK(shop.prune(R"({"keep_last": 1, "dry_run": true, "datasource_id": ")" + other + "\"}") == "keep");
    shop.prune(R"({"keep_last": 1})");
    CHECK(shop.last.json["removed"].GetInt() == 1);
    CHECK(shop.get("/datasets/" + shop.ids[0]).status == 200);
}

TEST_CASE("a pinned dataset is neither pruned nor deleted") {
    ThreeDays shop;
    const auto& pinned = shop.ids[0];
    const auto answer = shop.patch("/datasets/" + pinned, R"({"pinned": true})");
    CHECK(answer.status == 200);
    CHECK(answer.json["pinned"].IsTrue());
    CHECK(shop.prune(R"({"keep_last": 1})") == "keep remove keep");
    CHECK(std::string(shop.last.json["datasets"][2]["reasons"][0].GetString()) == "pinned");
    const auto refused = shop.remove("/datasets/" + pinned);
    CHECK(refused.status == 409);
    CHECK_THAT(refused.message(), Catch::Contains("is pinned"));
    CHECK_FALSE(shop.patch("/datasets/" + pinned, R"({"pinned": false})").json.HasMember("pinned"));
    CHECK(shop.prune(R"({"keep_last": 1})") == "keep remove");
    CHECK(shop.remove("/datasets/" + pinned).status == 404);
    CHECK(shop.patch("/datasets/" + pinned, R"({"pinned": true})").status == 404);
}

TEST_CASE("a dataset that is not done is not pinned, and does not count") {
    ThreeDays shop;
    shop.change("DROP TABLE t");
    const auto failed = shop.take("failed");
    CHECK(failed.text("copy_state") == "failed");
    CHECK(shop.patch("/datasets/" + failed.id(), R"({"pinned": true})").status == 409);
    CHECK(shop.prune(R"({"keep_last": 1, "dry_run": true})") == "keep remove remove");
}

TEST_CASE("what an export is running from stays, until the export has ended or its process has died") {
    ThreeDays shop;
    const std::string running = "5f0000000000000000000001";
    shop.in_store(
        "INSERT INTO exporters (id, project_id, connector_id, name, description, filepath, bucket, "
        "\"database\", \"table\", g_cloud, file_write_mode, database_write_mode, created_at) VALUES "
        "('5f0000000000000000000002', '" +
        shop.project() + "', '" + shop.connector +
        "', 'e', '', '', '', '', 't', '', 'safe', 'append', ''); INSERT INTO exports (id, exporter_id, "
        "dataset_id, status, created_at) VALUES ('" +
        running + "', '5f0000000000000000000002', '" + shop.ids[0] + "', 'running', '')");
    {
        const auto alive = platform::WorkerLock::hold(shop.home() / "datasets" / (running + ".lock"));
        CHECK(shop.prune(R"({"keep_last": 1})") == "keep remove keep");
        const auto refused = shop.remove("/datasets/" + shop.ids[0]);
        CHECK(refused.status == 409);
        CHECK_THAT(refused.message(), Catch::Contains("an export is running"));
    }
    CHECK(shop.prune(R"({"keep_last": 1})") == "keep remove");
    CHECK(shop.count() == 1);
}

TEST_CASE("uploads are not pruned") {
    ThreeDays shop;
    shop.in_store("UPDATE datasets SET datasource_id = ''");
    CHECK(shop.prune(R"({"keep_last": 1})") == "keep keep keep");
}

TEST_CASE("files that a backup reads are removed later") {
    ThreeDays shop;
    {
        const auto reading = platform::WorkerLock::hold(shop.home() / "datasets" / (shop.ids[0] + ".lock"));
        CHECK(shop.prune(R"({"keep_last": 1})") == "keep remove remove");
        CHECK(std::filesystem::exists(shop.file_of(shop.ids[0])));
        CHECK_FALSE(std::filesystem::exists(shop.file_of(shop.ids[1])));
    }
    shop.take("next");  // sweeps
    CHECK_FALSE(std::filesystem::exists(shop.file_of(shop.ids[0])));
}

TEST_CASE("datasets of the same bytes share a file, which goes with the last of them") {
    Shop shop;
    const auto a = shop.take("a").id();
    const auto b = shop.take("b").id();
    const auto same = [&](const std::string& one, const std::string& other) {
        return std::filesystem::equivalent(shop.file_of(one), shop.file_of(other));
    };
    CHECK(same(a, b));
    CHECK(std::filesystem::hard_link_count(shop.file_of(a)) == 2);
    shop.change("INSERT INTO t VALUES (3)");
    CHECK_FALSE(same(shop.take("c").id(), a));
    CHECK(shop.remove("/datasets/" + a).status == 204);
    CHECK(std::filesystem::hard_link_count(shop.file_of(b)) == 1);
    CHECK(read_file(shop.file_of(b), 100) == "id\r\n1\r\n2\r\n");
    const auto stored = shop.platform().stored_content();
    CHECK(stored.datasets == 2);
    CHECK(stored.files == 2);
    CHECK(stored.lost.empty());
}

TEST_CASE("a damaged file is not taken for the content of a new dataset") {
    Shop shop;
    const auto damaged = shop.take("damaged").id();
    std::ofstream(shop.file_of(damaged)) << "id\r\n1\r\n9\r\n";
    const auto good = shop.take("good").id();
    CHECK_FALSE(std::filesystem::equivalent(shop.file_of(good), shop.file_of(damaged)));
    CHECK(read_file(shop.file_of(good), 100) == "id\r\n1\r\n2\r\n");
}

TEST_CASE("many snapshots of the same bytes at once end in one file") {
    Shop shop;
    std::vector<std::string> ids;
    for (int i = 0; i < 8; ++i) {
        ids.push_back(shop.post(shop.in_project("/datasets/data-source"),
                                R"({"name": "n", "datasource_id": ")" + shop.datasource + R"("})")
                          .id());
    }
    for (const auto& id : ids) CHECK(shop.wait(id).text("copy_state") == "done");
    CHECK(std::filesystem::hard_link_count(shop.file_of(ids[0])) == 8);
}

TEST_CASE("no snapshot is taken of a source that is as in its newest dataset") {
    Shop shop;
    const auto first = shop.take("first", true);
    CHECK(first.text("name") == "first");
    CHECK_FALSE(first.json.HasMember("unchanged_by"));
    const auto second = shop.take("second", true);
    CHECK(second.id() == first.id());
    CHECK(second.text("unchanged_by") == "sha256");
    CHECK(shop.count() == 1);
    // The lock of the snapshot that was not taken goes a moment later.
    Cancellation never;
    while (std::distance(std::filesystem::directory_iterator(shop.home() / "datasets"), {}) != 1)
        wait_for(std::chrono::milliseconds(1), never);
    shop.change("UPDATE t SET id = 9 WHERE id = 2");
    const auto third = shop.take("third", true);
    CHECK(third.text("name") == "third");
    CHECK(shop.count() == 2);
    // As the first, but not as the newest.
    shop.change("UPDATE t SET id = 2 WHERE id = 9");
    CHECK(shop.take("fourth", true).text("name") == "fourth");
    // Without the option one is taken in any case.
    CHECK(shop.take("fifth").text("name") == "fifth");
}

TEST_CASE("a changed column, datasource or connector makes another question") {
    Shop shop;
    const auto first = shop.take("first", true).id();
    shop.change(
        "ALTER TABLE t RENAME TO u; CREATE TABLE t (id BIGINT NOT NULL); INSERT INTO t SELECT * FROM u");
    const auto other_type = shop.take("type", true);
    CHECK(other_type.text("name") == "type");
    CHECK(other_type.text("sha256") == shop.get("/datasets/" + first).text("sha256"));
    CHECK(shop.take("again", true).id() == other_type.id());
    shop.patch("/data-sources/" + shop.datasource, R"({"table": "", "request": "SELECT * FROM t"})");
    CHECK(shop.take("request", true).text("name") == "request");
    shop.patch("/data-sources/" + shop.datasource, R"({"request": "", "table": "t"})");
    // The newest one is of the request.
    CHECK(shop.take("table", true).text("name") == "table");
    shop.patch("/data-sources/" + shop.datasource, R"({"name": "renamed"})");
    CHECK(shop.take("same", true).text("name") == "table");
}

TEST_CASE("a dataset whose file is lost is taken again") {
    Shop shop;
    const auto first = shop.take("first", true).id();
    std::filesystem::remove(shop.file_of(first));
    CHECK(shop.take("second", true).text("name") == "second");
}

TEST_CASE("the id of a snapshot that was not taken leads to the other dataset while that is there") {
    Shop shop;
    const auto first = shop.take("first", true).id();
    const auto id =
        shop.post(shop.in_project("/datasets/data-source"),
                  R"({"name": "n", "datasource_id": ")" + shop.datasource + R"(", "if_changed": true})");
    CHECK(id.json["if_changed"].IsTrue());
    CHECK(shop.wait(id.id()).id() == first);
    CHECK(shop.remove("/datasets/" + id.id()).status == 404);
    CHECK(shop.get("/datasets/" + first).status == 200);
    CHECK(shop.remove("/datasets/" + first).status == 204);
    CHECK(shop.get("/datasets/" + id.id()).status == 404);
}
