#include <catch2/catch.hpp>

#include "core/cancellation.hpp"
#include "platform/fixture.hpp"
#include "sqlite/sqlite.hpp"

using namespace prevision;
using prevision::testing::Fixture;

namespace {

/// A platform with a SQLite file, a connector to it and a datasource on its table "odd 'name'".
struct Shop : Fixture {
    Shop() {
        sqlite::Database database(file(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
        database.execute(R"sql(
            CREATE TABLE "odd 'name'" (id INTEGER PRIMARY KEY, text TEXT, bytes BLOB);
            INSERT INTO "odd 'name'" VALUES (1, 'plain', x'00ff'), (2, '', NULL), (3, NULL, x''),
                (4, 'a,"b"' || char(10) || 'é', NULL);
            CREATE TABLE numbers (n INTEGER);
            WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < 1000)
            INSERT INTO numbers SELECT n FROM counter;)sql");
        connector = create("/connectors", R"({"type": "SQL", "name": "c", "engine": "sqlite", "host": ")" +
                                              file().string() + R"("})");
        datasource = create_datasource(R"("table": "odd 'name'")");
    }

    [[nodiscard]] std::filesystem::path file() const { return folder() / "shop.db"; }

    std::string create(const std::string& below, const std::string& body) {
        const auto answer = post(in_project(below), body);
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return answer.id();
    }

    std::string create_datasource(const std::string& fields) {
        return create("/data-sources",
                      R"({"connector_id": ")" + connector + R"(", "name": "d", )" + fields + "}");
    }

    std::string connector;
    std::string datasource;
};

}  // namespace

TEST_CASE("a datasource is created and shown with all that was sent") {
    Shop shop;
    const auto body = R"({"connector_id": ")" + shop.connector +
                      R"(", "name": "d", "path": "", "database": null, "table": "numbers", "extra": true})";
    const auto created = shop.post(shop.in_project("/data-sources"), body);
    CHECK(created.status == 200);
    CHECK(created.text("project_id") == shop.project());
    CHECK(created.text("connector_id") == shop.connector);
    CHECK(created.text("table") == "numbers");
    for (const auto* name : {"path", "database", "bucket", "request", "g_cloud"}) {
        CAPTURE(name);
        REQUIRE(created.json.HasMember(name));
        CHECK(created.json[name].IsNull());
    }
    CHECK(shop.get("/data-sources/" + created.id()).body == created.body);
    CHECK(shop.get(shop.in_project("/data-sources")).json["metaData"]["totalItems"].GetInt() == 2);
}

TEST_CASE("a datasource that cannot be right is refused by field") {
    Shop shop;
    const auto with = [&](const std::string& fields) {
        return shop.post(shop.in_project("/data-sources"),
                         R"({"connector_id": ")" + shop.connector + R"(", "name": "d", )" + fields + "}");
    };
    CHECK(with(R"("table": 5)").message() == "invalid table: a text is expected");
    CHECK(with(R"("table": "t", "g_cloud": "x")").message() ==
          "invalid g_cloud: 'x' is not one of BigQuery, Storage");
    CHECK(with(R"("table": "t", "request": "SELECT 1")").status == 400);
    CHECK(with(R"("table": "")").status == 400);
    CHECK(shop.post(shop.in_project("/data-sources"), R"({"name": "d"})").message() ==
          "invalid connector_id: it is required");
    CHECK(shop.post(shop.in_project("/data-sources"), R"({"connector_id": ")" + shop.connector + R"("})")
              .message() == "invalid name: it is required");
    CHECK(shop.get(shop.in_project("/data-sources")).json["metaData"]["totalItems"].GetInt() == 1);
}

TEST_CASE("a datasource's connector is in the same project") {
    Shop shop;
    const auto other = shop.post("/projects", R"({"name": "other"})").id();
    const auto body = R"({"connector_id": ")" + shop.connector + R"(", "name": "d", "table": "t"})";
    const auto answer = shop.post("/projects/" + other + "/data-sources", body);
    CHECK(answer.status == 404);
    CHECK(answer.message() ==
          "invalid connector_id: there is no connector " + shop.connector + " in the project");
    CHECK(shop.post(shop.in_project("/data-sources"), R"({"connector_id": "x", "name": "d", "table": "t"})")
              .status == 404);
    CHECK(shop.patch("/data-sources/" + shop.datasource, R"({"connector_id": "x"})").status == 404);
}

