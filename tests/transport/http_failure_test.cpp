// What the far side can do wrong, by intent or by accident.
#include <catch2/catch.hpp>

#include "support/raw_server.hpp"
#include "transport/http_fixture.hpp"

using namespace prevision;
using namespace std::chrono_literals;
using testing::connect_to;
using testing::make_request;
using testing::RawConnection;
using testing::RawServer;

namespace {

struct Failure {
    std::string message;
    std::string hint;
    bool may_have_arrived = false;
};

Failure failure_of(transport::Transport& transport, const transport::Request& request) {
    try {
        const auto response = transport.send(request);
        FAIL("an answer came: " << response.status << " " << response.body);
    } catch (const transport::TransportError& error) {
        CHECK(error.error_class() == ErrorClass::unreachable);
        CHECK_THAT(error.what(), !Catch::Contains("the-token"));
        return {error.what(), error.hint(), error.may_have_arrived()};
    }
    return {};
}

std::string at(int port) { return "127.0.0.1:" + std::to_string(port); }

/// A server that reads a request, answers with exactly these bytes, and closes.
RawServer::Script answer(std::string bytes) {
    return [bytes = std::move(bytes)](RawConnection& client) {
        client.read_head();
        client.send(bytes);
    };
}

}  // namespace

TEST_CASE("a connection that is refused means that nothing arrived") {
    const testing::ClosedPort closed;
    const auto transport = connect_to("http://" + at(closed.port()));
    const auto failure = failure_of(*transport, make_request("POST", "/projects", "{}"));
    CHECK(failure.message == "cannot reach " + at(closed.port()) + ": connection refused");
    CHECK(failure.hint == "check the URL, the network, and that the platform runs");
    CHECK_FALSE(failure.may_have_arrived);
}

TEST_CASE("a name that does not resolve means that nothing arrived") {
    const auto transport = connect_to("http://nowhere.invalid");
    const auto failure = failure_of(*transport, make_request("POST", "/projects"));
    CHECK(failure.message == "cannot reach nowhere.invalid:80: its name does not resolve");
    CHECK_FALSE(failure.may_have_arrived);
}

TEST_CASE("no answer to the attempt to connect means that nothing arrived") {
    const testing::SilentPort silent;
    auto settings = testing::http_settings("http://" + at(silent.port()));
    auto request = make_request("POST", "/projects");
    SECTION("within the time to connect") { settings.connect_timeout = 100ms; }
    SECTION("within the time of the call") { request.timeout = 100ms; }
    const auto transport = transport::make_http_transport(std::move(settings));
    const auto failure = failure_of(*transport, request);
    CHECK(failure.message == "cannot reach " + at(silent.port()) + ": no connection in time");
    CHECK_FALSE(failure.may_have_arrived);
}

TEST_CASE("an answer that is none, or not whole, is a failure after which the request may have arrived") {
    struct Row {
        std::string name;
        std::string bytes;
        std::string reason;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", "", "the connection was closed before an answer came"},
        {"half a status line", "HTTP/1.1 20", "the connection was closed before an answer came"},
        {"half a head", "HTTP/1.1 200 OK\r\nContent-Le", "the answer was cut short"},
        {"a head without its end", "HTTP/1.1 204 No Content\r\nX-One: 1\r\n", "the answer was cut short"},
        {"no body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "the answer was cut short"},
        {"a short body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}", "the answer was cut short"},
        {"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
         "the answer was cut short"},
        {"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
         "the answer was cut short"},
        {"garbage", "SSH-2.0-OpenSSH_9.2p1\r\n", "the server does not speak HTTP"},
        {"binary garbage", std::string("\0\1\2\3\xff\xfe\n\n", 8), "the server does not speak HTTP"},
        {"another version", "HTTP/9.9 200 OK\r\n\r\n", "the server does not speak HTTP"},
        {"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
         "the server does not speak HTTP"},
        {"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n{}",
         "the server does not speak HTTP"},
        {"a compression that is none",
         "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
         "the answer's compression is damaged"},
    }));
    CAPTURE(row.name);
    const RawServer server(answer(row.bytes));
    const auto transport = connect_to(server.url());
    const auto failure = failure_of(*transport, make_request("GET", "/projects?page=1"));
    CHECK(failure.message == "cannot call GET /projects at " + at(server.port()) + ": " + row.reason);
    CHECK(failure.may_have_arrived);
}

TEST_CASE("a connection that is reset is a failure after which the request may have arrived") {
    const RawServer server([](RawConnection& client) {
        client.read_head();
        client.reset_at_end();
    });
    const auto transport = connect_to(server.url());
    const auto failure = failure_of(*transport, make_request("POST", "/projects"));
    CHECK_THAT(failure.message, Catch::StartsWith("cannot call POST /projects at " + at(server.port()) +
                                                  ": the connection was lost"));
    CHECK(failure.may_have_arrived);
}

