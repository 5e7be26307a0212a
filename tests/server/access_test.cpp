#include <csignal>

#include <catch2/catch.hpp>

#include "core/text.hpp"
#include "server/served.hpp"
#include "support/certificate.hpp"

using namespace prevision;
using testing::Prevision;
using testing::Served;

namespace {

std::string with(const std::string& token) { return "Authorization: " + token; }

}  // namespace

TEST_CASE("without a good token there is no answer but 401, whatever is asked") {
    const Served served;
    for (const auto* path : {"/", "/ext/v1/projects", "/ext/v1/events", "/ext/v1/nothing", "/ext/v1/version",
                             "/nothing", "/ext/v1/profile", "/metricsx"}) {
        CAPTURE(path);
        const auto answer = served.curl(path);
        CHECK(answer.status == 401);
        CHECK(answer.text("status") == "401");
        CHECK(answer.head.find("WWW-Authenticate") != std::string::npos);
    }
    for (const auto& token :
         {std::string("wrong"), served.admin() + "x", served.admin().substr(0, served.admin().size() - 1),
          "Bearer " + served.admin(), std::string("prv_000000000000000000000000_"), std::string("")}) {
        CAPTURE(token);
        CHECK(served.curl("/ext/v1/projects", {"-H", with(token)}).status == 401);
    }
    CHECK(served.curl("/ext/v1/projects", {"-X", "POST", "-d", "{}"}).status == 401);
    CHECK(served.curl("/ext/v1/projects", {"-H", with(served.admin())}).status == 200);
}

TEST_CASE("health and metrics need no token and tell nothing private") {
    const Served served;
    const auto id = served.make_connector();
    CHECK(served.curl("/healthz").body == R"({"status":"ok"})");
    const auto metrics = served.curl("/metrics");
    CHECK(metrics.status == 200);
    CHECK(metrics.head.find("text/plain; version=0.0.4") != std::string::npos);
    CHECK(metrics.body.find("prevision_http_requests_total{code=\"200\"}") != std::string::npos);
    for (const auto& secret : {id, std::string("boss"), std::string("shop"), served.admin()})
        CHECK(metrics.body.find(secret) == std::string::npos);
    CHECK(served.curl("/healthz", {"-X", "POST"}).status == 401);
}

TEST_CASE("a viewer may look and do nothing else") {
    const Served served;
    const auto connector = served.make_connector();
    const std::vector<std::string> token{"-H", with(served.viewer())};
    const auto as_viewer = [&](const std::string& method, const std::string& path) {
        return served.curl("/ext/v1" + path, {"-H", with(served.viewer()), "-X", method, "-d", "{}"}).status;
    };
    CHECK(as_viewer("GET", "/connectors/" + connector) == 200);
    CHECK(as_viewer("GET", "/projects") == 200);
    CHECK(as_viewer("POST", "/projects") == 403);
    CHECK(as_viewer("POST", "/connectors/" + connector + "/test") == 403);
    CHECK(as_viewer("PATCH", "/connectors/" + connector) == 403);
    CHECK(as_viewer("DELETE", "/connectors/" + connector) == 403);
    CHECK(served.curl("/ext/v1/profile", token).text("role") == "viewer");
}

TEST_CASE("a token is shown once, kept as a hash, and powerless once it is revoked") {
    const Served served;
    CHECK(served.ok({"serve", "token", "list", "-o", "csv", "--no-header", "--columns", "name,role"}) ==
          "boss,admin\r\nguest,viewer\r\n");
    CHECK(served.ok({"serve", "token", "list", "-o", "json"}).find(served.admin()) == std::string::npos);
    testing::shell("! grep -rF " + served.admin().substr(served.admin().size() - 20) + " " +
                   served.home().string());
    CHECK(served({"serve", "token", "create", "boss"}).exit_code == 6);
    CHECK(served({"serve", "token", "create", "x", "--role", "king"}).exit_code == 2);
    served.ok({"serve", "token", "revoke", "boss"});
    CHECK(served.curl("/ext/v1/projects", {"-H", with(served.admin())}).status == 401);
    CHECK(served({"serve", "token", "revoke", "boss"}).exit_code == 3);
    const auto again = std::string(trim(served.ok({"serve", "token", "create", "boss", "-q"})));
    CHECK(again != served.admin());
    CHECK(served.curl("/ext/v1/projects", {"-H", with(again)}).status == 200);
}

