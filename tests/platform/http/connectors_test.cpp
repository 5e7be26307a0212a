#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "core/file.hpp"
#include "platform/fixture.hpp"
#include "sqlite/sqlite.hpp"

using namespace prevision;
using prevision::testing::Fixture;

namespace {

constexpr auto sql_connector =
    R"({"type": "SQL", "name": "shop", "host": "https://db.example.com", "port": "3306",
        "username": "u", "password": "pa55-w0rd-in-plain"})";

/// Whether any file of the folder holds the text.
bool any_file_holds(const std::filesystem::path& folder, const std::string& text) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && read_file(entry.path(), 1 << 30).find(text) != std::string::npos)
            return true;
    }
    return false;
}

std::string sealed_password(const std::filesystem::path& home, const std::string& connector_id) {
    sqlite::Database database(home / "prevision.db", SQLITE_OPEN_READONLY);
    auto statement =
        database.prepare("SELECT sealed FROM secrets WHERE connector_id = ? AND field = 'password'");
    return statement.bind(1, connector_id).step() ? statement.text(0) : "";
}

void set_sealed_password(const std::filesystem::path& home, const std::string& connector_id,
                         const std::string& sealed) {
    sqlite::Database database(home / "prevision.db", SQLITE_OPEN_READWRITE);
    database.prepare("UPDATE secrets SET sealed = ? WHERE connector_id = ?")
        .bind_blob(1, sealed)
        .bind(2, connector_id)
        .run();
}

}  // namespace

TEST_CASE("a connector is created and shown with all that was sent, less the secret") {
    Fixture platform;
    const auto created = platform.post(platform.in_project("/connectors"), sql_connector);
    CHECK(created.status == 200);
    CHECK(created.id().size() == 24);
    CHECK(created.text("project_id") == platform.project());
    CHECK(created.text("type") == "SQL");
    CHECK(created.text("name") == "shop");
    CHECK(created.text("host") == "https://db.example.com");
    CHECK(created.json["port"].GetInt() == 3306);
    CHECK(created.text("username") == "u");
    CHECK_FALSE(created.json.HasMember("password"));
    CHECK_FALSE(created.json.HasMember("googleCredentials"));
    CHECK(platform.get("/connectors/" + created.id()).body == created.body);
    const auto list = platform.get(platform.in_project("/connectors"));
    REQUIRE(list.json["items"].Size() == 1);
    CHECK(model::write_json(list.json["items"][0]) == created.body);
}

TEST_CASE("no file of the platform ever holds a secret, and no answer does") {
    Fixture platform;
    const std::string secret = "pa55-w0rd-in-plain";
    const auto created = platform.post(platform.in_project("/connectors"), sql_connector);
    const auto google = platform.post(platform.in_project("/connectors"),
                                      R"({"type": "GCP", "name": "g", "googleCredentials":
                                          {"private_key": "pa55-w0rd-in-plain", "client_email": "x"}})");
    CHECK(google.status == 200);
    CHECK_FALSE(sealed_password(platform.home(), created.id()).empty());
    CHECK_FALSE(any_file_holds(platform.home(), secret));
    const auto patched =
        platform.patch("/connectors/" + created.id(), R"({"password": "pa55-w0rd-in-plain-2"})");
    CHECK(patched.status == 200);
    CHECK_FALSE(any_file_holds(platform.home(), secret));
    for (const auto* body : {&created.body, &google.body, &patched.body}) {
        CHECK_THAT(*body, !Catch::Contains(secret) && !Catch::Contains("private_key"));
    }
    CHECK_THAT(platform.get(platform.in_project("/connectors")).body, !Catch::Contains(secret));
    CHECK(platform.remove("/connectors/" + created.id()).status == 200);
    CHECK(platform.remove("/connectors/" + google.id()).status == 200);
    CHECK_FALSE(any_file_holds(platform.home(), secret));
}

