// Bodies too large to hold, and calls that are given up.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>

#include "support/raw_server.hpp"
#include "transport/http_fixture.hpp"

using namespace prevision;
using namespace std::chrono_literals;
using testing::connect_to;
using testing::HttpAnswer;
using testing::HttpRequest;
using testing::HttpServer;
using testing::make_request;
using testing::MemorySource;
using testing::RawConnection;
using testing::RawServer;

namespace {

/// Runs something when the first byte arrives.
class NotifyingSink final : public ByteSink {
  public:
    explicit NotifyingSink(std::function<void()> notify) : notify_(std::move(notify)) {}
    void write(std::string_view /*chunk*/) override {
        if (notify_) std::exchange(notify_, nullptr)();
    }

  private:
    std::function<void()> notify_;
};

/// A thread that cancels when it is told to.
class Canceller {
  public:
    explicit Canceller(Cancellation& cancellation)
        : thread_([this, &cancellation] {
              told_.wait(false);
              cancellation.cancel();
          }) {}
    ~Canceller() {
        tell();
        thread_.join();
    }
    Canceller(const Canceller&) = delete;
    Canceller& operator=(const Canceller&) = delete;

    void tell() {
        told_ = true;
        told_.notify_all();
    }

  private:
    std::atomic<bool> told_{false};
    std::thread thread_;
};

}  // namespace

TEST_CASE("a large download is handed on as it arrives, never held") {
    constexpr std::uint64_t total = 256U << 20U;
    constexpr std::uint64_t most_under_way = 32U << 20U;
    std::atomic<std::uint64_t> received{0};
    std::atomic<std::uint64_t> most_ahead{0};
    const HttpServer server([&](const HttpRequest&) {
        return HttpAnswer{.content_type = "application/octet-stream",
                          .stream = [&, sent = std::uint64_t{0},
                                     block = std::string(1 << 20, 'x')](const auto& send) mutable {
                              if (sent == total) return false;
                              sent += block.size();
                              if (!send(block)) return false;
                              most_ahead = std::max<std::uint64_t>(most_ahead, sent - received);
                              return true;
                          }};
    });
    class CountingSink final : public ByteSink {
      public:
        explicit CountingSink(std::atomic<std::uint64_t>& count) : count_(count) {}
        void write(std::string_view chunk) override { count_ += chunk.size(); }

      private:
        std::atomic<std::uint64_t>& count_;
    } sink(received);
    auto request = make_request("GET", "/download");
    request.sink = &sink;
    CHECK(connect_to(server.url())->send(request).status == 200);
    CHECK(received == total);
    CHECK(most_ahead < most_under_way);
}

TEST_CASE("a large upload arrives whole, with its size or in chunks") {
    const bool sized = GENERATE(true, false);
    CAPTURE(sized);
    std::string content(24 << 20, '\0');
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 7 + i / 251);
    const HttpServer server([](const HttpRequest&) { return HttpAnswer{.body = "{}"}; });
    MemorySource source(content, sized);
    auto request = make_request("POST", "/datasets/file");
    request.headers = {{"Content-Type", "application/octet-stream"}};
    request.upload = &source;
    CHECK(connect_to(server.url())->send(request).status == 200);
    const auto arrived = server.requests().back();
    CHECK((arrived.body == content));
    CHECK(arrived.header("Content-Length") == (sized ? std::to_string(content.size()) : ""));
    CHECK(arrived.header("Transfer-Encoding") == (sized ? "" : "chunked"));
    CHECK(arrived.header("Content-Type") == "application/octet-stream");
}

TEST_CASE("an upload may be empty") {
    const HttpServer server([](const HttpRequest&) { return HttpAnswer{.body = "{}"}; });
    for (const bool sized : {true, false}) {
        CAPTURE(sized);
        MemorySource source("", sized);
        auto request = make_request("POST", "/x");
        request.upload = &source;
        CHECK(connect_to(server.url())->send(request).status == 200);
        CHECK(server.requests().back().body.empty());
    }
}