TEST_CASE("listening wider than this machine needs TLS or leave") {
    const Prevision prevision;
    for (const auto* address : {"0.0.0.0:0", "[::]:0"}) {
        const auto refused = prevision({"serve", "--listen", address});
        CHECK(refused.exit_code == 2);
        CHECK(refused.err.find("--insecure-http") != std::string::npos);
    }
    const auto running = prevision.start({"serve", "--listen", "0.0.0.0:0", "--insecure-http"});
    CHECK(testing::wait_for_url(*running).starts_with("http://0.0.0.0:"));
}

TEST_CASE("addresses that are none, files that are none, and ports that are taken are refused") {
    const Served served;
    for (const auto* address : {"127.0.0.1", "127.0.0.1:99999", "127.0.0.1:x", ":80", "::1:80", ""}) {
        CAPTURE(address);
        CHECK(served({"serve", "--listen", address}).exit_code == 2);
    }
    CHECK(served({"serve", "--listen", "127.0.0.1:" + std::to_string(served.port())}).exit_code == 6);
    CHECK(served({"serve", "--tls-cert", "/nowhere.pem"}).exit_code == 2);
    CHECK(served({"serve", "--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.key"}).exit_code == 7);
    CHECK(served({"serve", "--max-body", "lots"}).exit_code == 2);
    CHECK(served({"--url", "http://x", "serve"}).exit_code == 2);
}

TEST_CASE("TLS serves with a certificate of one's own") {
    const Prevision folder;
    testing::shell("mkdir -p " + folder.file("tls").string());
    const auto pem = testing::make_certificate(folder.file("tls"), "IP:127.0.0.1");
    const Served served({"--tls-cert", pem.certificate.string(), "--tls-key", pem.key.string()});
    CHECK(served.url().starts_with("https://127.0.0.1:"));
    CHECK(served.curl("/healthz").status == 0);
    const std::string trusted = pem.certificate.string();
    CHECK(served.curl("/healthz", {"--cacert", trusted}).status == 200);
    CHECK(served.curl("/ext/v1/projects", {"--cacert", trusted, "-H", with(served.admin())}).status == 200);
    CHECK(served.curl("/healthz", {"--cacert", trusted, "--tls-max", "1.1"}).status == 0);
    // Plain HTTP on the port harms nobody.
    const testing::RawClient plain(served.port());
    plain.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(plain.read_all().find("200") == std::string::npos);
    CHECK(served.curl("/healthz", {"--cacert", trusted}).status == 200);
}

TEST_CASE("the access log tells each request, and no secret") {
    Served served({"--log", "json"});
    const auto project = served.project();
    CHECK(served
              .call("POST", "/projects/" + project + "/connectors?x=querysecret",
                    R"({"type":"FTP","name":"a","host":"h","username":"u","password":"hush-hush"})")
              .status == 200);
    CHECK(served.curl("/ext/v1/projects", {"-H", "Authorization: prv_wrongtoken"}).status == 401);
    CHECK(served.curl("/a%22b\"c").status == 401);
    served.process().signal(SIGTERM);
    const auto result = served.process().wait();
    CHECK(result.exit_code == 0);
    const auto has = [&](const std::string& text) { return result.err.find(text) != std::string::npos; };
    CHECK(has(R"("method":"POST","path":"/ext/v1/projects/)" + project + R"(/connectors","status":200)"));
    CHECK(has(R"("status":401)"));
    CHECK(has(R"("token":"boss")"));
    for (const auto& secret :
         {served.admin(), std::string("hush-hush"), std::string("prv_"), std::string("querysecret")})
        CHECK_FALSE(has(secret));
}
