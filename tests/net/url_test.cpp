#include "net/url.hpp"

#include <catch2/catch.hpp>

using namespace prevision;

TEST_CASE("a web address falls into its parts") {
    struct Row {
        const char* text;
        const char* origin;
        const char* authority;
        const char* path;
    };
    const auto row = GENERATE(
        Row{"https://cloud.example.com", "https://cloud.example.com", "cloud.example.com:443", "/"},
        Row{"HTTPS://Cloud.Example.COM/", "https://cloud.example.com", "cloud.example.com:443", "/"},
        Row{"http://h:80/a", "http://h", "h:80", "/a"}, Row{"https://h:80", "https://h:80", "h:80", "/"},
        Row{"http://[::1]:8080/a%20b", "http://[::1]:8080", "[::1]:8080", "/a%20b"},
        Row{"http://user:p%40ss@h:1/x", "http://h:1", "h:1", "/x"});
    CAPTURE(row.text);
    const auto url = net::parse_http_url(row.text);
    REQUIRE(url);
    CHECK(url->origin() == row.origin);
    CHECK(url->authority() == row.authority);
    CHECK(url->path == row.path);
}

TEST_CASE("what is no absolute http or https address has no parts") {
    for (const std::string text :
         {"", "cloud.example.com", "//cloud.example.com", "http:/h", "http://", "https://:443", "ftp://h",
          "file:///etc/passwd", "javascript:alert(1)", "http://h:0", "http://h:65536", "http://h:x",
          "http://h h/", "http://h/\r\nX: y", "mailto:a@b", "http://[::1"}) {
        CAPTURE(text);
        CHECK_FALSE(net::parse_http_url(text));
    }
    CHECK_FALSE(net::parse_http_url(std::string("http://h\0.example.com", 21)));
}

TEST_CASE("a query and a fragment are noticed") {
    CHECK(net::parse_http_url("http://h/?a=b")->has_query);
    CHECK(net::parse_http_url("http://h/#a")->has_fragment);
    CHECK_FALSE(net::parse_http_url("http://h/")->has_query);
}

TEST_CASE("a masked address shows no user and no password, well-formed or not") {
    CHECK(net::mask_url("https://cloud.example.com/a") == "https://cloud.example.com/a");
    CHECK(net::mask_url("https://user:secret@h/a") == "https://***@h/a");
    CHECK(net::mask_url("https://user:se/cr@et@h/a") == "https://***@h/a");
    CHECK(net::mask_url("user:secret@h") == "***@h");
    CHECK(net::mask_url("").empty());
}
