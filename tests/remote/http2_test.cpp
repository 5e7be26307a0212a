// Through nginx, as in front of many platforms: HTTP/2 over TLS, and as a proxy that the environment names.
#include <fstream>
#include <set>

#include <catch2/catch.hpp>

#include "remote/remote_fixture.hpp"
#include "support/certificate.hpp"
#include "support/raw_server.hpp"
#include "support/server_process.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

/// nginx before a platform: TLS with HTTP/2, or a forward proxy for plain HTTP. Tells in its log how it was
/// spoken to.
class Nginx {
  public:
    Nginx(const std::string& platform, bool http2) : process_("nobody"), port_(find_free_port()) {
        certificate_ = make_certificate(process_.folder(), "IP:127.0.0.1");
        std::filesystem::permissions(certificate_.key, std::filesystem::perms::all);
        const auto server =
            http2 ? fmt::format(
                        "listen 127.0.0.1:{} ssl http2; ssl_certificate {}; ssl_certificate_key {};\n"
                        "location / {{ proxy_pass {}; }}",
                        port_, certificate_.certificate.string(), certificate_.key.string(), platform)
                  : fmt::format("listen 127.0.0.1:{}; location / {{ proxy_pass http://$http_host; }}", port_);
        std::ofstream(process_.folder() / "nginx.conf")
            << "daemon off; master_process off; pid nginx.pid; error_log stderr;\n"
               "events {}\n"
               "http { log_format how '$server_protocol $connection $request_uri'; access_log access.log "
               "how;\n"
               "client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; "
               "scgi_temp_path t5;\n"
               "server { "
            << server << " } }\n";
        process_.start(
            {find_program("nginx"), "-p", process_.folder().string(), "-e", "stderr", "-c", "nginx.conf"});
        process_.wait_until([&] { return std::filesystem::exists(process_.folder() / "nginx.pid"); });
    }

    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] std::string certificate() const { return certificate_.certificate.string(); }

    /// A request a line: the protocol, the connection's number, the URL.
    [[nodiscard]] std::string log() const {
        return shell("cat " + (process_.folder() / "access.log").string());
    }

  private:
    ServerProcess process_;
    int port_;
    Certificate certificate_;
};

HttpAnswer answer_pages(const HttpRequest& request) {
    const int page = page_number(request.target);
    return {.body = page_of_connectors((page - 1) * 10, page * 10, 300, 10, page)};
}

}  // namespace

TEST_CASE("HTTP/2 is spoken where it is offered, and all pages go over one connection") {
    const HttpServer platform(answer_pages);
    const Nginx nginx(platform.url(), true);
    const RemoteProgram prevision("https://" + nginx.address());
    const auto result = prevision({"connector", "list", "-q"}, {{"CURL_CA_BUNDLE", nginx.certificate()}});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK(count_lines(result.out, "") == 300);
    const auto log = nginx.log();
    CHECK(count_lines(log, "HTTP/2.0 ") == 30);
    std::set<std::string> connections;
    for (std::size_t at = 0; at < log.size(); at = log.find('\n', at) + 1) {
        const auto begin = log.find(' ', at) + 1;
        connections.insert(log.substr(begin, log.find(' ', begin) - begin));
    }
    CHECK(connections.size() == 1);
    CHECK(platform.requests().front().header("Authorization") == token);
}

TEST_CASE("a call that creates, too, and an answer of an error, come through HTTP/2") {
    const HttpServer platform([](const HttpRequest& request) -> HttpAnswer {
        if (request.method == "POST") return {.body = R"({"_id":"00000000000000000000000c","name":"x"})"};
        if (request.method == "DELETE") return {.status = 409, .body = R"({"message":"in use"})"};
        return {.body = request.target.find("page=") == std::string::npos
                            ? R"({"_id":"00000000000000000000000c","name":"x"})"
                            : empty_page};
    });
    const Nginx nginx(platform.url(), true);
    const RemoteProgram prevision("https://" + nginx.address());
    const std::map<std::string, std::string> trust{{"CURL_CA_BUNDLE", nginx.certificate()}};
    CHECK(prevision({"connector", "create", "x", "--type", "SQL", "--host", "db", "-q"}, trust).out ==
          "00000000000000000000000c\n");
    CHECK(prevision({"connector", "delete", "00000000000000000000000c", "--yes"}, trust).exit_code == 6);
    // To create: is the name free, the creation, is the name still alone. To delete: the object, and its deletion.
    CHECK(count_lines(nginx.log(), "HTTP/2.0 ") == 5);
}

TEST_CASE("a proxy that the environment names is used") {
    const HttpServer platform([](const HttpRequest&) { return HttpAnswer{.body = empty_page}; });
    const Nginx proxy(platform.url(), false);
    const RemoteProgram prevision(platform.url());
    CHECK(prevision({"connector", "list"}, {{"http_proxy", "http://" + proxy.address()}}).exit_code == 0);
    CHECK(count_lines(proxy.log(), "HTTP/1.1 ") == 1);
    CHECK(prevision({"connector", "list"},
                    {{"http_proxy", "http://" + proxy.address()}, {"no_proxy", "127.0.0.1"}})
              .exit_code == 0);
    CHECK(count_lines(proxy.log(), "HTTP/1.1 ") == 1);
    CHECK(platform.requests().size() == 2);
}

TEST_CASE("a proxy is asked to connect for https, and the token is seen by the platform alone") {
    const TemporaryDirectory folder;
    const auto certificate = make_certificate(folder.path(), "IP:127.0.0.1");
    const HttpServer platform([](const HttpRequest&) { return HttpAnswer{.body = empty_page}; },
                              certificate.certificate, certificate.key);
    std::string asked;
    const RawServer proxy([&](RawConnection& client) {
        asked = client.read_head();
        client.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    });
    const auto result = RemoteProgram(platform.url())({"connector", "list", "--retries", "0"},
                                                      {{"HTTPS_PROXY", proxy.url()}});
    CHECK(result.exit_code == 5);
    CHECK_THAT(result.err, Catch::Contains("the proxy refused to connect"));
    CHECK_THAT(asked, Catch::StartsWith("CONNECT 127.0.0.1:"));
    CHECK(asked.find(token) == std::string::npos);
    CHECK(platform.requests().empty());
}
