// What a platform, or what stands in its place, can do wrong: each time the right exit code and one clear
// line, within the time limit, and nothing is sent twice that creates.
#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "remote/remote_fixture.hpp"
#include "support/certificate.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

constexpr double time_limit = 10;  // of the program; a loaded machine needs some of it just to start

struct Hostility {
    std::string name;
    RawServer::Script script;  ///< what is done once the request's head has been read
    int exit_code = 5;
    std::string message;  ///< a part of the line
};

RawServer::Script send(std::string bytes) {
    return [bytes = std::move(bytes)](RawConnection& client) { client.send(bytes); };
}

RawServer::Script send_and_hang(std::string bytes) {
    return [bytes = std::move(bytes)](RawConnection& client) {
        client.send(bytes);
        client.wait_until_closed();
    };
}

RawServer::Script send_for_ever(std::string head, std::string part) {
    return [head = std::move(head), part = std::move(part)](RawConnection& client) {
        client.send(head);
        while (client.send(part)) continue;
    };
}

std::vector<Hostility> hostilities() {
    const std::string html = "<html><body>Sign in to the network</body></html>";
    const std::string page = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    return {
        {"closes at once", send(""), 5, "the connection was closed before an answer came"},
        {"resets", [](RawConnection& client) { client.reset_at_end(); }, 5, "the connection was lost"},
        {"cut in the status line", send("HTTP/1.1 2"), 5, "the connection was closed"},
        {"cut in the head", send("HTTP/1.1 200 OK\r\nContent-Ty"), 5, "the answer was cut short"},
        {"cut before the body", send(page + "Content-Length: 50\r\n\r\n"), 5, "the answer was cut short"},
        {"half a body", send(page + "Content-Length: 50\r\n\r\n{\"items\":[{\"_id\":"), 5,
         "the answer was cut short"},
        {"half a chunk", send(page + "Transfer-Encoding: chunked\r\n\r\n20\r\n{\"items\""), 5,
         "the answer was cut short"},
        {"a length too short", send(page + "Content-Length: 10\r\n\r\n" + empty_page), 5,
         "not a JSON object"},
        {"a length too long", send(page + "Content-Length: 5000\r\n\r\n" + empty_page), 5,
         "the answer was cut short"},
        {"a length that is none", send(page + "Content-Length: -7\r\n\r\n" + empty_page), 5,
         "does not speak HTTP"},
        {"invalid JSON", send(http_answer("200 OK", "{\"items\": [tru")), 5, "not a JSON object"},
        {"JSON that is no object", send(http_answer("200 OK", "[1, 2]")), 5, "not a JSON object"},
        {"no body at all", send(http_answer("200 OK", "")), 5, "not a JSON object"},
        {"40 MB of [", send(http_answer("200 OK", std::string(40'000'000, '['))), 5, "nested too deeply"},
        {"HTML", send(http_answer("200 OK", html)), 5, "not a JSON object"},
        {"HTML of a proxy that fails", send(http_answer("502 Bad Gateway", html)), 5, "answered 502"},
        {"HTML of a proxy that refuses", send(http_answer("403 Forbidden", html)), 4, "answered 403"},
        {"too many requests, for long", send(http_answer("429 Slow", "{}", "Retry-After: 3600\r\n")), 5,
         "429"},
        {"no HTTP", send("220 mail.example.com ESMTP\r\n"), 5, "does not speak HTTP"},
        {"compressed rubbish", send(page + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"), 5,
         "compression is damaged"},
        {"redirects round in a circle",
         send("HTTP/1.1 302 Found\r\nLocation: /x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), 7,
         "redirects in a circle"},
        {"a body that never ends", send_for_ever(page + "\r\n", std::string(1 << 20, ' ')), 5,
         "larger than 64"},
        {"a head that never ends", send_for_ever("HTTP/1.1 200 OK\r\n", "X-More: and more\r\n"), 5, ""},
    };
}

std::vector<Hostility> hanging_hostilities() {
    return {
        {"says nothing", send_and_hang(""), 5, "no whole answer within"},
        {"stops in the head", send_and_hang("HTTP/1.1 200 OK\r\nContent-"), 5, "no whole answer within"},
        {"stops in the body", send_and_hang("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"items\":["), 5,
         "no whole answer within"},
    };
}

/// Serves the script, once the whole request is there; counts what arrives.
class HostileServer {
  public:
    explicit HostileServer(RawServer::Script script)
        : server_([this, script = std::move(script)](RawConnection& client) {
              const auto head = client.read_request();
              if (head.empty()) return;
              ++requests_;
              if (head.starts_with("POST ")) {
                  ++posts_;
              } else if (listing_works_) {
                  client.send(http_answer("200 OK", empty_page, "Connection: close\r\n"));
                  return;
              }
              script(client);
          }) {}

    void let_listing_work() { listing_works_ = true; }
    [[nodiscard]] std::string url() const { return server_.url(); }
    [[nodiscard]] int requests() const { return requests_; }
    [[nodiscard]] int posts() const { return posts_; }

  private:
    std::atomic<int> requests_{0};
    std::atomic<int> posts_{0};
    std::atomic<bool> listing_works_{false};
    RawServer server_;
};

void check_failure(const ProgramResult& result, const Hostility& hostility) {
    INFO(hostility.name << "\n" << result.err);
    CHECK(result.exit_code == hostility.exit_code);
    CHECK(result.out.empty());
    CHECK(count_lines(result.err, "prevision: ") == 1);
    CHECK(count_lines(result.err, "") == 1 + count_lines(result.err, "hint: "));
    CHECK_THAT(result.err, Catch::Contains(hostility.message));
    CHECK(result.err.size() < 1000);
    CHECK(result.err.find(token) == std::string::npos);
}

}  // namespace

TEST_CASE("a hostile answer to a list is one clear line and the right exit code, in time") {
    for (const auto& hostility : hostilities()) {
        HostileServer server(hostility.script);
        const RemoteProgram prevision(server.url());
        ProgramResult result;
        const double seconds = seconds_of([&] {
            result = prevision(
                {"connector", "list", "--timeout", fmt::format("{}", time_limit), "--retries", "1"});
        });
        check_failure(result, hostility);
        INFO(hostility.name);
        CHECK(seconds < time_limit + 5);
        CHECK(server.requests() >= 1);
    }
}

TEST_CASE("a server that hangs is one clear line at the time limit") {
    for (const auto& hostility : hanging_hostilities()) {
        HostileServer server(hostility.script);
        const RemoteProgram prevision(server.url());
        ProgramResult result;
        const double seconds = seconds_of([&] {
            result = prevision({"connector", "list", "--timeout", "500ms"});
        });
        check_failure(result, hostility);
        CHECK(seconds < 10);
    }
}

TEST_CASE("the same hostile answer to what creates is a failure too, and it is sent once only") {
    for (const auto& all : {hostilities(), hanging_hostilities()}) {
        for (const auto& hostility : all) {
            HostileServer server(hostility.script);
            server.let_listing_work();
            const RemoteProgram prevision(server.url());
            const auto result =
                prevision({"connector", "create", "x", "--type", "SQL", "--host", "db", "--timeout",
                           hostility.message == "no whole answer within" ? "700ms" : "10"});
            INFO(hostility.name << "\n" << result.err);
            CHECK(result.exit_code == hostility.exit_code);
            CHECK(count_lines(result.err, "prevision: ") == 1);
            CHECK(server.posts() == (hostility.exit_code == 7 ? 2 : 1));  // to /x, where it was sent on to
        }
    }
}

TEST_CASE("a server that drips is given up at the time limit") {
    std::atomic<bool> stop{false};
    HostileServer server([&](RawConnection& client) {
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while (!stop && client.send(" ")) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    });
    const RemoteProgram prevision(server.url());
    const auto result = prevision({"connector", "list", "--timeout", "500ms"});
    stop = true;
    CHECK(result.exit_code == 5);
    CHECK_THAT(result.err, Catch::Contains("no whole answer within"));
}

TEST_CASE("the token does not follow a redirect to another host") {
    const HttpServer elsewhere([](const HttpRequest&) { return HttpAnswer{.body = empty_page}; });
    for (const int status : {301, 302, 303, 307, 308}) {
        const HttpServer server([&](const HttpRequest& request) {
            return HttpAnswer{.status = status, .headers = {{"Location", elsewhere.url() + request.target}}};
        });
        const RemoteProgram prevision(server.url());
        const auto result = prevision({"connector", "list"});
        INFO(result.err);
        CHECK(result.exit_code == 7);
        CHECK_THAT(result.err, Catch::Contains("it redirects to " + elsewhere.url()));
        CHECK(count_lines(result.err, "prevision: ") == 1);
        CHECK(server.requests().size() == 1);
    }
    CHECK(elsewhere.requests().empty());
}

TEST_CASE("a certificate that is expired or signs itself is not trusted, and gets no token") {
    const TemporaryDirectory folder;
    for (const auto validity : {Validity::current, Validity::expired}) {
        const bool expired = validity == Validity::expired;
        const auto certificate = make_certificate(folder.path(), "IP:127.0.0.1", validity);
        const HttpServer server([](const HttpRequest&) { return HttpAnswer{.body = empty_page}; },
                                certificate.certificate, certificate.key);
        const RemoteProgram prevision(server.url());
        const auto result = expired ? prevision({"connector", "list", "--retries", "0"},
                                                {{"CURL_CA_BUNDLE", certificate.certificate.string()}})
                                    : prevision({"connector", "list", "--retries", "0"});
        INFO(result.err);
        CHECK(result.exit_code == 5);
        CHECK(count_lines(result.err, "prevision: ") == 1);
        CHECK_THAT(result.err, Catch::Contains(expired ? "has expired" : "self-signed certificate"));
        CHECK(server.requests().empty());
    }
}

TEST_CASE("a download that is cut leaves no file, and one that is too long is noticed") {
    const std::string dataset =
        R"({"_id":"00000000000000000000000b","name":"d","copy_state":"done","describe_state":"done",)"
        R"("drift_state":"done","bytes":10})";
    const std::string cut = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    const std::string endless = "HTTP/1.1 200 OK\r\n\r\n";
    for (const bool is_cut : {true, false}) {
        const RawServer platform([&](RawConnection& client) {
            for (auto head = client.read_head(); !head.empty(); head = client.read_head()) {
                if (head.find("/download") == std::string::npos) {
                    client.send(http_answer("200 OK", dataset));
                    continue;
                }
                client.send(is_cut ? cut : endless);
                while (!is_cut && client.send(std::string(1 << 16, 'x'))) continue;
                return;
            }
        });
        const RemoteProgram prevision(platform.url());
        const auto file = prevision.file("out.csv");
        const auto result = prevision(
            {"dataset", "download", "00000000000000000000000b", "--to", file.string(), "--retries", "0"});
        INFO(result.err);
        CHECK(result.exit_code == (is_cut ? 5 : 9));
        CHECK(count_lines(result.err, "prevision: ") == 1);
        CHECK_FALSE(std::filesystem::exists(file));
    }
}

TEST_CASE("a download whose server hangs ends when nothing moves for the time limit") {
    const RawServer platform([](RawConnection& client) {
        client.read_head();
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        client.wait_until_closed();
    });
    const RemoteProgram prevision(platform.url());
    const auto result = prevision({"api", "GET", "/datasets/x/download", "--timeout", "400ms"});
    INFO(result.err);
    CHECK(result.exit_code == 5);
    CHECK(result.out == "half");
    CHECK_THAT(result.err, Catch::Contains("stood still"));
    CHECK(platform.connections() == 1);
}
