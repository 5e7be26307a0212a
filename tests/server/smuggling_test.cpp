#include <catch2/catch.hpp>

#include "server/served.hpp"

using namespace prevision;
using testing::RawClient;
using testing::Served;

namespace {

/// The requests of one connection, each answered by a status of its own: 404 is the first one's, 200 that of
/// /healthz, which only a smuggled request asks for, and 401 that of /last, which comes last.
struct Row {
    std::string what;
    std::string head;  ///< of the first request, after its line and its Host and token
    std::string body;
    std::vector<std::string> statuses;
    std::string line = "POST /ext/v1/none HTTP/1.1";
};

const std::string smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
const std::vector<std::string> only_refused{"400"};
const std::vector<std::string> both{"404", "401"};

std::vector<Row> rows() {
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    const std::string end = "0\r\n\r\n";
    const auto length = [](const std::string& body) {
        return "Content-Length: " + std::to_string(body.size()) + "\r\n";
    };
    return {
        {"a length", length(smuggled), smuggled, both},
        {"chunks", chunked, "22\r\n" + smuggled + "\r\n" + end, both},
        {"chunks in another case, with spaces around", "transfer-ENCODING: \t Chunked \t\r\n",
         "1\r\nx\r\n" + end, both},
        {"chunks with extensions", chunked, "1;a=b;c=\"d\"\r\nx\r\n0;e\r\n\r\n", both},
        {"chunks with leading zeros", chunked, "0001\r\nx\r\n000\r\n\r\n", both},
        {"a trailer", chunked, "1\r\nx\r\n0\r\nA: b\r\n\r\n", both},
        {"no body", "", "", both},
        {"a line end before the next request", length("x"), "x\r\n", both},

        {"a length and chunks", length(end + smuggled) + chunked, end + smuggled, only_refused},
        {"chunks and a length", chunked + length(end + smuggled), end + smuggled, only_refused},
        {"chunks and a length of 0", "Content-Length: 0\r\n" + chunked, end + smuggled, only_refused},
        {"an unknown encoding", "Transfer-Encoding: xchunked\r\n", end + smuggled, only_refused},
        {"identity", "Transfer-Encoding: identity\r\n", smuggled, only_refused},
        {"an empty encoding", "Transfer-Encoding:\r\n", smuggled, only_refused},
        {"an encoding before chunked", "Transfer-Encoding: gzip, chunked\r\n", end + smuggled, only_refused},
        {"an encoding after chunked", "Transfer-Encoding: chunked, gzip\r\n", end + smuggled, only_refused},
        {"chunked twice in one field", "Transfer-Encoding: chunked, chunked\r\n", end + smuggled,
         only_refused},
        {"chunked twice", chunked + chunked, end + smuggled, only_refused},
        {"chunked and another field", chunked + "Transfer-Encoding: identity\r\n", end + smuggled,
         only_refused},
        {"another field and chunked", "Transfer-Encoding: identity\r\n" + chunked, end + smuggled,
         only_refused},
        {"a parameter", "Transfer-Encoding: chunked;q=1\r\n", end + smuggled, only_refused},
        {"quotes", "Transfer-Encoding: \"chunked\"\r\n", end + smuggled, only_refused},
        {"a comma", "Transfer-Encoding: ,chunked\r\n", end + smuggled, only_refused},
        {"a control character", "Transfer-Encoding: \vchunked\r\n", end + smuggled, only_refused},
        {"a space before the colon", "Transfer-Encoding : chunked\r\n", end + smuggled, only_refused},
        {"a tab before the colon", "Content-Length\t: 5\r\n", "12345" + smuggled, only_refused},
        {"a continued encoding", "Transfer-Encoding:\r\n chunked\r\n", end + smuggled, only_refused},
        {"a continued other field", "A: b\r\n\tTransfer-Encoding: chunked\r\n", end + smuggled, only_refused},
        {"chunks with HTTP/1.0", chunked, end + smuggled, only_refused, "POST /ext/v1/none HTTP/1.0"},
        {"an unknown encoding with HTTP/1.0", "Transfer-Encoding: gzip\r\n", smuggled, only_refused,
         "POST /ext/v1/none HTTP/1.0"},

        {"two lengths", "Content-Length: 1\r\nContent-Length: 2\r\n", "12" + smuggled, only_refused},
        {"one length twice", "Content-Length: 1\r\nContent-Length: 1\r\n", "1" + smuggled, only_refused},
        {"a list of lengths", "Content-Length: 1, 1\r\n", "1" + smuggled, only_refused},
        {"a length with a sign", "Content-Length: +1\r\n", "1" + smuggled, only_refused},
        {"a negative length", "Content-Length: -1\r\n", smuggled, only_refused},
        {"a hexadecimal length", "Content-Length: 0x1\r\n", "1" + smuggled, only_refused},
        {"a length with a fraction", "Content-Length: 1.0\r\n", "1" + smuggled, only_refused},
        {"a length with a space inside", "Content-Length: 1 1\r\n", "1" + smuggled, only_refused},
        {"a length beyond 64 bits", "Content-Length: 18446744073709551617\r\n", "1" + smuggled, only_refused},
        {"an empty length", "Content-Length:\r\n", smuggled, only_refused},

        {"a bare line feed between fields", "A: b\nContent-Length: 5\r\n", "12345" + smuggled, only_refused},
        {"a bare carriage return", "A: b\rContent-Length: 5\r\n", "12345" + smuggled, only_refused},
        {"a NUL", std::string("A: b\0c\r\n", 8), smuggled, only_refused},
        {"an empty name", ": b\r\n", smuggled, only_refused},
        {"a line without a colon", "Content-Length 5\r\n", "12345" + smuggled, only_refused},
        {"two hosts", "Host: y\r\n", smuggled, only_refused},

        {"a chunk's size with a sign", chunked, "+1\r\nx\r\n" + end + smuggled, only_refused},
        {"a chunk's size with 0x", chunked, "0x1\r\nx\r\n" + end + smuggled, only_refused},
        {"a chunk's size beyond 64 bits", chunked, "10000000000000001\r\nx\r\n" + end + smuggled,
         only_refused},
        {"a chunk that ends with a line feed", chunked, "1\nx\n0\n\n" + smuggled, only_refused},
        {"a chunk that is longer than its size", chunked, "1\r\nxy\r\n" + end + smuggled, only_refused},
        {"a chunk that is shorter than its size", chunked, "3\r\nx\r\n" + end + smuggled, only_refused},
        {"a last chunk with a space", chunked, "0 \r\n\r\n" + smuggled, only_refused},
        {"a bare line feed in an extension", chunked, "1;a\nb\r\nx\r\n" + end + smuggled, only_refused},
        {"a NUL in an extension", chunked, std::string("1;a=\"\0\"\r\nx\r\n", 12) + end + smuggled,
         only_refused},
        {"a length in the trailer", chunked, "0\r\nContent-Length: 5\r\n\r\n" + smuggled, only_refused},
        {"an encoding in the trailer", chunked, "0\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled,
         only_refused},
    };
}

std::vector<std::string> statuses_of(const std::string& answers) {
    constexpr std::string_view sign = "HTTP/1.1 ";
    std::vector<std::string> statuses;
    for (auto at = answers.find(sign); at != std::string::npos; at = answers.find(sign, at + 1))
        statuses.push_back(answers.substr(at + sign.size(), 3));
    return statuses;
}

}  // namespace

TEST_CASE("a body has one length for everybody, or its request is refused and the connection closed") {
    const Served served;
    for (const auto& row : rows()) {
        CAPTURE(row.what);
        const RawClient client(served.port());
        client.send(row.line + "\r\nHost: x\r\nAuthorization: " + served.admin() +
                    "\r\nConnection: keep-alive\r\n" + row.head + "\r\n" + row.body +
                    "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        CHECK(statuses_of(client.read_all()) == row.statuses);
    }
}

TEST_CASE("a line end before the next request may come in two pieces") {
    const Served served;
    const RawClient client(served.port());
    const std::string request = "GET /healthz HTTP/1.1\r\nHost: x\r\n";
    client.send(request + "\r\n\r");
    CHECK_FALSE(client.read_until("\"ok\"}").empty());
    client.send("\n" + request + "Connection: close\r\n\r\n");
    CHECK(statuses_of(client.read_all()) == std::vector<std::string>{"200"});
}
