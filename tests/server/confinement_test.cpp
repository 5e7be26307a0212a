#include <catch2/catch.hpp>

#include "core/text.hpp"
#include "server/served.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using testing::RawConnection;
using testing::RawServer;
using testing::Served;

namespace {

testing::CurlAnswer make(const Served& served, const std::string& fields) {
    return served.call("POST", "/projects/" + served.project() + "/connectors",
                       R"({"name":"c",)" + fields + "}");
}

std::string sqlite_at(const std::filesystem::path& file) {
    return R"("type":"SQL","host":"sqlite://)" + file.string() + R"(")";
}

}  // namespace

TEST_CASE("serve opens no local file unless its operator names the folder, and never its own store") {
    const Served closed({}, Served::Files::as_the_arguments_say);
    CHECK(make(closed, sqlite_at(closed.database())).status == 403);
    CHECK(make(closed, sqlite_at(closed.home() / "prevision.db")).status == 403);

    const testing::Prevision folder;
    std::filesystem::create_directories(folder.file("data"));
    testing::shell("sqlite3 " + folder.file("data/shop.db").string() + " 'CREATE TABLE t (a)'");
    const Served served({"--allow-files", folder.file("data").string(), "--allow-files", "/usr"},
                        Served::Files::as_the_arguments_say);
    const auto allowed = make(served, sqlite_at(folder.file("data/shop.db")));
    CHECK(allowed.status == 200);
    CHECK(served.call("POST", "/connectors/" + allowed.id() + "/test").status == 200);
    CHECK(make(served, sqlite_at(served.database())).status == 403);
    std::filesystem::create_symlink(served.home() / "prevision.db", folder.file("data/store.db"));
    CHECK(make(served, sqlite_at(folder.file("data/store.db"))).status == 403);
    CHECK(served({"serve", "--allow-files", "/nowhere"}).exit_code == 2);
}

TEST_CASE("serve connects only where its operator lets it") {
    RawServer server([](RawConnection& client) { client.wait_until_closed(); });
    const Served served({"--allow-hosts", "!loopback", "--allow-hosts", "*.example.com"});
    const auto url = "http://127.0.0.1:" + std::to_string(server.port());
    const auto connector =
        make(served, R"("type":"S3","host":")" + url + R"(","username":"k","password":"s")");
    REQUIRE(connector.status == 200);
    const auto refused = served.call("POST", "/connectors/" + connector.id() + "/test");
    CHECK(refused.status == 403);
    CHECK(refused.text("message").find("does not connect to the address 127.0.0.1") != std::string::npos);
    CHECK(server.connections() == 0);
    CHECK(served({"serve", "--allow-hosts", "10.0.0.0/99"}).exit_code == 2);
}

TEST_CASE("serve asks its proxy only for hosts that its operator names") {
    RawServer proxy([](RawConnection& client) {
        client.read_head();
        client.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    });
    const auto connections = [&](const std::vector<std::string>& arguments) {
        const auto before = proxy.connections();
        const Served served(arguments, Served::Files::all, {{"http_proxy", proxy.url()}});
        const auto connector =
            make(served, R"("type":"S3","host":"http://metadata.invalid","username":"k","password":"s")");
        REQUIRE(connector.status == 200);
        CHECK(served.call("POST", "/connectors/" + connector.id() + "/test").status >= 400);
        return proxy.connections() - before;
    };
    CHECK(connections({}) == 0);
    CHECK(connections({"--allow-hosts", "*.example.com"}) == 0);
    CHECK(connections({"--allow-hosts", "metadata.invalid"}) > 0);
}

TEST_CASE("by default serve refuses the address of a cloud machine's credentials") {
    const Served served;
    const auto connector =
        make(served, R"("type":"S3","host":"http://169.254.169.254","username":"k","password":"s")");
    REQUIRE(connector.status == 200);
    CHECK(served.call("POST", "/connectors/" + connector.id() + "/test").status == 403);
}

TEST_CASE("serve lends its own password to no connector, unless its operator says so") {
    // A PostgreSQL server that does not encrypt and asks for a password, hashed.
    std::atomic<int> passwords{0};
    RawServer server([&](RawConnection& client) {
        if (client.read(8).size() < 8) return;  // it only tries the connection
        client.send("N");
        const auto size = client.read(4);
        if (size.size() < 4) return;
        client.read(static_cast<unsigned char>(size.at(3)) - 4U);
        client.send(std::string("R\0\0\0\14\0\0\0\5salt", 13));
        if (client.read(1) == "p") ++passwords;
    });
    const auto try_login = [&](const std::vector<std::string>& arguments) {
        const Served served(arguments, Served::Files::all, {{"PGPASSWORD", "the-operators-own"}});
        const auto connector =
            make(served, R"("type":"SQL","engine":"postgres","host":"127.0.0.1","username":"u","port":)" +
                             std::to_string(server.port()));
        REQUIRE(connector.status == 200);
        return served.call("POST", "/connectors/" + connector.id() + "/test").status;
    };
    CHECK(try_login({}) == 403);
    CHECK(passwords == 0);
    try_login({"--ambient-credentials"});
    CHECK(passwords == 1);
}

TEST_CASE("a token for one project, and an editor's") {
    const Served served;
    const auto other = served.call("POST", "/projects", R"({"name":"other"})").id();
    const std::string token(trim(
        served.ok({"--project", "other", "serve", "token", "create", "bound", "--role", "editor", "-q"})));
    const auto as_bound = [&](const std::string& method, const std::string& path,
                              const std::string& body = "{}") {
        return served.curl("/ext/v1" + path, {"-H", "Authorization: " + token, "-X", method, "-d", body});
    };
    CHECK(as_bound("GET", "/projects").json()["items"].Size() == 1);
    CHECK(as_bound("GET", "/projects/" + other + "/connectors").status == 200);
    CHECK(as_bound("GET", "/projects/" + served.project() + "/connectors").status == 404);
    CHECK(as_bound("GET", "/connectors/" + served.make_connector()).status == 404);
    CHECK(as_bound("POST", "/projects/" + other + "/connectors", R"({"name":"c","type":"FTP","host":"h"})")
              .status == 200);
    CHECK(as_bound("GET", "/profile").text("role") == "editor");
    CHECK(as_bound("GET", "/profile").text("project_id") == other);
}
