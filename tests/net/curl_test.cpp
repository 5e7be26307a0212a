#include "net/curl.hpp"

#include <thread>

#include <catch2/catch.hpp>

#include "net/curl_failure.hpp"
#include "support/http_server.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using namespace std::chrono_literals;

namespace {

template <CURLoption option, typename Value>
concept Takes = requires(net::CurlHandle& handle) {
    handle.template set<option>(std::declval<Value>());
};

template <CURLoption option, typename Value>
constexpr bool takes = Takes<option, Value>;

/// A handle about to get a URL, past any proxy.
void prepare(net::CurlHandle& handle, const std::string& url) {
    handle.reset();
    handle.set<CURLOPT_PROXY>("");
    handle.set<CURLOPT_URL>(url);
}

testing::HttpAnswer say_hello(const testing::HttpRequest& /*request*/) { return {.body = "hello"}; }

}  // namespace

TEST_CASE("an option takes the type that libcurl reads there, and no other compiles") {
    STATIC_REQUIRE(takes<CURLOPT_TIMEOUT_MS, int>);
    STATIC_REQUIRE(takes<CURLOPT_TIMEOUT_MS, long>);
    STATIC_REQUIRE(takes<CURLOPT_FOLLOWLOCATION, bool>);
    STATIC_REQUIRE(takes<CURLOPT_POSTFIELDSIZE_LARGE, std::uint64_t>);
    STATIC_REQUIRE(takes<CURLOPT_URL, const char*>);
    STATIC_REQUIRE(takes<CURLOPT_URL, std::string>);
    STATIC_REQUIRE(takes<CURLOPT_HTTPHEADER, net::CurlList>);

    STATIC_REQUIRE_FALSE(takes<CURLOPT_TIMEOUT_MS, double>);
    STATIC_REQUIRE_FALSE(takes<CURLOPT_POSTFIELDSIZE_LARGE, double>);
    STATIC_REQUIRE_FALSE(takes<CURLOPT_TIMEOUT_MS, std::chrono::milliseconds>);
    STATIC_REQUIRE_FALSE(takes<CURLOPT_TIMEOUT_MS, const char*>);
    STATIC_REQUIRE_FALSE(takes<CURLOPT_URL, int>);
    STATIC_REQUIRE_FALSE(takes<CURLOPT_URL, void*>);
    STATIC_REQUIRE_FALSE(takes<CURLOPT_WRITEFUNCTION, int>);
    STATIC_REQUIRE_FALSE(takes<CURLOPT_WRITEFUNCTION, std::string>);
}

TEST_CASE("a text where libcurl reads a list or an object is refused") {
    net::CurlHandle handle;
    CHECK_THROWS_AS(handle.set<CURLOPT_HTTPHEADER>("X: y"), Error);
    CHECK_THROWS_AS(handle.set<CURLOPT_POSTFIELDS>("body"), Error);
    CHECK_THROWS_AS(handle.set<CURLOPT_URL>(net::CurlList()), Error);
    CHECK_THROWS_WITH(handle.set<CURLOPT_PROTOCOLS_STR>("gibberish"),
                      Catch::Contains("PROTOCOLS_STR") && Catch::Contains("libcurl does not take"));
}

TEST_CASE("a transfer ends with what it brought") {
    const testing::HttpServer server(say_hello);
    net::CurlHandle handle;
    prepare(handle, server.url() + "/x");
    std::string body;
    std::string head;
    handle.on_body([&](std::string_view chunk) { body += chunk; });
    handle.on_header([&](std::string_view line) { head += line; });
    REQUIRE(handle.perform(nullptr, 0ms) == CURLE_OK);
    CHECK(body == "hello");
    CHECK_THAT(head, Catch::StartsWith("HTTP/1.1 200 ") && Catch::EndsWith("\r\n\r\n"));
    CHECK(handle.info<CURLINFO_RESPONSE_CODE>() == 200L);
    CHECK(handle.info<CURLINFO_SIZE_DOWNLOAD_T>() == curl_off_t{5});
    CHECK(handle.info<CURLINFO_EFFECTIVE_URL>() == server.url() + "/x");
    CHECK(handle.info<CURLINFO_TOTAL_TIME>() > 0.0);
}