TEST_CASE(
    "an answer that does not come ends with the call's time, after which the request may have arrived") {
    const std::string start =
        GENERATE("", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
    CAPTURE(start);
    const RawServer server([&](RawConnection& client) {
        client.read_head();
        client.send(start);
        client.wait_until_closed();
    });
    const auto transport = connect_to(server.url());
    auto request = make_request("POST", "/projects");
    request.timeout = 100ms;
    const auto failure = failure_of(*transport, request);
    CHECK(failure.message ==
          "cannot call POST /projects at " + at(server.port()) + ": no whole answer within 100 ms");
    CHECK(failure.may_have_arrived);
}

TEST_CASE("the call's time holds for all redirects together") {
    const RawServer server([](RawConnection& client) {
        client.read_head();
        if (client.number() == 0) {
            client.send(
                "HTTP/1.1 307 Moved\r\nLocation: /y\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            return;
        }
        client.wait_until_closed();
    });
    const auto transport = connect_to(server.url());
    auto request = make_request("GET", "/x");
    request.timeout = 100ms;
    CHECK_THAT(failure_of(*transport, request).message, Catch::EndsWith("no whole answer within 100 ms"));
    CHECK(server.connections() == 2);
}

TEST_CASE("a download in which nothing moves any more ends") {
    const RawServer server([](RawConnection& client) {
        client.read_head();
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        client.wait_until_closed();
    });
    auto settings = testing::http_settings(server.url());
    settings.stall_timeout = 100ms;
    const auto transport = transport::make_http_transport(std::move(settings));
    StringSink sink;
    auto request = make_request("GET", "/datasets/1/download");
    request.sink = &sink;
    const auto failure = failure_of(*transport, request);
    CHECK(failure.message == "cannot call GET /datasets/1/download at " + at(server.port()) +
                                 ": the transfer stood still for too long");
    CHECK(sink.text == "half");
}

TEST_CASE("an endless answer ends at the limit of what is held") {
    struct Row {
        const char* status;
        const char* limit;
    };
    const auto row = GENERATE(Row{"200 OK", "64.0 MiB"}, Row{"500 Oops", "1.0 MiB"});
    const RawServer server([&](RawConnection& client) {
        client.read_head();
        client.send("HTTP/1.1 " + std::string(row.status) + "\r\n\r\n");
        const std::string block(1 << 20, ' ');
        while (client.send(block)) continue;
    });
    try {
        connect_to(server.url())->send(make_request("GET", "/x"));
        FAIL("no error");
    } catch (const Error& error) {
        const std::string status(row.status, 3);
        CHECK(error.error_class() == ErrorClass::unreachable);
        CHECK(std::to_string(error.status().value_or(0)) == status);
        CHECK(std::string(error.what()) == "cannot call GET /x at " + at(server.port()) +
                                               ": the answer (status " + status + ") is larger than " +
                                               row.limit);
    }
}

TEST_CASE("an endless head ends") {
    const RawServer server([&](RawConnection& client) {
        client.read_head();
        client.send("HTTP/1.1 200 OK\r\n");
        while (client.send("X-More: and more and more and more\r\n")) continue;
    });
    const auto transport = connect_to(server.url());
    CHECK(failure_of(*transport, make_request("GET", "/x")).may_have_arrived);
}

TEST_CASE("bytes after an answer are no part of it, nor of the next one") {
    const RawServer server([](RawConnection& client) {
        while (!client.read_head().empty()) {
            if (!client.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 500 Smuggled\r\n"
                             "Content-Length: 0\r\n\r\n"))
                return;
        }
    });
    const auto transport = connect_to(server.url());
    for (int i = 0; i < 3; ++i) {
        const auto response = transport->send(make_request("GET", "/x"));
        CHECK(response.status == 200);
        CHECK(response.body == "{}");
    }
}

TEST_CASE("an answer after an interim one is the answer, with its own headers") {
    const RawServer server(
        answer("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Folded: a\r\n b\r\n"
               "X-Late: 2\r\nContent-Length: 2\r\n\r\n{}"));
    const auto response = connect_to(server.url())->send(make_request("GET", "/x"));
    CHECK(response.status == 200);
    CHECK_FALSE(transport::find_header(response.headers, "X-Early"));
    CHECK(transport::find_header(response.headers, "X-Folded") == "a b");
    CHECK(transport::find_header(response.headers, "X-Late") == "2");
}

TEST_CASE("on a kept connection that dies, a request that changes something is sent once only") {
    // The server answers the first request of its first client and reads the second one, then closes.
    const RawServer server([](RawConnection& client) {
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        client.read_head();
        client.send(answer);
        if (client.number() > 0) return;
        client.read_head();
    });
    const auto transport = connect_to(server.url());
    CHECK(transport->send(make_request("GET", "/first")).status == 200);
    SECTION("POST") {
        const auto failure = failure_of(*transport, make_request("POST", "/second"));
        CHECK(failure.message == "cannot call POST /second at " + at(server.port()) +
                                     ": the connection was closed before an answer came");
        CHECK(failure.may_have_arrived);
    }
    SECTION("GET") { CHECK(transport->send(make_request("GET", "/second")).status == 200); }
}

TEST_CASE("after a failure the next call works") {
    const RawServer server([](RawConnection& client) {
        client.read_head();
        if (client.number() > 0) client.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    });
    const auto transport = connect_to(server.url());
    failure_of(*transport, make_request("GET", "/x"));
    CHECK(transport->send(make_request("GET", "/x")).body == "{}");
}
