#include <catch2/catch.hpp>

#include "core/text.hpp"
#include "server/served.hpp"
#include "support/certificate.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using testing::RawClient;
using testing::RawConnection;
using testing::RawServer;
using testing::Served;
using Clock = std::chrono::steady_clock;

namespace {

std::string get(const std::string& path, const std::string& token) {
    return "GET /ext/v1" + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: " + token + "\r\n\r\n";
}

/// Reads until the connection ends, which must be within a second of `begin`.
void check_ends_at_once(const RawClient& client, Clock::time_point begin) {
    static_cast<void>(client.read_all());
    CHECK(Clock::now() - begin < std::chrono::seconds(1));
}

std::string make_mysql(const Served& served, int port) {
    return served
        .call("POST", "/projects/" + served.project() + "/connectors",
              R"({"type":"SQL","engine":"mysql","name":"silent","host":"127.0.0.1","port":)" +
                  std::to_string(port) + R"(,"username":"u","password":"p"})")
        .id();
}

}  // namespace

TEST_CASE("event streams and downloads of a revoked token end within a second, those of others go on") {
    const Served served;
    const auto endless = served.make_endless(served.make_connector());
    const RawClient events(served.port());
    const RawClient content(served.port());
    const RawClient others(served.port());
    others.send(get("/events", served.admin()));
    events.send(get("/events", served.viewer()));
    content.send(get("/data-sources/" + endless + "/content", served.viewer()));
    for (const auto* client : {&others, &events}) CHECK_FALSE(client->read_until("connected").empty());
    CHECK_FALSE(content.read_until("\r\n3\r\n").empty());
    served.ok({"serve", "token", "revoke", "guest"});
    const auto begin = Clock::now();
    check_ends_at_once(events, begin);
    check_ends_at_once(content, begin);
    served.call("POST", "/projects/" + served.project() + "/datasets/data-source",
                R"({"name":"n","datasource_id":")" + endless + R"("})");
    CHECK_FALSE(others.read_until("DATASET_UPDATE").empty());
}

TEST_CASE("an event stream ends when its token expires") {
    const Served served;
    const std::string token(
        trim(served.ok({"serve", "token", "create", "short", "--expires", "1500ms", "-q"})));
    const auto made = Clock::now();
    const RawClient events(served.port());
    events.send(get("/events", token));
    CHECK_FALSE(events.read_until("connected").empty());
    static_cast<void>(events.read_all());
    const auto lasted = Clock::now() - made;
    CHECK(lasted < std::chrono::milliseconds(2500));
    CHECK(lasted > std::chrono::milliseconds(1000));
    CHECK(served.curl("/ext/v1/projects", {"-H", "Authorization: " + token}).status == 401);
}

