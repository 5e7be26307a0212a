#include <fstream>

#include <catch2/catch.hpp>

#include "core/file.hpp"
#include "core/wait.hpp"
#include "platform/fixture.hpp"
#include "sqlite/sqlite.hpp"

using namespace prevision;
using prevision::testing::Fixture;

namespace {

/// A platform with a datasource of three rows, and datasets made of it.
struct Shop : Fixture {
    Shop() {
        sqlite::Database(folder() / "shop.db", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
            .execute(
                "CREATE TABLE t (id INTEGER NOT NULL, text TEXT); INSERT INTO t VALUES (1, 'é'), (2, ''), "
                "(3, NULL)");
        const auto connector =
            post(in_project("/connectors"), R"({"type": "SQL", "name": "c", "engine": "sqlite",
                                    "host": ")" +
                                                (folder() / "shop.db").string() + R"("})")
                .id();
        datasource = create_datasource(connector, "t");
        missing = create_datasource(connector, "nothing");
    }

    std::string create_datasource(const std::string& connector, const std::string& table) {
        return post(in_project("/data-sources"),
                    R"({"connector_id": ")" + connector + R"(", "name": "d", "table": ")" + table + R"("})")
            .id();
    }

    testing::Reply create_dataset(const std::string& of, const std::string& name = "snap") {
        return post(in_project("/datasets/data-source"),
                    R"({"name": ")" + name + R"(", "datasource_id": ")" + of + R"("})");
    }

    /// The dataset once nothing more happens to it.
    testing::Reply wait(const std::string& id) {
        Cancellation never;
        for (;;) {
            auto dataset = get("/datasets/" + id);
            const auto state = dataset.text("copy_state");
            if (dataset.status != 200 || state == "done" || state == "failed") return dataset;
            wait_for(std::chrono::milliseconds(1), never);
        }
    }

    std::string datasource;
    std::string missing;
};

constexpr auto content = "id,text\r\n1,\xc3\xa9\r\n2,\"\"\r\n3,\r\n";

}  // namespace

TEST_CASE("a dataset is a snapshot of its datasource: made, shown, downloaded, sampled, deleted") {
    Shop shop;
    const auto created = shop.create_dataset(shop.datasource);
    CHECK(created.status == 200);
    CHECK(created.id().size() == 24);
    CHECK(created.text("name") == "snap");
    CHECK(created.text("datasource_id") == shop.datasource);
    const auto done = shop.wait(created.id());
    for (const auto* state : {"copy_state", "describe_state", "drift_state", "embeddings_state"}) {
        CHECK(done.text(state) == "done");
    }
    CHECK(done.text("separator") == ",");
    CHECK(done.text("file_type") == "csv");
    CHECK(done.json["rows"].GetInt() == 3);
    CHECK(done.json["bytes"].GetUint64() == std::string(content).size());
    // By sha256sum.
    CHECK(done.text("sha256") == "e318a78aadf513ecc795db9fb832f8e26c465f5c08950b76ae6cc0512097d943");
    REQUIRE(done.json["schema"].Size() == 2);
    CHECK(model::get_text(done.json["schema"][0], "name") == "id");
    CHECK(done.json["schema"][0]["nullable"].IsFalse());
    CHECK(done.json["schema"][1]["nullable"].IsTrue());

    const auto download = shop.get("/datasets/" + created.id() + "/download?extension=csv");
    CHECK(download.status == 200);
    CHECK(download.answer.content_type == "text/csv; charset=utf-8");
    CHECK(transport::find_header(download.answer.headers, "content-length") ==
          std::to_string(std::string(content).size()));
    StringSink sink;
    download.answer.stream(sink);
    CHECK(sink.text == content);

    CHECK(shop.get("/datasets/" + created.id() + "/sample").body ==
          R"({"columns":[{"name":"id","type":"INTEGER","nullable":false},)"
          R"({"name":"text","type":"TEXT","nullable":true}],"rows":[["1","é"],["2",""],["3",null]]})");
    CHECK(shop.get("/datasets/" + created.id() + "/sample?limit=1").json["rows"].Size() == 1);

    CHECK(shop.get(shop.in_project("")).json["dataset_count"].GetInt() == 1);
    const auto deleted = shop.remove("/datasets/" + created.id());
    CHECK(deleted.status == 204);
    CHECK(deleted.body.empty());
    CHECK(shop.get("/datasets/" + created.id()).status == 404);
    CHECK(shop.remove("/datasets/" + created.id()).status == 404);
    CHECK(std::filesystem::is_empty(shop.home() / "datasets"));
    // The file that was opened before goes on to be read.
    StringSink later;
    shop.get("/projects");
    CHECK(shop.get(shop.in_project("/datasets")).json["items"].Empty());
}

TEST_CASE("a dataset's sample has ten rows if not told otherwise") {
    Shop shop;
    sqlite::Database(shop.folder() / "shop.db", SQLITE_OPEN_READWRITE)
        .execute(
            "WITH RECURSIVE c(n) AS (SELECT 4 UNION ALL SELECT n + 1 FROM c WHERE n < 50) "
            "INSERT INTO t SELECT n, 'x' FROM c");
    const auto id = shop.create_dataset(shop.datasource).id();
    shop.wait(id);
    CHECK(shop.get("/datasets/" + id + "/sample").json["rows"].Size() == 10);
    CHECK(shop.get("/datasets/" + id + "/sample?limit=20").json["rows"].Size() == 20);
    CHECK(shop.get("/datasets/" + id + "/sample?limit=-1").status == 400);
}

