#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "platform/fixture.hpp"
#include "sqlite/sqlite.hpp"

using namespace prevision;
using platform::Caller;
using platform::Role;
using prevision::testing::Fixture;

namespace {

/// A platform with an object of each kind in each of two projects.
struct Objects {
    Objects() {
        sqlite::Database(platform.folder() / "shop.db", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
            .execute("CREATE TABLE t (a)");
        mine = make(platform.project());
        theirs = make(platform.post("/projects", R"({"name": "other"})").id());
    }

    /// The paths of the objects, the project's first.
    std::vector<std::string> make(const std::string& project) {
        const auto post = [&](const std::string& collection, const std::string& fields) {
            const auto made =
                platform.post("/projects/" + project + collection, R"({"name": "n", )" + fields + "}");
            REQUIRE(made.status == 200);
            return made.id();
        };
        const auto connector = post("/connectors", R"("type": "SQL", "host": "sqlite://)" +
                                                       (platform.folder() / "shop.db").string() + R"(")");
        const auto of_connector = R"("connector_id": ")" + connector + R"(", "table": "t")";
        const auto datasource = post("/data-sources", of_connector);
        const auto dataset = post("/datasets/data-source", R"("datasource_id": ")" + datasource + R"(")");
        while (platform.get("/datasets/" + dataset).text("copy_state") != "done") {
        }
        const auto exporter = post("/exporters", of_connector);
        const auto exported = platform.post("/exporters/" + exporter + "/dataset/" + dataset, "").id();
        return {"/projects/" + project,        "/projects/" + project + "/connectors",
                "/connectors/" + connector,    "/connectors/" + connector + "/databases",
                "/data-sources/" + datasource, "/data-sources/" + datasource + "/sample",
                "/datasets/" + dataset,        "/datasets/" + dataset + "/download",
                "/exporters/" + exporter,      "/exporters/" + exporter + "/exports",
                "/exports/" + exported};
    }

    int call(const Caller& caller, const std::string& method, const std::string& path,
             const std::string& body = "{}") {
        return platform.platform()
            .handle({.method = method, .path = path, .body = body, .caller = caller})
            .status;
    }

    Fixture platform;
    std::vector<std::string> mine;
    std::vector<std::string> theirs;
};

}  // namespace

TEST_CASE("a token for one project sees that project's objects, and nothing of another one") {
    Objects objects;
    const Caller caller{
        .id = "1", .name = "ci", .role = Role::admin, .project_id = objects.platform.project()};
    for (const auto& path : objects.mine) {
        CAPTURE(path);
        CHECK(objects.call(caller, "GET", path) == 200);
    }
    for (const auto& path : objects.theirs) {
        CAPTURE(path);
        CHECK(objects.call(caller, "GET", path) == 404);
        CHECK(objects.call(caller, "DELETE", path) != 200);
        CHECK(objects.call(caller, "PATCH", path) != 200);
    }
    CHECK(objects.call(caller, "POST", objects.theirs[2] + "/test") == 404);
    CHECK(objects.call(caller, "POST", objects.theirs[1], R"({"name":"x","type":"FTP","host":"h"})") == 404);
    CHECK(objects.call(caller, "POST", "/projects", R"({"name": "third"})") == 403);
    const auto dataset_of = [](const std::string& path) {
        return path.substr(std::string("/datasets/").size());
    };
    CHECK(objects.call(caller, "POST", objects.mine[8] + "/dataset/" + dataset_of(objects.theirs[6])) == 404);
    CHECK(objects.call(caller, "POST", objects.mine[8] + "/dataset/" + dataset_of(objects.mine[6])) == 200);
    const auto list =
        objects.platform.platform().handle({.method = "GET", .path = "/projects", .caller = caller});
    CHECK(list.body.find("\"totalItems\":1,") != std::string::npos);
    CHECK(list.body.find("\"other\"") == std::string::npos);
    for (const auto& path : objects.theirs) {
        CAPTURE(path);
        CHECK(objects.platform.get(path.substr(0, path.find("/download"))).status == 200);
    }
}

TEST_CASE("a viewer reads, an editor defines and uses") {
    Objects objects;
    const Caller viewer{.id = "1", .name = "v", .role = Role::viewer};
    const Caller editor{.id = "2", .name = "e", .role = Role::editor};
    for (const auto& path : objects.mine) {
        CAPTURE(path);
        CHECK(objects.call(viewer, "GET", path) == 200);
        CHECK(objects.call(editor, "GET", path) == 200);
    }
    const auto new_connector = R"({"name":"x","type":"FTP","host":"h"})";
    for (const auto& [method, path, body] :
         {std::tuple("POST", objects.mine[1], std::string(new_connector)),
          std::tuple("PATCH", objects.mine[2], std::string(R"({"name":"y"})")),
          std::tuple("POST", objects.mine[2] + "/test", std::string("{}")),
          std::tuple("DELETE", objects.mine[8], std::string("{}"))}) {
        CAPTURE(method, path);
        CHECK(objects.call(viewer, method, path, body) == 403);
        CHECK(objects.call(editor, method, path, body) < 300);
    }
}

TEST_CASE("what a body names of another project is answered as if it did not exist") {
    Objects objects;
    const Caller caller{
        .id = "1", .name = "ci", .role = Role::editor, .project_id = objects.platform.project()};
    const auto id_of = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
    const auto answer = [&](const std::string& method, const std::string& path, const std::string& id,
                            const std::string& fields) {
        auto body = objects.platform.platform()
                        .handle({.method = method,
                                 .path = path,
                                 .body = R"({"name":"n","connector_id":")" + id + "\"" + fields + "}",
                                 .caller = caller})
                        .body;
        for (auto at = body.find(id); at != std::string::npos; at = body.find(id))
            body.replace(at, id.size(), "ID");
        return body;
    };
    const std::string unknown(24, 'a');
    const auto theirs = id_of(objects.theirs[2]);
    const auto mine = objects.mine[0];
    // The fields fit no connector, so that a check against the other project's would answer otherwise.
    for (const auto& [method, path] :
         {std::pair("POST", mine + "/data-sources"), std::pair("POST", mine + "/exporters"),
          std::pair("PATCH", objects.mine[4]), std::pair("PATCH", objects.mine[8])}) {
        for (const auto* fields : {R"(,"bucket":"b")", R"(,"table":"t")"}) {
            CAPTURE(method, path, fields);
            CHECK(answer(method, path, theirs, fields) == answer(method, path, unknown, fields));
            CHECK(answer(method, path, theirs, fields).find("there is no connector ID") != std::string::npos);
        }
    }
}

TEST_CASE("the users of a project are those whose token may use it") {
    Objects objects;
    const auto project_of = [](const std::string& path) { return path.substr(path.rfind('/') + 1); };
    auto& tokens = objects.platform.platform().tokens();
    tokens.create({.name = "everywhere"});
    tokens.create({.name = "here", .project = project_of(objects.mine[0])});
    tokens.create({.name = "there", .project = project_of(objects.theirs[0])});
    const auto users = objects.platform.get(objects.mine[0] + "/users").body;
    CHECK(users.find("everywhere") != std::string::npos);
    CHECK(users.find("\"here\"") != std::string::npos);
    CHECK(users.find("\"there\"") == std::string::npos);
}
