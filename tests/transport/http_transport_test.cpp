#include "transport/http_transport.hpp"

#include <catch2/catch.hpp>

#include "support/raw_server.hpp"
#include "transport/http_fixture.hpp"

using namespace prevision;
using testing::connect_to;
using testing::HttpAnswer;
using testing::HttpRequest;
using testing::HttpServer;
using testing::make_request;
using testing::MemorySource;

namespace {

HttpAnswer answer_empty_object(const HttpRequest& /*request*/) { return {.body = "{}"}; }

}  // namespace

TEST_CASE("the platform's URL may end in a slash or in the API's root, and lie below a path") {
    const HttpServer server(answer_empty_object);
    struct Row {
        const char* suffix;
        const char* target;
    };
    for (const auto& row :
         {Row{"", "/ext/v1/version"}, Row{"/", "/ext/v1/version"}, Row{"/ext/v1", "/ext/v1/version"},
          Row{"/ext/v1/", "/ext/v1/version"}, Row{"/a/b", "/a/b/ext/v1/version"},
          Row{"/a%20b//", "/a%20b/ext/v1/version"}, Row{"/next/v1", "/next/v1/ext/v1/version"}}) {
        CAPTURE(row.suffix);
        const auto transport = connect_to(server.url() + row.suffix);
        CHECK(transport->send(make_request("GET", "/version")).status == 200);
        CHECK(server.requests().back().target == row.target);
    }
}

TEST_CASE("a URL that cannot be the platform's is refused before any call, without its password") {
    for (const std::string url : {"", "cloud.example.com", "ftp://h", "http://", "http://h/?a=b",
                                  "http://h/#a", "http://user:secret@h:99999", "user:secret@h"}) {
        CAPTURE(url);
        try {
            connect_to(url);
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::invalid);
            CHECK_THAT(error.what(), Catch::StartsWith("the platform's URL cannot be right: '") &&
                                         !Catch::Contains("secret"));
            CHECK_THAT(error.hint(), !Catch::Contains("secret"));
        }
    }
}

TEST_CASE("a user and a password in the URL are neither sent nor shown") {
    const HttpServer server(answer_empty_object);
    const auto transport = connect_to("http://user:secret@127.0.0.1:" + std::to_string(server.port()));
    transport->send(make_request("GET", "/version"));
    CHECK(server.requests().back().header("Authorization") == "the-token");
    CHECK(transport->description() == server.url());
}

TEST_CASE("a token or a header with a line break is refused") {
    auto settings = testing::http_settings("http://127.0.0.1:1");
    settings.token = Secret("abc\r\nX-Evil: 1");
    try {
        transport::make_http_transport(std::move(settings));
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), !Catch::Contains("abc"));
    }
    auto request = make_request("GET", "/version");
    request.headers.push_back({"X-Name", "a\nb"});
    CHECK_THROWS_AS(connect_to("http://127.0.0.1:1")->send(request), Error);
}

TEST_CASE("a request carries the bare token, and says what it sends and takes") {
    const HttpServer server(answer_empty_object);
    const auto transport = connect_to(server.url());
    transport->send(make_request("POST", "/projects", R"({"name":"é"})"));
    const auto request = server.requests().back();
    CHECK(request.method == "POST");
    CHECK(request.header("Authorization") == "the-token");
    CHECK(request.header("User-Agent") == "prevision/test");
    CHECK(request.header("Accept") == "application/json");
    CHECK(request.header("Accept-Encoding") == "gzip");
    CHECK(request.header("Content-Type") == "application/json; charset=utf-8");
    CHECK(request.header("Content-Length") == "13");
    CHECK(request.header("Expect").empty());
    CHECK(request.body == R"({"name":"é"})");
}

TEST_CASE("a request's own headers stand, but for the token") {
    const HttpServer server(answer_empty_object);
    auto request = make_request("POST", "/x", "a=b");
    request.headers = {{"content-type", "text/plain"}, {"authorization", "another"}};
    connect_to(server.url())->send(request);
    const auto got = server.requests().back();
    CHECK(got.header("Content-Type") == "text/plain");
    CHECK(got.header("Authorization") == "the-token");
}

TEST_CASE("every method arrives as it is, with and without a body") {
    const HttpServer server(answer_empty_object);
    const auto transport = connect_to(server.url());
    for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
        for (const std::string body : {"", "{}"}) {
            if (method == "GET" && !body.empty()) continue;  // the test's server does not read it
            CAPTURE(method, body);
            CHECK(transport->send(make_request(method, "/x", body)).status == 200);
            const auto request = server.requests().back();
            CHECK(request.method == method);
            CHECK(request.body == body);
            CHECK(request.header("Content-Type") == (body.empty() ? "" : "application/json; charset=utf-8"));
            CHECK(request.header("Transfer-Encoding").empty());
        }
    }
}