TEST_CASE("a connection is kept over a reset, and after a failure of a callback a new one is made") {
    const testing::HttpServer server(say_hello);
    net::CurlHandle handle;
    for (int i = 0; i < 2; ++i) {
        prepare(handle, server.url());
        REQUIRE(handle.perform(nullptr, 0ms) == CURLE_OK);
    }
    CHECK(handle.info<CURLINFO_NUM_CONNECTS>() == 0);

    struct Odd {};
    handle.on_body([](std::string_view) { throw Odd{}; });
    CHECK_THROWS_AS(handle.perform(nullptr, 0ms), Odd);

    prepare(handle, server.url());
    CHECK(handle.perform(nullptr, 0ms) == CURLE_OK);
}

TEST_CASE("what any callback throws comes out of the transfer, whatever its type") {
    const testing::HttpServer server(say_hello);
    net::CurlHandle handle;
    prepare(handle, server.url());
    const auto raise = [] { throw Error(ErrorClass::integrity, "from a callback"); };
    SECTION("body") {
        handle.on_body([&](std::string_view) { raise(); });
    }
    SECTION("header") {
        handle.on_header([&](std::string_view) { raise(); });
    }
    SECTION("request") {
        handle.on_request([&] {
            raise();
            return true;
        });
    }
    SECTION("upload") {
        handle.set<CURLOPT_POST>(true);
        handle.on_upload(
            [&](std::span<char>) -> std::size_t {
                raise();
                return 0;
            },
            [] {});
    }
    CHECK_THROWS_WITH(handle.perform(nullptr, 0ms), "from a callback");
}

TEST_CASE("a request that is not allowed is not sent") {
    const testing::HttpServer server(say_hello);
    net::CurlHandle handle;
    prepare(handle, server.url());
    handle.on_request([] { return false; });
    CHECK(handle.perform(nullptr, 0ms) == CURLE_ABORTED_BY_CALLBACK);
    CHECK(server.requests().empty());
}

TEST_CASE("a transfer in which nothing moves ends as stalled") {
    testing::RawServer server([](testing::RawConnection& client) {
        client.read_head();
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        client.wait_until_closed();
    });
    net::CurlHandle handle;
    prepare(handle, server.url());
    CHECK(handle.perform(nullptr, 100ms) == CURLE_OPERATION_TIMEDOUT);
    CHECK(handle.stalled());
    CHECK(net::failure_reason(handle, CURLE_OPERATION_TIMEDOUT) == "the transfer stood still for too long");
}

TEST_CASE("handles on many threads at once do not disturb each other") {
    const testing::HttpServer server(
        [](const testing::HttpRequest& request) { return testing::HttpAnswer{.body = request.target}; });
    std::vector<std::thread> threads;
    std::array<int, 4> right{};
    for (std::size_t i = 0; i < right.size(); ++i) {
        threads.emplace_back([&, i] {
            net::CurlHandle handle;
            for (int call = 0; call < 20; ++call) {
                const std::string path = "/" + std::to_string(i) + "/" + std::to_string(call);
                prepare(handle, server.url() + path);
                std::string body;
                handle.on_body([&](std::string_view chunk) { body += chunk; });
                if (handle.perform(nullptr, 0ms) == CURLE_OK && body == path) ++right[i];
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(right == std::array<int, 4>{20, 20, 20, 20});
}

TEST_CASE("a failure has a reason in few words") {
    net::CurlHandle handle;
    SECTION("refused") {
        const testing::ClosedPort port;
        prepare(handle, "http://127.0.0.1:" + std::to_string(port.port()));
        CHECK(net::failure_reason(handle, handle.perform(nullptr, 0ms)) == "connection refused");
    }
    SECTION("no such name") {
        prepare(handle, "http://nowhere.invalid/");
        CHECK(net::failure_reason(handle, handle.perform(nullptr, 0ms)) == "its name does not resolve");
    }
    SECTION("closed") {
        const testing::RawServer server([](testing::RawConnection& client) { client.read_head(); });
        prepare(handle, server.url());
        CHECK(net::failure_reason(handle, handle.perform(nullptr, 0ms)) ==
              "the connection was closed before an answer came");
    }
}
