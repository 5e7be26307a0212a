#include <catch2/catch.hpp>

#include "platform/fixture.hpp"

using namespace prevision;
using prevision::testing::Fixture;

TEST_CASE("the version and the profile are objects") {
    Fixture platform;
    CHECK(platform.get("/version").status == 200);
    CHECK(platform.get("/version").text("name") == "prevision");
    CHECK(platform.get("/version").text("version") == PREVISION_VERSION);
    CHECK(platform.get("/profile").status == 200);
    CHECK(platform.get("/profile").text("username") == "local");
    CHECK(platform.get("/version").answer.content_type == "application/json");
}

TEST_CASE("a new platform has one project, named default") {
    Fixture platform;
    const auto list = platform.get("/projects");
    CHECK(list.status == 200);
    REQUIRE(list.json["items"].Size() == 1);
    const auto& project = list.json["items"][0];
    CHECK(model::get_text(project, "name") == "default");
    CHECK(project["dataset_count"].GetInt() == 0);
    CHECK(project["pipelines_count"].GetInt() == 0);
    CHECK(project["experiments_count"].GetInt() == 0);
    CHECK(project["admins"].Size() == 1);
    CHECK(project["contributors"].Size() == 0);
    CHECK(project["viewers"].Size() == 0);
    CHECK(project.HasMember("created_by"));
    CHECK(project.HasMember("created_at"));
    CHECK(list.json["metaData"]["totalItems"].GetInt() == 1);
}

TEST_CASE("a project is created, shown and deleted") {
    Fixture platform;
    const auto created =
        platform.post("/projects/", R"({"name": "p 'é\"", "description": "d", "color": "red", "x": 1})");
    CHECK(created.status == 200);
    CHECK(created.id().size() == 24);
    CHECK(created.text("name") == "p 'é\"");
    const auto shown = platform.get("/projects/" + created.id());
    CHECK(shown.status == 200);
    CHECK(shown.body == created.body);
    CHECK(platform.get("/projects/" + created.id() + "/users").json.IsArray());
    const auto deleted = platform.remove("/projects/" + created.id());
    CHECK(deleted.status == 204);
    CHECK(deleted.body.empty());
    CHECK(platform.get("/projects/" + created.id()).status == 404);
    CHECK(platform.remove("/projects/" + created.id()).status == 404);
}

TEST_CASE("two projects may share a name") {
    Fixture platform;
    const auto one = platform.post("/projects", R"({"name": "same"})");
    const auto two = platform.post("/projects", R"({"name": "same"})");
    CHECK(one.status == 200);
    CHECK(two.status == 200);
    CHECK(one.id() != two.id());
}

TEST_CASE("a project that cannot be right is refused by field") {
    Fixture platform;
    struct Case {
        std::string body;
        std::string message;
    };
    const auto [body, message] = GENERATE(values<Case>({
        {"{}", "invalid name: it is required"},
        {R"({"name": ""})", "invalid name: it is required"},
        {R"({"name": null})", "invalid name: it is required"},
        {R"({"name": 5})", "invalid name: a text is expected"},
        {R"({"name": "x", "color": []})", "invalid color: a text is expected"},
        {"[]", "invalid JSON: an object is expected"},
        {"", "invalid JSON at byte 0: The document is empty."},
    }));
    CAPTURE(body);
    const auto answer = platform.post("/projects", body);
    CHECK(answer.status == 400);
    CHECK(answer.message() == message);
    CHECK(answer.text("class") == "invalid");
    CHECK(platform.get("/projects").json["metaData"]["totalItems"].GetInt() == 1);
}

TEST_CASE("a project that holds something is not deleted, and the answer says what") {
    Fixture platform;
    const auto connector =
        platform.post(platform.in_project("/connectors"), R"({"type": "FTP", "name": "c", "host": "h"})");
    REQUIRE(connector.status == 200);
    const auto answer = platform.remove(platform.in_project(""));
    CHECK(answer.status == 409);
    CHECK(answer.message() == "the project is not empty: it holds 1 connector");
    platform.post(platform.in_project("/connectors"), R"({"type": "FTP", "name": "c", "host": "h"})");
    platform.post(platform.in_project("/data-sources"),
                  R"({"connector_id": ")" + connector.id() + R"(", "name": "d", "path": "p"})");
    CHECK(platform.remove(platform.in_project("")).message() ==
          "the project is not empty: it holds 2 connectors, 1 datasource");
}

TEST_CASE("a list comes in pages, in the order of creation, and each item once") {
    Fixture platform;
    std::vector<std::string> created{"default"};
    for (int i = 0; i < 24; ++i) {
        created.push_back("p" + std::to_string(i));
        platform.post("/projects", R"({"name": ")" + created.back() + R"("})");
    }
    std::vector<std::string> listed;
    for (int page = 1; page <= 3; ++page) {
        const auto answer = platform.get("/projects?rowsPerPage=10&page=" + std::to_string(page));
        const auto& meta = answer.json["metaData"];
        CHECK(meta["totalItems"].GetInt() == 25);
        CHECK(meta["rowsPerPage"].GetInt() == 10);
        CHECK(meta["page"].GetInt() == page);
        CHECK(meta["nextPage"].GetBool() == (page < 3));
        for (const auto& item : answer.json["items"].GetArray())
            listed.push_back(model::get_text(item, "name"));
    }
    CHECK(listed == created);
    const auto beyond = platform.get("/projects?rowsPerPage=10&page=4");
    CHECK(beyond.status == 200);
    CHECK(beyond.json["items"].IsArray());
    CHECK(beyond.json["items"].Empty());
    CHECK_FALSE(beyond.json["metaData"]["nextPage"].GetBool());
    CHECK(platform.get("/projects").json["metaData"]["rowsPerPage"].GetInt() == 100);
    CHECK(platform.get("/projects?page=0").status == 400);
    CHECK(platform.get("/projects?page=one").message() ==
          "invalid page: 'one' is not a whole number from 1 to 1000000000000");
}

TEST_CASE("a list of a project that is not there is not found") {
    Fixture platform;
    const std::string below = GENERATE("connectors", "data-sources", "datasets", "users");
    CHECK(platform.get("/projects/0123456789abcdef01234567/" + below).status == 404);
    CHECK(platform.get("/projects/%FF'%22/" + below).status == 404);
}

TEST_CASE("the platform says which calls it has not") {
    Fixture platform;
    CHECK(platform.get("/nothing").status == 404);
    CHECK(platform.get("/nothing").text("class") == "not_found");
    const auto put = platform.call("PUT", "/projects");
    CHECK(put.status == 405);
    CHECK(put.message() == "/projects does not take PUT; it takes GET, POST");
    CHECK(transport::find_header(put.answer.headers, "Allow") == "GET, POST");
}