TEST_CASE("a patch of a datasource changes what it names") {
    Shop shop;
    const auto path = "/data-sources/" + shop.datasource;
    CHECK(shop.patch(path, R"({"name": "new"})").text("name") == "new");
    CHECK(shop.get(path).text("table") == "odd 'name'");
    const auto moved = shop.patch(path, R"({"table": null, "request": "SELECT 1 AS one"})");
    CHECK(moved.status == 200);
    CHECK(moved.json["table"].IsNull());
    CHECK(shop.patch(path, R"({"request": ""})").status == 400);
    CHECK(shop.patch(path, R"({"name": null})").status == 400);
    CHECK(shop.patch(path, R"({"connector_id": ""})").status == 400);
    CHECK(shop.get(path).body == moved.body);
    CHECK(shop.patch("/data-sources/nothing", "{}").status == 404);
}

TEST_CASE("a datasource is deleted with a body, once") {
    Shop shop;
    CHECK(shop.remove("/data-sources/" + shop.datasource).id() == shop.datasource);
    CHECK(shop.remove("/data-sources/" + shop.datasource).status == 404);
    CHECK(shop.get("/data-sources/" + shop.datasource).status == 404);
}

TEST_CASE("a test that works tells its stages") {
    Shop shop;
    for (const auto& path :
         {"/connectors/" + shop.connector + "/test", "/data-sources/" + shop.datasource + "/test"}) {
        const auto answer = shop.post(path, "{}");
        CHECK(answer.status == 200);
        CHECK(answer.json["ok"].IsTrue());
        REQUIRE(answer.json["stages"].Size() > 0);
        for (const auto& stage : answer.json["stages"].GetArray()) {
            CHECK(stage["ok"].IsTrue());
            CHECK(stage["ms"].IsNumber());
            CHECK_FALSE(model::get_text(stage, "stage").empty());
        }
    }
}

TEST_CASE("a test that fails answers with the class of the stage that failed") {
    Shop shop;
    const auto missing = shop.create_datasource(R"("table": "nothing")");
    const auto answer = shop.post("/data-sources/" + missing + "/test", "");
    CHECK(answer.status == 404);
    CHECK(answer.text("class") == "not_found");
    CHECK(answer.json["ok"].IsFalse());
    CHECK_THAT(answer.message(), Catch::Contains("nothing"));
    REQUIRE(answer.json["stages"].Size() > 0);
    CHECK(answer.json["stages"][answer.json["stages"].Size() - 1]["ok"].IsFalse());
}

TEST_CASE("databases and tables are listed by name") {
    Shop shop;
    CHECK(shop.get("/connectors/" + shop.connector + "/databases").body == R"({"items":["main"]})");
    for (const auto* database : {"main", ""}) {
        const auto tables =
            shop.get("/connectors/" + shop.connector + "/databases/" + std::string(database) + "/tables");
        CHECK(tables.status == 200);
        CHECK(tables.json["items"].Size() == 2);
    }
    CHECK(shop.get("/connectors/" + shop.connector + "/databases/o%2Fther/tables").status == 404);
}

TEST_CASE("a preview holds the first rows, and NULL is not an empty text") {
    Shop shop;
    const auto path = "/data-sources/" + shop.datasource + "/sample";
    CHECK(
        shop.get(path).body ==
        R"({"columns":[{"name":"id","type":"INTEGER","nullable":false},{"name":"text","type":"TEXT","nullable":true},)"
        R"({"name":"bytes","type":"BLOB","nullable":true}],"rows":[["1","plain","\\x00ff"],)"
        R"(["2","",null],["3",null,"\\x"],["4","a,\"b\"\né",null]]})");
    CHECK(shop.get(path + "?limit=2").json["rows"].Size() == 2);
    CHECK(shop.get(path + "?limit=0").json["rows"].Size() == 0);
    CHECK(shop.get(path + "?limit=0").json["columns"].Size() == 3);
    CHECK(shop.get(path + "?limit=x").status == 400);
    CHECK(shop.get(path + "?limit=10001").status == 400);
    const auto numbers = shop.create_datasource(R"("table": "numbers")");
    CHECK(shop.get("/data-sources/" + numbers + "/sample").json["rows"].Size() == 10);
    CHECK(shop.get("/data-sources/nothing/sample").status == 404);
}

