#include <atomic>
#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/file.hpp"
#include "model/json_builder.hpp"
#include "platform/fixture.hpp"
#include "platform/state.hpp"
#include "sqlite/sqlite.hpp"
#include "support/command.hpp"

using namespace prevision;
using prevision::testing::Fixture;
using prevision::testing::Reply;

namespace {

const std::string some_key = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const std::string other_key = "SHA256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg";

Reply make(Fixture& platform, const std::string& fields) {
    return platform.post(platform.in_project("/connectors"), R"({"name": "c", )" + fields + "}");
}

Reply make_sqlite(Fixture& platform, const std::filesystem::path& file) {
    return make(platform, R"("type": "SQL", "host": "sqlite://)" + file.string() + R"(")");
}

void make_database(const std::filesystem::path& file) {
    sqlite::Database database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    database.execute("CREATE TABLE t (a)");
}

}  // namespace

TEST_CASE(
    "a confined platform opens files of the allowed folders only, also when they move after the check") {
    Fixture platform;
    const auto open = platform.folder() / "open";
    const auto shut = platform.folder() / "shut";
    std::filesystem::create_directory(open);
    std::filesystem::create_directory(shut);
    make_database(open / "a.db");
    make_database(shut / "b.db");
    const auto before = make_sqlite(platform, shut / "b.db");
    REQUIRE(before.status == 200);
    platform.platform().confine({.file_folders = {open}});
    CHECK(make_sqlite(platform, shut / "b.db").status == 403);
    const auto refused = platform.post("/connectors/" + before.id() + "/test", "");
    CHECK(refused.status == 403);
    CHECK_THAT(refused.message(), Catch::Contains("does not open files there"));
    CHECK(platform.get("/connectors/" + before.id() + "/databases").status == 403);
    CHECK(platform.patch("/connectors/" + before.id(), R"({"host": "sqlite:///etc/passwd"})").status == 403);

    const auto allowed = make_sqlite(platform, open / "a.db");
    REQUIRE(allowed.status == 200);
    CHECK(platform.post("/connectors/" + allowed.id() + "/test", "").status == 200);
    std::filesystem::remove(open / "a.db");
    std::filesystem::create_symlink(shut / "b.db", open / "a.db");
    CHECK(platform.post("/connectors/" + allowed.id() + "/test", "").status == 403);
}

TEST_CASE("a platform never opens its own store, vault or datasets, for reading or for writing") {
    Fixture platform;
    make_database(platform.folder() / "mine.db");
    REQUIRE(make_sqlite(platform, platform.folder() / "mine.db").status == 200);
    for (const auto* name : {"prevision.db", "vault.key", "datasets/0.csv"}) {
        CAPTURE(name);
        const auto refused = make_sqlite(platform, platform.home() / name);
        CHECK(refused.status == 400);
        CHECK_THAT(refused.message(), Catch::Contains("embedded platform itself"));
    }
    // A connector that exists already: the file takes the place of an honest one.
    const auto connector = make_sqlite(platform, platform.folder() / "later.db").id();
    const auto exporter =
        platform.post(platform.in_project("/exporters"),
                      R"({"name": "e", "table": "tokens", "connector_id": ")" + connector + R"("})");
    REQUIRE(exporter.status == 200);
    std::filesystem::create_symlink(platform.home() / "prevision.db", platform.folder() / "later.db");
    CHECK(platform.post("/connectors/" + connector + "/test", "").status == 400);
}

TEST_CASE("what is not an id reaches no handler") {
    Fixture platform;
    for (const auto* target :
         {"/connectors/..%2F..%2Fetc%2Fpasswd", "/datasets/../prevision",
          "/datasets/..%2Fprevision.db/download", "/datasets/%2e%2e", "/datasets/5f0000000000000000000001%00",
          "/exports/' OR 1=1", "/projects/x", "/data-sources/5f000000000000000000000g",
          "/exporters/5f00000000000000000000011"}) {
        CAPTURE(target);
        const auto reply = platform.get(target);
        CHECK(reply.status == 404);
        CHECK(reply.message().find("sqlite") == std::string::npos);
    }
}

TEST_CASE("a change of where or how a secret is sent needs the secret again") {
    Fixture platform;
    struct Case {
        std::string fields;
        std::string change;
        std::string named;
    };
    const std::string secret = R"(, "password": "hush", "username": "u")";
    const auto [fields, change, named] = GENERATE(values<Case>({
        {R"("type": "SQL", "engine": "mysql", "host": "db")", R"("host": "evil")", "host"},
        {R"("type": "SQL", "engine": "mysql", "host": "db")", R"("host": "db:3307")", "host"},
        {R"("type": "SQL", "engine": "mysql", "host": "db")", R"("port": 3307)", "port"},
        {R"("type": "SQL", "engine": "mysql", "host": "db")", R"("tls": "disable")", "tls"},
        {R"("type": "SQL", "engine": "mysql", "host": "db")", R"("engine": "postgres")", "engine"},
        {R"("type": "SQL", "engine": "postgres", "host": "db", "port": 5433)", R"("port": null)", "port"},
        {R"("type": "SQL", "engine": "postgres", "host": "db", "tls": "verify")", R"("tls": "")", "tls"},
        {R"("type": "FTP", "host": "f")", R"("type": "SFTP")", "type"},
        {R"("type": "FTP", "host": "f", "tls": "prefer")", R"("mode": "active")", "mode"},
        {R"("type": "S3", "host": "s3.example.com")", R"("host": "http://evil")", "host"},
        {R"("type": "SFTP", "host": "f", "host_key": ")" + some_key + R"(")",
         R"("host_key": ")" + other_key + R"(")", "host_key"},
        {R"("type": "SFTP", "host": "f", "host_key": ")" + some_key + R"(")", R"("host_key": "")",
         "host_key"},
        {R"("type": "SFTP", "host": "f")", R"("host_key": ")" + other_key + R"(")", "host_key"},
    }));
    CAPTURE(fields, change);
    const auto connector = make(platform, fields + secret);
    REQUIRE(connector.status == 200);
    const auto path = "/connectors/" + connector.id();
    const auto refused = platform.patch(path, "{" + change + "}");
    CHECK(refused.status == 400);
    CHECK(refused.message() ==
          "invalid password: the connector's " + named + " changes, so its password must be given again");
    CHECK_THAT(refused.text("hint"), Catch::Contains("--password-stdin"));
    CHECK(platform.get(path).body == connector.body);
    CHECK(platform.patch(path, R"({"name": "other"})").status == 200);
    CHECK(platform.patch(path, "{" + change + R"(, "password": "again"})").status == 200);
}

TEST_CASE("a changed host needs every stored secret again, and none when all are removed") {
    Fixture platform;
    const auto google = make(platform, R"("type": "GCP", "googleCredentials": {"a": "b"})");
    REQUIRE(google.status == 200);
    const auto refused = platform.patch("/connectors/" + google.id(), R"({"host": "evil"})");
    CHECK(refused.status == 400);
    CHECK_THAT(refused.message(), Catch::Contains("googleCredentials must be given again"));
    const auto sql = make(platform, R"("type": "SQL", "engine": "mysql", "host": "db", "password": "p")");
    CHECK(platform.patch("/connectors/" + sql.id(), R"({"host": "other", "password": ""})").status == 200);
    CHECK(platform.patch("/connectors/" + sql.id(), R"({"host": "third"})").status == 200);
}

// Else a caller who may not compare secrets could: a key of their own, encrypted with a guess, opens or does not.
TEST_CASE("another private key needs its own passphrase") {
    Fixture platform;
    const auto make_key = [&](const std::string& passphrase) {
        const auto file = platform.folder() / passphrase;
        REQUIRE(
            testing::run_command({"ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", file.string()})
                .exit_code == 0);
        return model::JsonObject().text("private_key", read_file(file, 10000)).finish();
    };
    const auto own_key = make_key("hush!");
    const auto connector =
        make(platform, R"("type": "SFTP", "host": "f", "username": "u", "password": "hush!",)" +
                           own_key.substr(1, own_key.size() - 2));
    REQUIRE(connector.status == 200);
    const auto path = "/connectors/" + connector.id();
    auto guess = make_key("guess");
    const auto refused = platform.patch(path, guess);
    CHECK(refused.status == 400);
    CHECK_THAT(refused.message(),
               Catch::Contains("private_key changes, so its password must be given again"));
    CHECK(platform.patch(path, R"({"private_key": ""})").status == 400);
    guess.back() = ',';
    CHECK(platform.patch(path, guess + R"("password": "guess"})").status == 200);
}

TEST_CASE("a connector that is changed while it is opened sends no secret to another host than its own") {
    Fixture platform;
    const auto connector =
        make(platform, R"("type": "SQL", "engine": "mysql", "host": "one", "password": "one")");
    REQUIRE(connector.status == 200);
    std::atomic<bool> is_over = false;
    std::thread changing([&] {
        for (int turn = 0; !is_over; ++turn) {
            const std::string name = turn % 2 == 0 ? "two" : "one";
            platform.patch("/connectors/" + connector.id(),
                           R"({"host": ")" + name + R"(", "password": ")" + name + R"("})");
        }
    });
    int wrong = 0;
    for (int turn = 0; turn < 500; ++turn) {
        const auto connection = platform::open_connection(platform.platform().state(), connector.id());
        wrong += connection.host == connection.password.reveal() ? 0 : 1;
    }
    is_over = true;
    changing.join();
    CHECK(wrong == 0);
}

TEST_CASE("a connector cannot change to a system that its datasources or exporters do not fit") {
    Fixture platform;
    const auto connector = make(platform, R"("type": "SQL", "engine": "mysql", "host": "db")").id();
    const auto path = "/connectors/" + connector;
    const auto add = [&](const std::string& noun, const std::string& fields) {
        const auto made = platform.post(platform.in_project(noun), R"({"name": "sales", "connector_id": ")" +
                                                                       connector + R"(", )" + fields + "}");
        REQUIRE(made.status == 200);
        return noun + "/" + made.id();
    };
    const auto expect_conflict = [&](const std::string& change) {
        const auto refused = platform.patch(path, change);
        CHECK(refused.status == 409);
        CHECK_THAT(refused.message(), Catch::Contains("'sales'"));
    };
    const auto datasource = add("/data-sources", R"("database": "d", "table": "t")");
    expect_conflict(R"({"type": "FTP", "engine": null})");
    expect_conflict(R"({"type": "S3", "engine": null, "host": ""})");
    CHECK(platform.patch(path, R"({"engine": "postgres"})").status == 200);
    CHECK(platform.remove(datasource).status == 200);
    const auto exporter = add("/exporters", R"("database": "d", "table": "t")");
    expect_conflict(R"({"type": "FTP", "engine": null})");
    CHECK(platform.remove(exporter).status == 204);
    CHECK(platform.patch(path, R"({"type": "FTP", "engine": null})").status == 200);
}
