#include <catch2/catch.hpp>

#include "core/text.hpp"
#include "server/served.hpp"

using testing_clock = std::chrono::steady_clock;
using namespace prevision;
using testing::RawClient;
using testing::Served;

namespace {

std::string status_line(const std::string& answer) { return answer.substr(0, answer.find('\r')); }

}  // namespace

TEST_CASE("what is malformed gets 4xx, its connection ends, and others are served") {
    const Served served;
    const std::vector<std::pair<std::string, std::string>> table{
        {"nonsense\r\n\r\n", "400"},
        {"GET / HTTP/9.9\r\nHost: x\r\n\r\n", "400"},
        {"GET /healthz HTTP/1.1\r\n\r\n", "400"},
        {"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
        {"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /healthz HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n", "400"},
        {"GET /healthz HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
        {"POST /ext/v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: " + served.admin() +
             "\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
         "400"},
    };
    for (const auto& [request, status] : table) {
        CAPTURE(request);
        const RawClient client(served.port());
        client.send(request);
        CHECK(status_line(client.read_all()).find(" " + status + " ") != std::string::npos);
        CHECK(served.curl("/healthz").status == 200);
    }
}

TEST_CASE("a header or a body that is too large is refused") {
    const Served served({"--max-header", "8K", "--max-body", "64K", "--max-upload", "128K"});
    CHECK(served.curl("/healthz", {"-H", "A: " + std::string(20'000, 'a')}).status == 431);
    CHECK(served.curl("/" + std::string(20'000, 'a')).status == 431);
    const std::string large(70'000, ' ');
    CHECK(served.call("POST", "/projects", large).status == 413);
    CHECK(served.call("POST", "/projects", std::string(60'000, ' ') + R"({"name":"p"})").status == 200);
    // In chunks nothing says beforehand how much it will be.
    const RawClient client(served.port());
    client.send("POST /ext/v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: " + served.admin() +
                "\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n" + large + "\r\n0\r\n\r\n");
    CHECK(client.read_all().starts_with("HTTP/1.1 413 "));
    testing::shell("head -c 200000 /dev/zero | tr '\\0' a > " + served.file("large.csv").string());
    CHECK(served
              .curl("/ext/v1/projects/" + served.project() + "/datasets/file",
                    {"-H", "Authorization: " + served.admin(), "-F", "name=n", "-F",
                     "file=@" + served.file("large.csv").string()})
              .status == 413);
    // Who has no token is told so, and not read.
    CHECK(served.curl("/ext/v1/projects", {"-d", large}).status == 401);
}

TEST_CASE("who is too slow gets 408, and others are served meanwhile") {
    const Served served({"--header-timeout", "300ms", "--body-timeout", "300ms"});
    const RawClient header(served.port());
    header.send("GET /healthz HTTP/1.1\r\nHost: x\r\n");
    const RawClient body(served.port());
    body.send("POST /ext/v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: " + served.admin() +
              "\r\nContent-Length: 100\r\n\r\n{");
    CHECK(served.curl("/healthz").status == 200);
    CHECK(header.read_all().starts_with("HTTP/1.1 408 "));
    CHECK(body.read_all().starts_with("HTTP/1.1 408 "));
    // A byte now and then does not help.
    const RawClient drip(served.port());
    drip.send("G");
    const auto start = testing_clock::now();
    std::string answer;
    while (testing_clock::now() - start < std::chrono::milliseconds(200)) drip.send("");
    drip.send("E");
    answer = drip.read_all();
    CHECK(answer.starts_with("HTTP/1.1 408 "));
    CHECK(testing_clock::now() - start < std::chrono::seconds(10));
    // One that says nothing at all is closed without a word.
    CHECK(RawClient(served.port()).read_all().empty());
    CHECK(served.curl("/healthz").status == 200);
}

TEST_CASE("requests may follow each other on a connection, and at once") {
    const Served served;
    const RawClient client(served.port());
    const std::string request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    client.send(request + request + "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto answers = client.read_all();
    std::size_t count = 0;
    for (auto at = answers.find("HTTP/1.1 200 OK"); at != std::string::npos;
         at = answers.find("HTTP/1.1 200 OK", at + 1))
        ++count;
    CHECK(count == 3);
    const RawClient old(served.port());
    old.send("GET /healthz HTTP/1.0\r\n\r\n");
    CHECK(old.read_all().find("Connection: close") != std::string::npos);
}

TEST_CASE("HEAD answers as GET does, without the body") {
    const Served served;
    const RawClient client(served.port());
    client.send("HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto answer = client.read_all();
    CHECK(answer.find("Content-Length: 15") != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\n"));
}