TEST_CASE("an upload that is shorter than announced is an error, one that grows is cut") {
    const HttpServer server([](const HttpRequest&) { return HttpAnswer{.body = "{}"}; });
    MemorySource source("0123456789");
    auto request = make_request("POST", "/x");
    request.upload = &source;
    SECTION("shorter") {
        source.announced = 11;
        try {
            connect_to(server.url())->send(request);
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::internal);
            CHECK(std::string(error.what()) == "cannot send to 127.0.0.1:" + std::to_string(server.port()) +
                                                   ": the data ended after 10 of 11 bytes");
        }
    }
    SECTION("longer") {
        source.announced = 4;
        CHECK(connect_to(server.url())->send(request).status == 200);
        CHECK(server.requests().back().body == "0123");
    }
}

TEST_CASE("a refusal in the middle of an upload is the answer") {
    const RawServer server([](RawConnection& client) {
        client.read_head();
        client.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}");
        client.wait_until_closed();
    });
    MemorySource source(std::string(8 << 20, 'x'));
    auto request = make_request("POST", "/datasets/file");
    request.upload = &source;
    CHECK(connect_to(server.url())->send(request).status == 401);
}

TEST_CASE("a server that goes in the middle of an upload does not kill the program") {
    const RawServer server([](RawConnection& client) {
        client.read_head();
        client.send("HTTP/1.1 100 Continue\r\n\r\n");
        client.read(1 << 20);
        client.reset_at_end();
    });
    MemorySource source(std::string(32 << 20, 'x'));
    auto request = make_request("POST", "/datasets/file");
    request.upload = &source;
    try {
        connect_to(server.url())->send(request);
        FAIL("no error");
    } catch (const transport::TransportError& error) {
        CHECK(error.may_have_arrived());
        CHECK_THAT(error.what(), Catch::Contains("the connection was lost"));
    }
}

TEST_CASE("what the sink or the upload throws comes out, and the next call works") {
    const HttpServer server([](const HttpRequest&) { return HttpAnswer{.body = "{}"}; });
    const auto transport = connect_to(server.url());
    NotifyingSink sink([] { throw Error(ErrorClass::internal, "cannot write out.csv: disk full"); });
    auto request = make_request("GET", "/x");
    request.sink = &sink;
    CHECK_THROWS_WITH(transport->send(request), "cannot write out.csv: disk full");
    CHECK(transport->send(make_request("GET", "/x")).body == "{}");
}

TEST_CASE("a call that waits ends at once when it is cancelled on another thread") {
    Cancellation cancellation;
    Canceller canceller(cancellation);
    auto request = make_request("GET", "/x");
    request.cancellation = &cancellation;
    SECTION("for the answer") {
        const RawServer server([&](RawConnection& client) {
            client.read_head();
            canceller.tell();
            client.wait_until_closed();
        });
        CHECK_THROWS_WITH(connect_to(server.url())->send(request), "interrupted");
    }
    SECTION("for the rest of a download") {
        const RawServer server([](RawConnection& client) {
            client.read_head();
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            client.wait_until_closed();
        });
        NotifyingSink sink([&] { canceller.tell(); });
        request.sink = &sink;
        CHECK_THROWS_WITH(connect_to(server.url())->send(request), "interrupted");
    }
    SECTION("for a connection") {
        const testing::SilentPort silent;
        canceller.tell();
        CHECK_THROWS_WITH(connect_to("http://127.0.0.1:" + std::to_string(silent.port()))->send(request),
                          "interrupted");
    }
}

TEST_CASE("a call after the cancellation sends nothing") {
    const HttpServer server([](const HttpRequest&) { return HttpAnswer{.body = "{}"}; });
    Cancellation cancellation;
    cancellation.cancel(ErrorClass::terminated);
    auto request = make_request("GET", "/x");
    request.cancellation = &cancellation;
    try {
        connect_to(server.url())->send(request);
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::terminated);
    }
    CHECK(server.requests().empty());
}
