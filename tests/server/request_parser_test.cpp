#include "server/request_parser.hpp"

#include <catch2/catch.hpp>

using namespace prevision;
using server::BadRequest;
using server::RequestParser;
using server::Spool;

namespace {

struct Parsed {
    std::string path;
    std::string body;
    std::string rest;  ///< what was not read; it may be read already
};

/// The request that the bytes begin with, which come in pieces.
Parsed parse(const std::string& bytes, std::size_t piece) {
    RequestParser parser(1000);
    Spool spool;
    std::string buffer;
    std::size_t at = 0;
    const auto receive = [&] {
        if (at >= bytes.size()) throw std::runtime_error("the request does not end");
        buffer += bytes.substr(at, piece);
        at += piece;
    };
    auto head = parser.take_head(buffer);
    for (; !head; head = parser.take_head(buffer)) receive();
    while (head->has_body && !parser.take_body(buffer, spool, 1000)) receive();
    return {
        .path = head->path, .body = spool.take(), .rest = buffer + bytes.substr(std::min(at, bytes.size()))};
}

const std::string head = "POST /a?b HTTP/1.1\r\nHost: x\r\n";

}  // namespace

TEST_CASE("a request is the same in pieces of any size") {
    const auto [fields, body, expected] = GENERATE(table<std::string, std::string, std::string>({
        {"", "", ""},
        {"Content-Length: 3\r\n", "abc", "abc"},
        {"Transfer-Encoding: chunked\r\n", "0\r\n\r\n", ""},
        {"Transfer-Encoding: chunked\r\n", "1\r\na\r\n02;x=\"y\"\r\nbc\r\n0\r\nT: u\r\n\r\n", "abc"},
        {"Transfer-Encoding: chunked\r\n", "0;e\r\nT: u\r\n\r\n", ""},
    }));
    const auto piece = GENERATE(range(std::size_t{1}, std::size_t{12}));
    CAPTURE(fields, body, piece);
    const auto parsed = parse("\r\n" + head + fields + "\r\n" + body + "\r\nNEXT", piece);
    CHECK(parsed.path == "/a");
    CHECK(parsed.body == expected);
    CHECK(parsed.rest == "\r\nNEXT");
}

TEST_CASE("a request that cannot be read one way is refused in pieces of any size") {
    const std::string chunked = "Transfer-Encoding: chunked\r\n\r\n";
    const auto [bytes, status] = GENERATE_COPY(table<std::string, int>({
        {"GET none HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET / HTTP/1.2\r\nHost: x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {head + "A:" + std::string(1000, 'a') + "\r\n\r\n", 431},
        {head + "Content-Length: 1001\r\n\r\n" + std::string(1001, 'a'), 413},
        {head + chunked + "3e9\r\n" + std::string(1001, 'a') + "\r\n0\r\n\r\n", 413},
        {head + chunked + std::string("1;a=\"\0\"\r\nx\r\n0\r\n\r\n", 17), 400},
        {head + chunked + "0\r\nContent-Length: 1\r\n\r\n", 400},
        {head + chunked + "1\r\nab\r\n0\r\n\r\n", 400},
        {head + chunked + "zz\r\n", 400},
        {head + chunked + "1\n", 400},
        {head + chunked + "1\r\na\r\n\r\n", 400},
    }));
    const auto piece = GENERATE(std::size_t{1}, 7, 10'000);
    CAPTURE(bytes, piece);
    try {
        parse(bytes, piece);
        FAIL("it was accepted");
    } catch (const BadRequest& refused) {
        CHECK(refused.status == status);
    }
}
