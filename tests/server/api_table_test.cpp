#include <catch2/catch.hpp>

#include "core/id.hpp"
#include "model/json.hpp"
#include "server/served.hpp"

// The platform's API, row by row, as its public clients call it.

using namespace prevision;
using testing::CurlAnswer;
using testing::Served;

namespace {

bool has_members(const CurlAnswer& answer, const std::vector<const char*>& names) {
    const auto json = answer.json();
    for (const auto* name : names) {
        if (!json.HasMember(name)) {
            UNSCOPED_INFO("no " << name << " in " << answer.body);
            return false;
        }
    }
    return true;
}

void check_page(const Served& served, const std::string& path, int total) {
    CAPTURE(path);
    for (const auto* target : {"", "/", "?page=1", "/?page=1"}) {
        const auto answer = served.get(path + target);
        CHECK(answer.status == 200);
        const auto json = answer.json();
        const auto& meta = json["metaData"];
        CHECK(json["items"].Size() == static_cast<unsigned>(total));
        CHECK(meta["totalItems"].GetInt() == total);
        CHECK(meta["rowsPerPage"].GetInt() > 0);
        CHECK(meta["page"].GetInt() == 1);
        CHECK(meta["nextPage"].IsFalse());
    }
    // A GET may carry a body `{}`.
    CHECK(served.call("GET", path, "{}").status == 200);
}

}  // namespace

TEST_CASE("platform: version and profile are objects") {
    const Served served;
    CHECK(served.get("/version").json().IsObject());
    CHECK(served.get("/version/").status == 200);
    CHECK(served.get("/profile").text("username") == "boss");
    CHECK(served.curl("/ext/v1/version", {"-H", "Authorization: no"}).status == 401);
}

