#include <atomic>

#include <catch2/catch.hpp>

#include "remote/remote_fixture.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

/// Fails the first requests with an answer, then serves an empty list and creates what it is asked to.
HttpServer::Handler failing_first(int failures, HttpAnswer failure, std::atomic<int>& count) {
    return [=, &count](const HttpRequest& request) -> HttpAnswer {
        if (request.method == "GET" && count++ < failures) return failure;
        if (request.method == "GET") return {.body = empty_page};
        return {.body = R"({"_id":"00000000000000000000000c","name":"x"})"};
    };
}

}  // namespace

TEST_CASE("503 and then 200 is a success") {
    std::atomic<int> count = 0;
    const HttpServer server(failing_first(2, {.status = 503, .body = "<html>"}, count));
    const auto result = RemoteProgram(server.url())({"connector", "list", "-o", "json"});
    CHECK(result.exit_code == 0);
    CHECK(result.out == "[]\n");
    CHECK(result.err.empty());
    CHECK(server.requests().size() == 3);
}

TEST_CASE("429 with Retry-After is waited for") {
    std::atomic<int> count = 0;
    const HttpServer server(failing_first(1, {.status = 429, .headers = {{"Retry-After", "1"}}}, count));
    const RemoteProgram prevision(server.url());
    ProgramResult result;
    const double seconds = seconds_of([&] { result = prevision({"connector", "list"}); });
    CHECK(result.exit_code == 0);
    CHECK(seconds >= 1);
    CHECK(server.requests().size() == 2);
}

TEST_CASE("after the last retry the failure is told, and no retry goes past the time limit") {
    std::atomic<int> count = 0;
    const HttpServer server(failing_first(1000, {.status = 503}, count));
    const RemoteProgram prevision(server.url());
    CHECK(prevision({"connector", "list", "--retries", "1"}).exit_code == 5);
    CHECK(server.requests().size() == 2);
    const auto result = prevision({"connector", "list", "--retries", "1000", "--timeout", "1"});
    CHECK(result.exit_code == 5);
    CHECK(count_lines(result.err, "prevision: ") == 1);
    CHECK(server.requests().size() < 8);
}

TEST_CASE("a connection that is refused is tried again, also for what creates") {
    const ClosedPort closed;
    const RemoteProgram prevision("http://127.0.0.1:" + std::to_string(closed.port()));
    const auto result = prevision({"project", "create", "x", "--if-exists", "duplicate", "--retries", "1"});
    CHECK(result.exit_code == 5);
    CHECK_THAT(result.err, Catch::Contains("connection refused"));
}

TEST_CASE("what creates is not sent again after an answer that may come from anywhere") {
    for (const int status : {429, 500, 502, 503, 504}) {
        const HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
            if (request.method == "GET") return {.body = empty_page};
            return {.status = status, .headers = {{"Retry-After", "0"}}};
        });
        const auto result =
            RemoteProgram(server.url())({"connector", "create", "x", "--type", "SQL", "--host", "db"});
        CHECK(result.exit_code == 5);
        int posts = 0;
        for (const auto& request : server.requests()) posts += request.method == "POST" ? 1 : 0;
        CHECK(posts == 1);
    }
}

TEST_CASE("a connection that dies while it is kept does not create twice") {
    std::atomic<int> posts = 0;
    // Answers one request a connection and keeps it open, then closes at the sight of the next one.
    const RawServer server([&](RawConnection& client) {
        const auto first = client.read_request();
        if (first.starts_with("POST ")) {
            ++posts;
            return;
        }
        client.send(http_answer("200 OK", empty_page));
        if (client.read_request().starts_with("POST ")) ++posts;
    });
    const auto result =
        RemoteProgram(server.url())({"connector", "create", "x", "--type", "SQL", "--host", "db"});
    CHECK(result.exit_code == 5);
    CHECK(posts == 1);
}

TEST_CASE("a delete whose answer was lost is done, not missing") {
    std::atomic<int> deletes = 0;
    const std::string connector = R"({"_id":"00000000000000000000000c","name":"x"})";
    const RawServer server([&](RawConnection& client) {
        for (auto head = client.read_head(); !head.empty(); head = client.read_head()) {
            if (head.starts_with("GET ")) {
                client.send(http_answer("200 OK", connector));
            } else if (deletes++ == 0) {
                return;
            } else {
                client.send(http_answer("404 Not Found", R"({"message":"ConnectorNotFound"})"));
            }
        }
    });
    const auto result =
        RemoteProgram(server.url())({"connector", "delete", "00000000000000000000000c", "--yes"});
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(deletes == 2);
}