TEST_CASE("the data itself is streamed as CSV, and nothing is stored") {
    Shop shop;
    const auto answer = shop.get("/data-sources/" + shop.datasource + "/content");
    CHECK(answer.status == 200);
    CHECK(answer.answer.content_type == "text/csv; charset=utf-8");
    REQUIRE(answer.answer.stream);
    StringSink sink;
    answer.answer.stream(sink);
    CHECK(sink.text == "id,text,bytes\r\n1,plain,\\x00ff\r\n2,\"\",\r\n3,,\\x\r\n4,\"a,\"\"b\"\"\né\",\r\n");
    CHECK_FALSE(std::filesystem::exists(shop.home() / "datasets"));
    CHECK(shop.get("/data-sources/nothing/content").status == 404);
}

TEST_CASE("a call that was cancelled is no answer") {
    Shop shop;
    const auto cancellation = std::make_shared<Cancellation>();
    cancellation->cancel();
    CHECK_THROWS_AS(shop.platform().handle({.method = "GET",
                                            .path = "/data-sources/" + shop.datasource + "/sample",
                                            .query = "",
                                            .body = "",
                                            .cancellation = cancellation}),
                    Error);
}

TEST_CASE("how a file is written is said with its datasource, kept, changed and forgotten") {
    Fixture fixture;
    const auto connector =
        fixture.post(fixture.in_project("/connectors"), R"({"type": "FTP", "name": "c", "host": "h"})").id();
    const auto create = [&](const std::string& format) {
        return fixture.post(
            fixture.in_project("/data-sources"),
            R"({"connector_id": ")" + connector + R"(", "name": "d", "path": "a.csv", )" + format + "}");
    };
    const auto created =
        create(R"("separator": "tab", "quote": "none", "header": false, "encoding": "UTF-8", "escape": "\\",
                   "comment": "#", "skip": 3)");
    REQUIRE(created.status == 200);
    const auto path = "/data-sources/" + created.id();
    for (const auto& reply : {fixture.get(path), fixture.patch(path, R"({"name": "e"})")}) {
        CHECK(reply.text("separator") == "\t");
        CHECK(reply.text("quote") == "none");
        CHECK(reply.json["header"].IsFalse());
        CHECK(reply.text("escape") == "\\");
        CHECK(reply.text("comment") == "#");
        CHECK(reply.json["skip"].GetUint64() == 3);
        CHECK(reply.text("encoding") == "utf-8");
    }
    const auto changed =
        fixture.patch(path, R"({"separator": ";", "quote": "", "header": null, "encoding": null})");
    CHECK(changed.text("separator") == ";");
    CHECK(fixture.patch(path, R"({"skip": null, "escape": "none"})").text("escape") == "none");
    CHECK_FALSE(fixture.get(path).json.HasMember("skip"));
    for (const auto* field : {"quote", "header", "encoding"}) CHECK_FALSE(changed.json.HasMember(field));
    CHECK_FALSE(create(R"("separator": "")").json.HasMember("separator"));
    const auto refused = [&](const std::string& format, const std::string& field) {
        const auto reply = create(format);
        CAPTURE(format, reply.body);
        CHECK(reply.status == 400);
        CHECK_THAT(reply.message(), Catch::Contains(field));
    };
    refused(R"("separator": "::")", "separator");
    refused(R"("separator": "é")", "separator");
    refused(R"("separator": "\n")", "separator");
    refused(R"("separator": 1)", "separator");
    refused(R"("quote": ",", "separator": ",")", "quote");
    refused(R"("header": "maybe")", "header");
    refused(R"("escape": "ab")", "escape");
    refused(R"("comment": ";", "separator": ";")", "comment");
    refused(R"("skip": -1)", "skip");
    refused(R"("encoding": "ebcdic")", "encoding");
    const auto database =
        fixture
            .post(fixture.in_project("/connectors"),
                  R"({"type": "SQL", "name": "s", "engine": "sqlite", "host": "/tmp/x.db"})")
            .id();
    const auto table = fixture.post(
        fixture.in_project("/data-sources"),
        R"({"connector_id": ")" + database + R"(", "name": "d", "table": "t", "separator": ","})");
    CHECK(table.status == 400);
    CHECK_THAT(table.message(), Catch::Contains("separator"));
}