TEST_CASE("projects: create answers 200, delete 204, and users are a list") {
    const Served served;
    const auto made =
        served.call("POST", "/projects/", R"({"name":"p","description":"d","color":"#a748f5"})");
    CHECK(made.status == 200);
    CHECK(is_id(made.id()));
    CHECK(has_members(made, {"_id", "name", "description", "color", "created_by", "admins", "contributors",
                             "viewers", "pipelines_count", "experiments_count", "dataset_count"}));
    check_page(served, "/projects", 2);
    CHECK(served.get("/projects/" + made.id()).text("name") == "p");
    CHECK(served.get("/projects/" + made.id() + "/users").json().IsArray());
    CHECK(served.call("DELETE", "/projects/" + made.id() + "/users/" + std::string(24, '0')).status == 404);
    const auto gone = served.call("DELETE", "/projects/" + made.id());
    CHECK(gone.status == 204);
    CHECK(gone.body.empty());
    CHECK(served.get("/projects/" + made.id()).status == 404);
    CHECK(served.call("POST", "/projects", R"({"description":"no name"})").status == 400);
    CHECK(served.call("POST", "/projects", "{").status == 400);
    CHECK(served.call("PUT", "/projects", "{}").status == 405);
    CHECK(served.get("/nothing").status == 404);
}

TEST_CASE("connectors: the five types and the older ones, names twice, and never a secret") {
    const Served served;
    const auto path = "/projects/" + served.project() + "/connectors";
    const std::vector<std::string> bodies{
        R"({"type":"SQL","name":"n","host":"https://myserver.com","port":"3306","username":"u","password":"hush"})",
        R"({"type":"FTP","name":"n","host":"h","port":21,"username":"u","password":"hush"})",
        R"({"type":"SFTP","name":"n","host":"h","port":22,"username":"u","password":"hush"})",
        R"({"type":"S3","name":"n","host":"","port":"","username":"AKIA","password":"hush"})",
        R"({"type":"GCP","name":"n","host":"","port":"","username":"","googleCredentials":{"type":"service_account","private_key":"hush"}})",
        R"({"type":"HIVE","name":"n","host":"h","port":10000,"username":"u","password":"hush"})",
        R"({"type":"HBASE","name":"n","host":"h","port":9090,"username":"u","password":"hush"})",
        R"({"type":"HDFS","name":"n","host":"h","port":50070,"username":"u","password":"hush"})"};
    for (const auto& body : bodies) {
        CAPTURE(body);
        const auto made = served.call("POST", path, body);
        CHECK(made.status == 200);
        CHECK(is_id(made.id()));
        CHECK(made.text("project_id") == served.project());
        for (const auto& text :
             {made.body, served.get("/connectors/" + made.id()).body, served.get(path).body}) {
            CHECK(text.find("hush") == std::string::npos);
            CHECK(text.find("password") == std::string::npos);
            CHECK(text.find("googleCredentials") == std::string::npos);
        }
    }
    check_page(served, path, static_cast<int>(bodies.size()));
    // The same body twice makes two.
    const auto again = served.call("POST", path, bodies.front());
    CHECK(again.status == 200);
    check_page(served, path, static_cast<int>(bodies.size()) + 1);
    const auto deleted = served.call("DELETE", "/connectors/" + again.id() + "/");
    CHECK(deleted.status == 200);
    CHECK(deleted.json().IsObject());
    CHECK(served.get("/connectors/" + again.id()).status == 404);
    testing::shell("! grep -rF hush " + served.home().string());
}

TEST_CASE("connectors: test, databases and tables") {
    const Served served;
    const auto id = served.make_connector();
    for (const auto* body : {"", "{}"})
        CHECK(served.call("POST", "/connectors/" + id + "/test", body).status == 200);
    CHECK(has_members(served.call("POST", "/connectors/" + id + "/test/"), {"message", "stages"}));
    const auto databases = served.get("/connectors/" + id + "/databases");
    CHECK(databases.json()["items"].IsArray());
    const std::string first = databases.json()["items"][0].GetString();
    CHECK(served.get("/connectors/" + id + "/databases/" + first + "/tables").body ==
          R"({"items":["orders"]})");
    const auto gcp =
        served.call("POST", "/projects/" + served.project() + "/connectors",
                    R"({"type":"GCP","name":"g","googleCredentials":{"type":"service_account"}})");
    const auto refused = served.call("POST", "/connectors/" + gcp.id() + "/test", "{}");
    CHECK(refused.status >= 400);
    CHECK(refused.status < 500);
    CHECK(refused.text("message").find("GCP") != std::string::npos);
}

TEST_CASE("datasources: create, list, show, test, delete") {
    const Served served;
    const auto connector = served.make_connector();
    const auto id = served.make_datasource(connector);
    CHECK(is_id(id));
    check_page(served, "/projects/" + served.project() + "/data-sources", 1);
    const auto shown = served.get("/data-sources/" + id);
    CHECK(has_members(
        shown, {"_id", "connector_id", "name", "path", "database", "table", "bucket", "request", "g_cloud"}));
    CHECK(served.call("POST", "/data-sources/" + id + "/test").status == 200);
    const auto gcp =
        served.call("POST", "/projects/" + served.project() + "/connectors",
                    R"({"type":"GCP","name":"g","googleCredentials":{"type":"service_account"}})");
    for (const auto* rest : {R"("g_cloud":"BigQuery","database":"d","table":"t")",
                             R"("g_cloud":"Storage","bucket":"b","path":"p.csv")"}) {
        CHECK(served
                  .call("POST", "/projects/" + served.project() + "/data-sources",
                        R"({"connector_id":")" + gcp.id() + R"(","name":"g",)" + rest + "}")
                  .status == 200);
    }
    CHECK(served.call("DELETE", "/connectors/" + connector).status == 409);
    const auto deleted = served.call("DELETE", "/data-sources/" + id);
    CHECK(deleted.status == 200);
    CHECK(deleted.json().IsObject());
}

TEST_CASE("datasets: a snapshot, its sample, its bytes, and its end") {
    const Served served;
    const auto datasource = served.make_datasource(served.make_connector());
    const auto made = served.call("POST", "/projects/" + served.project() + "/datasets/data-source",
                                  R"({"name":"n","datasource_id":")" + datasource + R"("})");
    CHECK(made.status == 200);
    CHECK(served.wait_for_dataset(made.id()) == "done");
    const auto shown = served.get("/datasets/" + made.id());
    CHECK(has_members(shown,
                      {"_id", "name", "datasource_id", "copy_state", "describe_state", "drift_state",
                       "embeddings_state", "separator", "file_type", "rows", "bytes", "sha256", "schema"}));
    for (const auto* state : {"copy_state", "describe_state", "drift_state"})
        CHECK(shown.text(state) == "done");
    check_page(served, "/projects/" + served.project() + "/datasets", 1);
    const auto sample = served.get("/datasets/" + made.id() + "/sample").json();
    CHECK(sample["columns"].Size() == 3);
    CHECK(sample["rows"].Size() == 3);
    const auto csv = served.get("/datasets/" + made.id() + "/download?extension=csv");
    CHECK(csv.body == "id,name,total\r\n1,a,1.5\r\n2,,2\r\n3,\"\",\r\n");
    CHECK(csv.head.find("Content-Length: 37") != std::string::npos);
    CHECK(served.call("DELETE", "/datasets/" + made.id()).status == 204);
    CHECK(served.get("/datasets/" + made.id() + "/download").status == 404);
}

TEST_CASE("lists have pages") {
    const Served served;
    for (int i = 0; i < 4; ++i) served.call("POST", "/projects", R"({"name":"p"})");
    const auto first = served.get("/projects?page=1&rowsPerPage=2").json();
    CHECK(first["items"].Size() == 2);
    CHECK(first["metaData"]["nextPage"].IsTrue());
    const auto last = served.get("/projects?page=3&rowsPerPage=2").json();
    CHECK(last["items"].Size() == 1);
    CHECK(last["metaData"]["nextPage"].IsFalse());
    CHECK(served.get("/projects?page=x").status == 400);
}