TEST_CASE("a client that closes cancels its call to a silent system") {
    RawServer silent([](RawConnection& client) { client.wait_until_closed(); });
    const Served served;
    const auto connector = make_mysql(served, silent.port());
    const auto busy = [&] {
        const auto metrics = served.curl("/metrics").body;
        const auto at = metrics.find("\nprevision_long_calls ");
        return std::stoi(metrics.substr(at + std::string_view("\nprevision_long_calls ").size()));
    };
    {
        std::vector<std::unique_ptr<RawClient>> clients;
        for (int i = 0; i < 12; ++i) {
            clients.push_back(std::make_unique<RawClient>(served.port()));
            clients.back()->send(get("/connectors/" + connector + "/databases", served.viewer()));
        }
        testing::wait_until([&] { return busy() == 12; });
    }
    const auto begin = Clock::now();
    testing::wait_until([&] { return busy() == 0; });
    // Without the client's end it would take the connect limit of ten seconds.
    CHECK(Clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("a token and a connector have a bounded number of calls, and downloads go on meanwhile") {
    RawServer silent([](RawConnection& client) { client.wait_until_closed(); });
    const Served served;
    const auto datasource = served.make_datasource(served.make_connector());
    const auto dataset = served
                             .call("POST", "/projects/" + served.project() + "/datasets/data-source",
                                   R"({"name":"n","datasource_id":")" + datasource + R"("})")
                             .id();
    REQUIRE(served.wait_for_dataset(dataset) == "done");
    std::vector<std::string> connectors;
    for (int i = 0; i < 5; ++i) connectors.push_back(make_mysql(served, silent.port()));
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 64; ++i) {
        clients.push_back(std::make_unique<RawClient>(served.port()));
        clients.back()->send(get("/connectors/" + connectors[static_cast<std::size_t>(i) % 5] + "/databases",
                                 served.viewer()));
    }
    // The 33rd call of the token is refused at once.
    const auto is_refused = [&](const std::string& token, const std::string& connector) {
        return served
                   .curl("/ext/v1/connectors/" + connector + "/databases",
                         {"-H", "Authorization: " + token, "--max-time", "2"})
                   .status == 503;
    };
    testing::wait_until([&] { return is_refused(served.viewer(), connectors[0]); });
    const auto begin = Clock::now();
    CHECK(served.get("/datasets/" + dataset + "/download?extension=csv").status == 200);
    CHECK(served.get("/datasets/" + dataset + "/sample").status == 200);
    CHECK(served.get("/data-sources/" + datasource + "/sample").status == 200);
    CHECK(Clock::now() - begin < std::chrono::seconds(2));
}

TEST_CASE("snapshots and exports count as calls of their connector and of their token") {
    RawServer silent([](RawConnection& client) { client.wait_until_closed(); });
    const Served served;
    const auto in_project = "/projects/" + served.project();
    const auto snapshot = [&](const std::string& datasource) {
        return served.call("POST", in_project + "/datasets/data-source",
                           R"({"name":"n","datasource_id":")" + datasource + R"("})");
    };
    const auto datasource_of = [&](const std::string& connector) {
        return served
            .call("POST", in_project + "/data-sources",
                  R"({"name":"d","connector_id":")" + connector + R"(","database":"d","table":"t"})")
            .id();
    };
    const auto local = served.make_datasource(served.make_connector());
    const auto whole = snapshot(local).id();
    REQUIRE(served.wait_for_dataset(whole) == "done");

    const auto connector = make_mysql(served, silent.port());
    const auto datasource = datasource_of(connector);
    std::vector<std::string> running;
    for (int i = 0; i < 16; ++i) running.push_back(snapshot(datasource).id());
    const auto refused = snapshot(datasource);
    CHECK(refused.status == 503);
    CHECK_THAT(refused.text("message"), Catch::Contains("16 calls use the connector already"));
    CHECK(served.get("/connectors/" + connector + "/databases").status == 503);
    const auto exporter = served
                              .call("POST", in_project + "/exporters",
                                    R"({"name":"e","connector_id":")" + connector +
                                        R"(","database":"d","table":"t","database_write_mode":"append"})")
                              .id();
    CHECK(served.call("POST", "/exporters/" + exporter + "/dataset/" + whole).status == 503);

    const auto other = datasource_of(make_mysql(served, silent.port()));
    for (int i = 0; i < 16; ++i) running.push_back(snapshot(other).id());
    const auto third = datasource_of(make_mysql(served, silent.port()));
    CHECK_THAT(snapshot(third).text("message"), Catch::Contains("32 snapshots and exports of the token"));

    // What ends makes room.
    for (const auto& id : running) served.call("DELETE", "/datasets/" + id);
    const auto next = snapshot(local);
    CHECK(next.status == 200);
    CHECK(served.wait_for_dataset(next.id()) == "done");
}

TEST_CASE("a connection with TLS goes on after long calls too") {
    const testing::Prevision folder;
    testing::shell("mkdir -p " + folder.file("tls").string());
    const auto pem = testing::make_certificate(folder.file("tls"), "IP:127.0.0.1");
    const Served served({"--tls-cert", pem.certificate.string(), "--tls-key", pem.key.string()});
    const std::vector<std::string> access{"--cacert", pem.certificate.string(), "-H",
                                          "Authorization: " + served.admin()};
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), access.begin(), access.end());
        return more;
    };
    const std::string project =
        served.curl("/ext/v1/projects", with({})).json()["items"][0]["_id"].GetString();
    const auto connector =
        served
            .curl("/ext/v1/projects/" + project + "/connectors",
                  with({"-d", R"({"type":"SQL","name":"c","host":"sqlite://)" + served.database() + R"("})"}))
            .id();
    const auto path = "/ext/v1/connectors/" + connector + "/databases";
    // curl keeps the connection for all three; the last line of its output is the last status.
    const auto answer =
        served.curl(path, with({"-w", "\n%{num_connects}", served.url() + path, served.url() + path}));
    CHECK(answer.body.find("main") != std::string::npos);
    CHECK(answer.body.find("\n1") != std::string::npos);
    CHECK(answer.body.find("\n0") != std::string::npos);
    CHECK(answer.status == 0);
}

TEST_CASE("a connection goes on after long calls, with the requests that were sent meanwhile") {
    const Served served;
    const auto connector = served.make_connector();
    const RawClient client(served.port());
    const auto slow = get("/connectors/" + connector + "/databases", served.admin());
    client.send(slow + slow + "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_FALSE(client.read_until("\"ok\"}").empty());
    client.send(slow);
    CHECK_FALSE(client.read_until("main").empty());
    client.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(client.read_all().find("\"ok\"}") != std::string::npos);
}