TEST_CASE("a snapshot that cannot be taken is failed with the reason, and has no data") {
    Shop shop;
    const auto created = shop.create_dataset(shop.missing);
    CHECK(created.status == 200);
    const auto failed = shop.wait(created.id());
    CHECK(failed.text("copy_state") == "failed");
    CHECK(failed.text("error_class") == "not_found");
    CHECK_THAT(failed.message(), Catch::Contains("nothing"));
    CHECK_THAT(failed.text("hint"), Catch::Contains("connector browse"));
    for (const auto* what : {"/download", "/sample"}) {
        const auto answer = shop.get("/datasets/" + created.id() + what);
        CHECK(answer.status == 409);
        CHECK_THAT(answer.message(), Catch::StartsWith("the snapshot failed: "));
    }
    CHECK(shop.remove("/datasets/" + created.id()).status == 204);
}

TEST_CASE("a dataset that is not done has no data yet, and keeps its datasource") {
    Shop shop;
    shop.platform().hand_jobs_to([](const std::string&) {});
    const auto created = shop.create_dataset(shop.datasource);
    CHECK(created.text("copy_state") == "pending");
    const auto download = shop.get("/datasets/" + created.id() + "/download");
    CHECK(download.status == 409);
    CHECK(download.message() == "the dataset is not done: it is pending");
    CHECK(shop.get("/datasets/" + created.id() + "/sample").status == 409);
    const auto refused = shop.remove("/data-sources/" + shop.datasource);
    CHECK(refused.status == 409);
    CHECK(refused.message() == "1 snapshot of the datasource is not finished");
    Cancellation cancellation;
    shop.platform().run_pending(created.id(), cancellation);
    CHECK(shop.get("/datasets/" + created.id()).text("copy_state") == "done");
    CHECK(shop.remove("/data-sources/" + shop.datasource).status == 200);
    CHECK(shop.get("/datasets/" + created.id()).text("datasource_id") == shop.datasource);
    CHECK(shop.get("/datasets/" + created.id() + "/download").status == 200);
}

TEST_CASE("other forms of a dataset than csv and zip are refused") {
    Shop shop;
    const auto id = shop.create_dataset(shop.datasource).id();
    shop.wait(id);
    for (const auto* extension : {"parquet", "CSV", "../x"}) {
        const auto answer = shop.get("/datasets/" + id + "/download?extension=" + extension);
        CHECK(answer.status == 400);
        CHECK_THAT(answer.message(), Catch::Contains(extension));
    }
    CHECK(shop.get("/datasets/" + id + "/download").status == 200);
}

TEST_CASE("a dataset whose file was changed behind the platform's back is told as damaged") {
    Shop shop;
    const auto id = shop.create_dataset(shop.datasource).id();
    shop.wait(id);
    const auto file = shop.home() / "datasets" / (id + ".csv");
    SECTION("gone") { std::filesystem::remove(file); }
    SECTION("cut off") { std::filesystem::resize_file(file, 5); }
    SECTION("longer") { std::ofstream(file, std::ios::app) << "4,x\r\n"; }
    for (const auto* what : {"/download", "/sample"}) {
        const auto answer = shop.get("/datasets/" + id + what);
        CHECK(answer.status == 500);
        CHECK(answer.text("class") == "integrity");
        CHECK_THAT(answer.message(), Catch::Contains(file.string()));
    }
    CHECK(shop.remove("/datasets/" + id).status == 204);
}

TEST_CASE("a dataset that cannot be right is refused by field") {
    Shop shop;
    const auto post = [&](const std::string& body) {
        return shop.post(shop.in_project("/datasets/data-source"), body);
    };
    CHECK(post("{}").message() == "invalid name: it is required");
    CHECK(post(R"({"name": "x"})").message() == "invalid datasource_id: it is required");
    CHECK(post(R"({"name": "x", "datasource_id": 5})").message() ==
          "invalid datasource_id: a text is expected");
    CHECK(post(R"({"name": "x", "datasource_id": "nothing"})").status == 404);
    CHECK(shop.post("/projects/nothing/datasets/data-source",
                    R"({"name": "x", "datasource_id": ")" + shop.datasource + R"("})")
              .status == 404);
    CHECK(shop.get(shop.in_project("/datasets")).json["items"].Empty());
}

TEST_CASE("odd names are kept, and proposed for the file in a form that any client reads") {
    Shop shop;
    const auto created = shop.create_dataset(shop.datasource, R"(a\"b/c\u0000é\n)");
    CHECK(created.status == 200);
    CHECK(created.text("name") == std::string("a\"b/c\0\xc3\xa9\n", 9));
    shop.wait(created.id());
    const auto download = shop.get("/datasets/" + created.id() + "/download?extension=csv");
    CHECK(transport::find_header(download.answer.headers, "content-disposition") ==
          "attachment; filename=\"" + created.id() + ".csv\"; filename*=UTF-8''a%22b%2Fc%00%C3%A9%0A.csv");
}

TEST_CASE("two snapshots of one datasource are two datasets") {
    Shop shop;
    const auto one = shop.create_dataset(shop.datasource).id();
    const auto two = shop.create_dataset(shop.datasource).id();
    CHECK(one != two);
    CHECK(shop.wait(one).text("sha256") == shop.wait(two).text("sha256"));
    const auto list = shop.get(shop.in_project("/datasets"));
    REQUIRE(list.json["items"].Size() == 2);
    CHECK(model::get_text(list.json["items"][0], "_id") == one);
}

TEST_CASE("deleting a dataset right after it was asked for leaves nothing") {
    Shop shop;
    for (int i = 0; i < 20; ++i) {
        const auto id = shop.create_dataset(shop.datasource).id();
        CHECK(shop.remove("/datasets/" + id).status == 204);
    }
    CHECK(std::filesystem::is_empty(shop.home() / "datasets"));
}