TEST_CASE("the platform's files are for their owner alone") {
    Fixture platform;
    platform.post(platform.in_project("/connectors"), sql_connector);
    struct stat status {};
    REQUIRE(::stat(platform.home().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    for (const auto& entry : std::filesystem::directory_iterator(platform.home())) {
        CAPTURE(entry.path());
        REQUIRE(::stat(entry.path().c_str(), &status) == 0);
        CHECK((status.st_mode & 077) == 0);
    }
}

TEST_CASE("a platform without secrets needs no key") {
    Fixture platform;
    platform.post(platform.in_project("/connectors"),
                  R"({"type": "FTP", "name": "c", "host": "h", "password": ""})");
    platform.get(platform.in_project("/connectors"));
    CHECK_FALSE(std::filesystem::exists(platform.home() / "vault.key"));
}

TEST_CASE("every type of the platform can be kept") {
    Fixture platform;
    const std::string type = GENERATE("SQL", "FTP", "SFTP", "S3", "GCP", "HIVE", "HBASE", "HDFS");
    CAPTURE(type);
    const std::string login = type == "GCP"
                                  ? R"("googleCredentials": {"type": "service_account"})"
                                  : R"("host": "h", "port": 3306, "username": "u", "password": "p")";
    const auto created = platform.post(platform.in_project("/connectors"),
                                       R"({"type": ")" + type + R"(", "name": "c", )" + login + "}");
    CHECK(created.status == 200);
    CHECK(created.text("type") == type);
}

TEST_CASE("an S3 connector needs neither host nor port") {
    Fixture platform;
    const auto created = platform.post(
        platform.in_project("/connectors"),
        R"({"type": "S3", "name": "c", "host": "", "port": "", "username": "key", "password": "s", "region": "eu-1"})");
    CHECK(created.status == 200);
    CHECK(created.json["host"].IsNull());
    CHECK(created.json["port"].IsNull());
    CHECK(created.text("region") == "eu-1");
}

TEST_CASE("a connector that cannot be right is refused by field, and nothing is kept") {
    Fixture platform;
    struct Case {
        std::string body;
        std::string message;
    };
    const auto [body, message] = GENERATE(values<Case>({
        {R"({"name": "c"})", "invalid type: it is required"},
        {R"({"type": "FTP"})", "invalid name: it is required"},
        {R"({"type": "MONGO", "name": "c"})",
         "invalid type: 'MONGO' is not one of SQL, FTP, SFTP, S3, GCP, HIVE, HBASE, HDFS"},
        {R"({"type": "sql", "name": "c"})",
         "invalid type: 'sql' is not one of SQL, FTP, SFTP, S3, GCP, HIVE, HBASE, HDFS"},
        {R"({"type": "FTP", "name": "c", "port": 0})", "invalid port: 0 is not in 1..65535"},
        {R"({"type": "FTP", "name": "c", "port": 65536})", "invalid port: 65536 is not in 1..65535"},
        {R"({"type": "FTP", "name": "c", "port": "x"})", "invalid port: a whole number is expected"},
        {R"({"type": "FTP", "name": ["c"]})", "invalid name: a text is expected"},
        {R"({"type": "FTP", "name": "c", "host": 7})", "invalid host: a text is expected"},
        {R"({"type": "FTP", "name": "c", "password": 12345})", "invalid password: a text is expected"},
        {R"({"type": "GCP", "name": "c", "googleCredentials": "x"})",
         "invalid googleCredentials: a JSON object is expected"},
    }));
    CAPTURE(body);
    const auto answer = platform.post(platform.in_project("/connectors"), body);
    CHECK(answer.status == 400);
    CHECK(answer.message() == message);
    CHECK(platform.get(platform.in_project("/connectors")).json["items"].Empty());
    CHECK_FALSE(std::filesystem::exists(platform.home() / "vault.key"));
}

TEST_CASE("an SQL connector is checked by its engine") {
    Fixture platform;
    for (const auto* body :
         {R"({"type": "SQL", "name": "c", "host": "h", "engine": "nothing"})",
          R"({"type": "SQL", "name": "c"})",
          R"({"type": "SQL", "name": "c", "engine": "sqlite", "host": "/tmp/x.db", "password": "p"})"}) {
        CAPTURE(body);
        CHECK(platform.post(platform.in_project("/connectors"), body).status == 400);
    }
}

TEST_CASE("a connector in a project that is not there is not found") {
    Fixture platform;
    CHECK(platform.post("/projects/0123456789abcdef01234567/connectors", sql_connector).status == 404);
}

TEST_CASE("a patch changes what it names, and nothing else") {
    Fixture platform;
    const auto id = platform.post(platform.in_project("/connectors"), sql_connector).id();
    const auto sealed = sealed_password(platform.home(), id);
    const auto path = "/connectors/" + id;
    const auto renamed =
        platform.patch(path, R"({"name": "new", "unknown": 1, "_id": "x", "project_id": "y"})");
    CHECK(renamed.status == 200);
    CHECK(renamed.id() == id);
    CHECK(renamed.text("project_id") == platform.project());
    CHECK(renamed.text("name") == "new");
    CHECK(renamed.text("username") == "u");
    CHECK(renamed.json["port"].GetInt() == 3306);
    CHECK(sealed_password(platform.home(), id) == sealed);
    CHECK(platform.get(path).body == renamed.body);

    CHECK(platform.patch(path, R"({"username": null, "engine": "mysql"})").json["username"].IsNull());
    CHECK(platform.get(path).text("engine") == "mysql");
    CHECK_FALSE(platform.patch(path, R"({"engine": ""})").json.HasMember("engine"));
    CHECK(platform.patch(path, R"({"port": "", "password": "again"})").json["port"].IsNull());
    CHECK(platform.patch(path, "{}").status == 200);

    platform.patch(path, R"({"password": "other"})");
    CHECK(sealed_password(platform.home(), id) != sealed);
    platform.patch(path, R"({"password": null})");
    CHECK(sealed_password(platform.home(), id).empty());
}

TEST_CASE("a patch that cannot be right changes nothing") {
    Fixture platform;
    const auto created = platform.post(platform.in_project("/connectors"), sql_connector);
    const auto path = "/connectors/" + created.id();
    for (const auto* body : {R"({"name": ""})", R"({"name": "x", "port": 0})", R"({"type": "X"})",
                             R"({"type": null})", R"({"name": "x", "password": 5})", "[]", ""}) {
        CAPTURE(body);
        CHECK(platform.patch(path, body).status == 400);
    }
    CHECK(platform.get(path).body == created.body);
    CHECK(platform.patch("/connectors/nothing", "{}").status == 404);
}

TEST_CASE("a connector is deleted unless a datasource uses it") {
    Fixture platform;
    const auto id = platform.post(platform.in_project("/connectors"), sql_connector).id();
    const auto datasource = [&] {
        return platform
            .post(platform.in_project("/data-sources"),
                  R"({"connector_id": ")" + id + R"(", "name": "d", "database": "b", "table": "t"})")
            .id();
    };
    const auto one = datasource();
    REQUIRE(one.size() == 24);
    CHECK(platform.remove("/connectors/" + id).status == 409);
    CHECK(platform.remove("/connectors/" + id).message() == "1 datasource uses the connector");
    const auto two = datasource();
    CHECK(platform.remove("/connectors/" + id).message() == "2 datasources use the connector");
    CHECK(platform.remove("/connectors/" + id).text("class") == "conflict");
    CHECK(platform.remove("/data-sources/" + one).status == 200);
    CHECK(platform.remove("/data-sources/" + two).status == 200);
    const auto deleted = platform.remove("/connectors/" + id);
    CHECK(deleted.status == 200);
    CHECK(deleted.id() == id);
    CHECK(platform.remove("/connectors/" + id).status == 404);
    CHECK(platform.get("/connectors/" + id).status == 404);
}

TEST_CASE("a type without an engine is refused where it would be used") {
    Fixture platform;
    const auto id =
        platform.post(platform.in_project("/connectors"), R"({"type": "HIVE", "name": "c", "host": "h"})")
            .id();
    for (const auto& answer :
         {platform.post("/connectors/" + id + "/test", ""), platform.get("/connectors/" + id + "/databases"),
          platform.get("/connectors/" + id + "/databases/x/tables")}) {
        CHECK(answer.status == 400);
        CHECK(answer.message() == "connectors of type HIVE are only stored: no engine serves them");
        CHECK_THAT(answer.text("hint"), Catch::Contains("SQL"));
    }
}

TEST_CASE("a secret that was tampered with, or belongs to another connector, is never used") {
    Fixture platform;
    const auto one = platform.post(platform.in_project("/connectors"), sql_connector).id();
    const auto two = platform.post(platform.in_project("/connectors"), sql_connector).id();
    const auto sealed = sealed_password(platform.home(), one);
    SECTION("changed") {
        auto changed = sealed;
        changed.back() = static_cast<char>(changed.back() ^ 1);
        set_sealed_password(platform.home(), one, changed);
    }
    SECTION("swapped") { set_sealed_password(platform.home(), one, sealed_password(platform.home(), two)); }
    SECTION("emptied") { set_sealed_password(platform.home(), one, ""); }
    const auto answer = platform.post("/connectors/" + one + "/test", "");
    CHECK(answer.status == 500);
    CHECK(answer.text("class") == "integrity");
    CHECK(answer.json["ok"].IsFalse());
}

TEST_CASE("the key can be lost or exchanged, and the platform says so") {
    const testing::TemporaryDirectory folder;
    const platform::Settings settings{.home = folder / "home", .vault_key_file = folder / "key"};
    std::string project;
    std::string id;
    {
        platform::Platform platform(settings);
        project = Fixture::call_platform(platform, "GET", "/projects").json["items"][0]["_id"].GetString();
        id = Fixture::call_platform(platform, "POST", "/projects/" + project + "/connectors", sql_connector)
                 .id();
    }
    CHECK(std::filesystem::exists(folder / "key"));
    CHECK_FALSE(std::filesystem::exists(folder / "home" / "vault.key"));
    std::string why = "does not exist";
    SECTION("lost") { std::filesystem::remove(folder / "key"); }
    SECTION("exchanged") {
        std::ofstream(folder / "key") << std::string(64, 'a') << "\n";
        why = "is not the key";
    }
    platform::Platform platform(settings);
    const auto test = Fixture::call_platform(platform, "POST", "/connectors/" + id + "/test");
    CHECK(test.status == 400);
    CHECK(test.text("class") == "invalid");
    CHECK_THAT(test.message(), Catch::Contains(why) && Catch::Contains((folder / "key").string()));
    const auto create =
        Fixture::call_platform(platform, "POST", "/projects/" + project + "/connectors", sql_connector);
    CHECK(create.status == 400);
    CHECK_THAT(create.message(), Catch::Contains(why));
    // What needs no secret goes on, and without a secret left any key will do.
    CHECK(Fixture::call_platform(platform, "GET", "/projects/" + project + "/connectors").status == 200);
    CHECK(Fixture::call_platform(platform, "DELETE", "/connectors/" + id).status == 200);
    CHECK(Fixture::call_platform(platform, "POST", "/projects/" + project + "/connectors", sql_connector)
              .status == 200);
}

TEST_CASE("a platform that cannot be opened says which file and why") {
    const testing::TemporaryDirectory folder;
    std::ofstream(folder / "file") << "x";
    CHECK_THROWS_WITH(platform::Platform({.home = folder / "file" / "home", .vault_key_file = {}}),
                      Catch::Contains((folder / "file").string()));
}