TEST_CASE("a header may be empty") {
    std::string head;
    const testing::RawServer server([&](testing::RawConnection& client) {
        head = client.read_head();
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    auto request = make_request("GET", "/x");
    request.headers = {{"X-Empty", ""}};
    connect_to(server.url())->send(request);
    CHECK_THAT(head, Catch::Contains("\r\nX-Empty:\r\n"));
}

TEST_CASE("a GET may carry a body") {
    std::string head;
    std::string body;
    testing::RawServer server([&](testing::RawConnection& client) {
        head = client.read_head();
        body = client.read(2);
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    CHECK(connect_to(server.url())->send(make_request("GET", "/x", "{}")).status == 200);
    CHECK_THAT(head, Catch::StartsWith("GET /ext/v1/x HTTP/1.1\r\n"));
    CHECK(body == "{}");
}

TEST_CASE("a path is sent as it is written, whatever names it holds") {
    const HttpServer server(answer_empty_object);
    const auto transport = connect_to(server.url());
    for (const std::string path :
         {"/a/../b", "/a/%2E%2E/b?c=%2F%25", "/connectors/1/databases/../tables", "/x?page=1&q=a+b", "//x"}) {
        CAPTURE(path);
        transport->send(make_request("GET", path));
        CHECK(server.requests().back().target == "/ext/v1" + path);
    }
}

TEST_CASE("every answer is an answer, whatever its status") {
    const HttpServer server([](const HttpRequest& request) {
        return HttpAnswer{.status = std::stoi(request.target.substr(std::string("/ext/v1/").size())),
                          .body = R"({"message":"so"})",
                          .headers = {{"X-Here", "  yes "}, {"Retry-After", "7"}}};
    });
    const auto transport = connect_to(server.url());
    for (const int status : {200, 201, 206, 226, 400, 401, 404, 409, 429, 500, 503, 599}) {
        CAPTURE(status);
        const auto response = transport->send(make_request("GET", "/" + std::to_string(status)));
        CHECK(response.status == status);
        CHECK(response.body == R"({"message":"so"})");
        CHECK(transport::find_header(response.headers, "retry-after") == "7");
        CHECK(transport::find_header(response.headers, "x-here") == "yes");
    }
}

TEST_CASE("an answer may be empty") {
    const HttpServer server([](const HttpRequest& request) {
        return HttpAnswer{.status = request.method == "DELETE" ? 204 : 200};
    });
    const auto transport = connect_to(server.url());
    CHECK(transport->send(make_request("GET", "/x")).body.empty());
    const auto deleted = transport->send(make_request("DELETE", "/x"));
    CHECK(deleted.status == 204);
    CHECK(deleted.body.empty());
    StringSink sink;
    auto request = make_request("GET", "/x");
    request.sink = &sink;
    CHECK(transport->send(request).status == 200);
    CHECK(sink.text.empty());
}

TEST_CASE("one connection serves call after call") {
    const HttpServer server(answer_empty_object);
    const auto transport = connect_to(server.url());
    for (int i = 0; i < 10; ++i) transport->send(make_request(i % 2 == 0 ? "GET" : "POST", "/x"));
    const auto requests = server.requests();
    REQUIRE(requests.size() == 10);
    for (const auto& request : requests) CHECK(request.remote_port == requests[0].remote_port);
}

TEST_CASE("a compressed answer arrives as it was before") {
    const std::string text(100'000, 'a');
    const HttpServer server([&](const HttpRequest&) { return HttpAnswer{.body = "\"" + text + "\""}; });
    const auto response = connect_to(server.url())->send(make_request("GET", "/x"));
    CHECK(transport::find_header(response.headers, "Content-Encoding") == "gzip");
    CHECK(response.body == "\"" + text + "\"");
}

TEST_CASE("a download is not compressed on the way, since one that breaks off would not be noticed") {
    const HttpServer server([](const HttpRequest&) { return HttpAnswer{.body = std::string(100'000, 'a')}; });
    StringSink sink;
    auto request = make_request("GET", "/x");
    request.sink = &sink;
    const auto response = connect_to(server.url())->send(request);
    CHECK(server.requests().back().header("Accept-Encoding") == "identity");
    CHECK_FALSE(transport::find_header(response.headers, "Content-Encoding"));
    CHECK(sink.text == std::string(100'000, 'a'));
}

TEST_CASE("the sink takes the body of a success, and of nothing else") {
    const HttpServer server([](const HttpRequest& request) {
        return HttpAnswer{.status = request.target.ends_with("good") ? 200 : 404, .body = "body"};
    });
    const auto transport = connect_to(server.url());
    StringSink sink;
    auto request = make_request("GET", "/good");
    request.sink = &sink;
    CHECK(transport->send(request).body.empty());
    CHECK(sink.text == "body");
    CHECK(server.requests().back().header("Accept") == "*/*");
    request.path = "/bad";
    CHECK(transport->send(request).body == "body");
    CHECK(sink.text == "body");
}

TEST_CASE("a redirect within the host is followed, with method, body and token") {
    const HttpServer server([](const HttpRequest& request) {
        if (request.target == "/ext/v1/projects/") return HttpAnswer{.body = "here"};
        return HttpAnswer{.status = std::stoi(request.header("X-Status")),
                          .body = "moved",
                          .headers = {{"Location", "/ext/v1/projects/"}}};
    });
    const auto transport = connect_to(server.url());
    MemorySource upload("from a file");
    for (const int status : {301, 302, 307, 308}) {
        for (const bool streamed : {false, true}) {
            CAPTURE(status, streamed);
            auto request = make_request("POST", "/projects", streamed ? "" : "from a file");
            request.headers = {{"X-Status", std::to_string(status)}};
            if (streamed) request.upload = &upload;
            upload.position = 0;
            CHECK(transport->send(request).body == "here");
            const auto last = server.requests().back();
            CHECK(last.method == "POST");
            CHECK(last.body == "from a file");
            CHECK(last.header("Authorization") == "the-token");
        }
    }
    auto see_other = make_request("POST", "/projects", "{}");
    see_other.headers = {{"X-Status", "303"}};
    CHECK(transport->send(see_other).body == "here");
    CHECK(server.requests().back().method == "GET");
    CHECK(server.requests().back().body.empty());
}

TEST_CASE("a redirect elsewhere is not followed, and the token stays") {
    const HttpServer other(answer_empty_object);
    std::string location;
    const HttpServer server([&](const HttpRequest&) {
        return HttpAnswer{.status = 302, .body = "moved", .headers = {{"Location", location}}};
    });
    const auto transport = connect_to(server.url());
    struct Row {
        std::string location;
        std::string shown;
    };
    const std::string port = std::to_string(server.port());
    for (const auto& row :
         {Row{other.url() + "/secret?token=1", other.url() + ","},
          Row{"http://localhost:" + port, "http://localhost:" + port + ","},
          Row{"//nowhere.invalid/x", "http://nowhere.invalid,"},
          Row{"http://user:secret@nowhere.invalid/", "http://nowhere.invalid,"},
          Row{"ftp://127.0.0.1/", "an invalid address,"}, Row{"file:///etc/passwd", "an invalid address,"}}) {
        CAPTURE(row.location);
        location = row.location;
        try {
            transport->send(make_request("GET", "/x"));
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::invalid);
            CHECK(error.what() == "cannot call " + server.url() + ": it redirects to " + row.shown +
                                      " where the token must not go");
            CHECK_THAT(error.hint(), !Catch::Contains("secret"));
        }
    }
    CHECK(other.requests().empty());
}

TEST_CASE("redirects in a circle end, and what creates is sent once") {
    const HttpServer server([](const HttpRequest& request) {
        return HttpAnswer{.status = 307, .headers = {{"Location", request.target}}};
    });
    CHECK_THROWS_WITH(connect_to(server.url())->send(make_request("POST", "/x")),
                      "cannot call " + server.url() + ": it redirects in a circle");
    CHECK(server.requests().size() == 1);
}

TEST_CASE("redirects that lead on and on end") {
    const HttpServer server([](const HttpRequest& request) {
        return HttpAnswer{.status = 307, .headers = {{"Location", request.target + "x"}}};
    });
    CHECK_THROWS_WITH(connect_to(server.url())->send(make_request("GET", "/x")),
                      "cannot call " + server.url() + ": it redirects more than 10 times");
    CHECK(server.requests().size() == 11);
}

TEST_CASE("a redirect that names no place is an answer") {
    const HttpServer server([](const HttpRequest&) { return HttpAnswer{.status = 302, .body = "?"}; });
    CHECK(connect_to(server.url())->send(make_request("GET", "/x")).status == 302);
}

TEST_CASE("a proxy that the environment names is asked, unless it is told not to be") {
    const HttpServer proxy([](const HttpRequest&) { return HttpAnswer{.body = "from the proxy"}; });
    const auto request = make_request("GET", "/x");
    CHECK(connect_to("http://nowhere.invalid", {{"http_proxy", proxy.url()}})->send(request).body ==
          "from the proxy");
    CHECK(proxy.requests().back().target == "http://nowhere.invalid/ext/v1/x");

    const HttpServer server(answer_empty_object);
    CHECK(connect_to(server.url(), {{"http_proxy", proxy.url()}, {"no_proxy", "127.0.0.1"}})
              ->send(request)
              .body == "{}");
    CHECK(proxy.requests().size() == 1);
}

TEST_CASE("a proxy that refuses to connect means that nothing arrived, and its password is not shown") {
    testing::RawServer proxy([](testing::RawConnection& client) {
        client.read_head();
        client.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    });
    const auto transport =
        connect_to("https://nowhere.invalid",
                   {{"https_proxy", "http://user:secret@127.0.0.1:" + std::to_string(proxy.port())}});
    try {
        transport->send(make_request("POST", "/x"));
        FAIL("no error");
    } catch (const transport::TransportError& error) {
        CHECK_FALSE(error.may_have_arrived());
        CHECK(std::string(error.what()) ==
              "cannot reach nowhere.invalid:443: the proxy refused to connect to it (status 407)");
        CHECK_THAT(error.hint(), Catch::Contains("https_proxy") && !Catch::Contains("secret"));
    }
}
