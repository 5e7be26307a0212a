#include <fstream>

#include <catch2/catch.hpp>

#include "support/certificate.hpp"
#include "support/raw_server.hpp"
#include "support/temporary_directory.hpp"
#include "transport/http_fixture.hpp"

using namespace prevision;
using testing::connect_to;
using testing::HttpAnswer;
using testing::HttpRequest;
using testing::HttpServer;
using testing::make_request;

namespace {

HttpAnswer answer_hello(const HttpRequest& /*request*/) { return {.body = "hello"}; }

std::string failure_of(const std::string& url, const std::map<std::string, std::string>& environment,
                       std::string* hint = nullptr) {
    try {
        connect_to(url, environment)->send(make_request("POST", "/x"));
    } catch (const transport::TransportError& error) {
        CHECK(error.error_class() == ErrorClass::unreachable);
        CHECK_FALSE(error.may_have_arrived());
        if (hint != nullptr) *hint = error.hint();
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("a certificate is trusted when the environment names it, and not otherwise") {
    const testing::TemporaryDirectory folder;
    const auto files = testing::make_certificate(folder.path(), "IP:127.0.0.1");
    const HttpServer server(answer_hello, files.certificate, files.key);
    const std::string at = "127.0.0.1:" + std::to_string(server.port());

    std::string hint;
    CHECK(failure_of(server.url(), {}, &hint) ==
          "cannot reach " + at + ": its certificate is not trusted: self-signed certificate");
    CHECK_THAT(hint, Catch::Contains("CURL_CA_BUNDLE"));
    CHECK(server.requests().empty());

    const auto request = make_request("GET", "/x");
    const std::string file = files.certificate.string();
    CHECK(connect_to(server.url(), {{"CURL_CA_BUNDLE", file}})->send(request).body == "hello");
    CHECK(connect_to(server.url(), {{"SSL_CERT_FILE", file}})->send(request).body == "hello");
    CHECK(server.requests().back().header("Authorization") == "the-token");
}

TEST_CASE("a certificate of another host is not trusted") {
    const testing::TemporaryDirectory folder;
    const auto files = testing::make_certificate(folder.path(), "DNS:other.example.com");
    const HttpServer server(answer_hello, files.certificate, files.key);
    CHECK_THAT(failure_of(server.url(), {{"CURL_CA_BUNDLE", files.certificate.string()}}),
               Catch::Contains("its certificate is not trusted: ") && Catch::Contains("127.0.0.1"));
    CHECK(server.requests().empty());
}

TEST_CASE("a file of certificates that cannot be read is named") {
    const testing::TemporaryDirectory folder;
    const auto files = testing::make_certificate(folder.path(), "IP:127.0.0.1");
    const HttpServer server(answer_hello, files.certificate, files.key);
    const auto broken = folder / "broken.pem";
    std::ofstream(broken) << "no certificate";
    for (const auto& path : {folder / "missing.pem", broken}) {
        std::string hint;
        CHECK_THAT(failure_of(server.url(), {{"CURL_CA_BUNDLE", path.string()}}, &hint),
                   Catch::Contains("the file of trusted certificates cannot be read") &&
                       Catch::Contains(path.string()));
        CHECK_THAT(hint, Catch::Contains("CURL_CA_BUNDLE"));
    }
}

TEST_CASE("https to a port that does not speak it means that nothing arrived") {
    const HttpServer plain(answer_hello);
    std::string hint;
    const std::string message = failure_of("https://127.0.0.1:" + std::to_string(plain.port()), {}, &hint);
    CHECK_THAT(message, Catch::Contains(": the TLS handshake failed: wrong version number"));
    CHECK_THAT(hint, Catch::Contains("HTTPS"));
}

TEST_CASE("a server that goes during the handshake means that nothing arrived") {
    const testing::RawServer server([](testing::RawConnection& client) { client.read(1); });
    const std::string at = "127.0.0.1:" + std::to_string(server.port());
    CHECK_THAT(failure_of("https://" + at, {}),
               Catch::StartsWith("cannot reach " + at + ": the TLS handshake failed: ") &&
                   !Catch::Contains("SSL_ERROR"));
}

TEST_CASE("a redirect goes from plain text to TLS on the same host, and never back") {
    const testing::TemporaryDirectory folder;
    const auto files = testing::make_certificate(folder.path(), "IP:127.0.0.1");
    std::string back;
    const HttpServer secure(
        [&](const HttpRequest&) {
            if (back.empty()) return HttpAnswer{.body = "secure"};
            return HttpAnswer{.status = 302, .headers = {{"Location", back}}};
        },
        files.certificate, files.key);
    const HttpServer plain([&](const HttpRequest& request) {
        return HttpAnswer{.status = 308, .headers = {{"Location", secure.url() + request.target}}};
    });
    const std::map<std::string, std::string> environment{{"CURL_CA_BUNDLE", files.certificate.string()}};
    CHECK(connect_to(plain.url(), environment)->send(make_request("POST", "/x", "{}")).body == "secure");
    CHECK(secure.requests().back().method == "POST");
    CHECK(secure.requests().back().body == "{}");

    const auto before = plain.requests().size();
    back = plain.url();
    CHECK_THROWS_WITH(connect_to(secure.url(), environment)->send(make_request("GET", "/x")),
                      Catch::Contains("it redirects to " + plain.url()));
    CHECK(plain.requests().size() == before);
}
