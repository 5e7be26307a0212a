// How parts of an object are asked for, and what services make of it.

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <random>
#include <utility>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/s3/fixture.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

struct Asked {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

// "Range: bytes=0-9" among the lines of a head.
Asked asked_range(std::string_view head, std::uint64_t size) {
    const auto at = head.find("bytes=");
    if (at == std::string_view::npos) return {0, size - 1};
    const auto dash = head.find('-', at);
    const auto first = parse_integer(head.substr(at + 6, dash - at - 6)).value_or(0);
    const auto end = head.find('\r', dash);
    const auto last = parse_integer(head.substr(dash + 1, end - dash - 1)).value_or(0);
    return {static_cast<std::uint64_t>(first),
            std::min<std::uint64_t>(static_cast<std::uint64_t>(last), size - 1)};
}

std::string range_head(const Asked& asked, std::uint64_t size, const std::string& etag = "\"one\"") {
    return fmt::format(
        "HTTP/1.1 206 Partial Content\r\nETag: {}\r\nContent-Range: bytes {}-{}/{}\r\nContent-Length: "
        "{}\r\n\r\n",
        etag, asked.first, asked.last, size, asked.last - asked.first + 1);
}

/// Answers each request of a client in turn, until it or the script has enough.
RawServer::Script each_request(
    std::function<bool(RawConnection& connection, const std::string& head)> answer) {
    return [answer = std::move(answer)](RawConnection& connection) {
        for (auto head = connection.read_head(); !head.empty(); head = connection.read_head()) {
            if (!answer(connection, head)) return;
        }
    };
}

std::string whole_answer(const std::string& content) {
    return fmt::format("HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: {}\r\n\r\n", content.size()) +
           content;
}

/// "HTTP/1.1 206 Partial Content", with that Content-Range or none.
std::string part_answer(const std::string& body, const std::string& range) {
    return fmt::format("HTTP/1.1 206 Partial Content\r\nETag: \"one\"\r\n{}Content-Length: {}\r\n\r\n",
                       range.empty() ? "" : fmt::format("Content-Range: {}\r\n", range), body.size()) +
           body;
}

bool asks_for_part(const std::string& head) { return head.find("bytes=") != std::string::npos; }

}  // namespace

TEST_CASE("an object whose every connection is cut at some byte comes whole") {
    const auto content = noise(std::size_t{12} << 20U);
    std::minstd_rand random(7);  // NOLINT(cert-msc51-cpp): the same cuts each time
    std::mutex mutex;
    const RawServer server([&](RawConnection& connection) {
        const auto head = connection.read_head();
        if (head.empty()) return;
        const auto asked = asked_range(head, content.size());
        std::size_t cut = 0;
        {
            const std::lock_guard lock(mutex);
            cut = std::uniform_int_distribution<std::size_t>(1, std::size_t{3} << 20U)(random);
        }
        const auto answer =
            range_head(asked, content.size()) + content.substr(asked.first, asked.last - asked.first + 1);
        if (cut % 2 == 0) connection.reset_at_end();
        connection.send(std::string_view(answer).substr(0, cut));
    });
    CHECK((read_object(to(server.url()), "b", "k") == content));
    CHECK(server.connections() > 4);
}

TEST_CASE("a very large object comes whole, whichever way it is fetched and wherever that is cut") {
    const auto block = noise(std::size_t{1} << 20U);
    constexpr std::uint64_t size = (std::uint64_t{400} << 20U) + 12'345;
    std::atomic<int> asked_for_more = 0;
    const RawServer server([&](RawConnection& connection) {
        for (auto head = connection.read_head(); !head.empty(); head = connection.read_head()) {
            const auto asked = asked_range(head, size);
            if (asked.last - asked.first > (std::uint64_t{4} << 20U)) ++asked_for_more;
            if (!connection.send(range_head(asked, size))) return;
            // Whoever asks for much gets 50 MB at most, and is cut then.
            const auto last = std::min(asked.last, asked.first + 50'000'000);
            for (auto at = asked.first; at <= last;) {
                const auto count = std::min<std::uint64_t>(block.size() - at % block.size(), last - at + 1);
                if (!connection.send(std::string_view(block).substr(at % block.size(), count))) return;
                at += count;
            }
            if (last < asked.last) return;
        }
    });
    class Comparison final : public sources::ContentSink, public ByteSink {
      public:
        explicit Comparison(const std::string& block) : block_(block) {}
        sources::RowSink& table() override { throw std::logic_error("an object is no table"); }
        ByteSink& file(const sources::FileInfo& /*info*/) override { return *this; }
        void write(std::string_view bytes) override {
            while (!bytes.empty()) {
                const auto at = count % block_.size();
                const auto part = bytes.substr(0, block_.size() - at);
                same = same && std::string_view(block_).substr(at, part.size()) == part;
                count += part.size();
                bytes.remove_prefix(part.size());
            }
        }
        std::uint64_t count = 0;
        bool same = true;

      private:
        const std::string& block_;
    };
    Comparison sink(block);
    Cancellation cancellation;
    sources::open_source(to(server.url()), cancellation)->read({.bucket = "b", .path = "k"}, {}, sink);
    CHECK(sink.count == size);
    CHECK(sink.same);
    CHECK(asked_for_more >= 1);
}

TEST_CASE("a service that has no ranges is read in one go, and again after a cut") {
    const auto content = noise(std::size_t{1} << 20U);
    const bool cut = GENERATE(false, true);
    const bool says_length = GENERATE(false, true);
    const RawServer server([&](RawConnection& connection) {
        connection.read_head();
        const auto length = says_length ? fmt::format("Content-Length: {}\r\n", content.size())
                                        : std::string("Transfer-Encoding: chunked\r\n");
        connection.send(fmt::format("HTTP/1.1 200 OK\r\n{}\r\n", length));
        const auto sent = cut && connection.number() == 0 ? content.size() / 2 : content.size();
        if (!says_length) connection.send(fmt::format("{:x}\r\n", content.size()));
        connection.send(std::string_view(content).substr(0, sent));
        if (sent == content.size() && !says_length) connection.send("\r\n0\r\n\r\n");
    });
    CAPTURE(cut, says_length);
    CHECK((read_object(to(server.url()), "b", "k") == content));
    CHECK(server.connections() == (cut ? says_length ? 3 : 2 : 1));
}

TEST_CASE("a service that says it goes on, and sends other bytes, yields the object") {
    const auto content = noise(std::size_t{3} << 20U);
    const RawServer server([&](RawConnection& connection) {
        for (;;) {
            const auto head = connection.read_head();
            if (head.empty()) return;
            const auto asked = asked_range(head, content.size());
            const bool whole = head.find("bytes=") == std::string::npos;
            if (whole) {
                connection.send(fmt::format("HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: {}\r\n\r\n",
                                            content.size()) +
                                content);
                continue;
            }
            // As asked for, by its head; but always from the beginning.
            const auto body = content.substr(0, asked.last - asked.first + 1);
            if (connection.number() == 0) {
                connection.send(range_head(asked, content.size()) + body.substr(0, 100'000));
                return;
            }
            connection.send(range_head(asked, content.size()) + body);
        }
    });
    CHECK((read_object(to(server.url()), "b", "k") == content));
}

TEST_CASE("a weak tag is not asked for with If-Match, which compares only strong ones") {
    const auto content = noise(std::size_t{8} << 20U);
    for (const std::string tag : {"W/\"one\"", "\"one\""}) {
        CAPTURE(tag);
        std::atomic<int> conditions = 0;
        const RawServer server([&](RawConnection& connection) {
            for (;;) {
                const auto head = connection.read_head();
                if (head.empty()) return;
                if (head.find("If-Match") != std::string::npos) ++conditions;
                if (head.find("If-Match: W/") != std::string::npos) {
                    connection.send("HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n");
                    continue;
                }
                const auto asked = asked_range(head, content.size());
                connection.send(range_head(asked, content.size(), tag) +
                                content.substr(asked.first, asked.last - asked.first + 1));
            }
        });
        CHECK((read_object(to(server.url()), "b", "k") == content));
        CHECK((conditions == 0) == tag.starts_with("W/"));
    }
}

TEST_CASE("an object that changes is found out, also where If-Match is ignored") {
    const auto content = noise(std::size_t{8} << 20U);
    const RawServer server([&](RawConnection& connection) {
        for (;;) {
            const auto head = connection.read_head();
            if (head.empty()) return;
            const auto asked = asked_range(head, content.size());
            connection.send(range_head(asked, content.size(), asked.first == 0 ? "\"one\"" : "\"two\"") +
                            content.substr(asked.first, asked.last - asked.first + 1));
        }
    });
    CHECK(reading_error(server.url()).error_class() == ErrorClass::integrity);
}

TEST_CASE("an object that is larger than its service says is refused, wherever the end would be") {
    constexpr std::size_t first = std::size_t{256} << 10U;
    constexpr std::size_t part = std::size_t{4} << 20U;
    const auto content = noise(first + 3 * part);
    for (const auto said :
         {std::size_t{1000}, first - 1, first, first + 1, first + part, content.size() - 1}) {
        CAPTURE(said);
        const RawServer server(each_request([&](RawConnection& connection, const std::string& head) {
            const auto asked = asked_range(head, content.size());
            return connection.send(range_head(asked, said) +
                                   content.substr(asked.first, asked.last - asked.first + 1));
        }));
        FileCollector sink;
        Cancellation cancellation;
        const auto source = sources::open_source(to(server.url()), cancellation);
        const auto error = error_of([&] { source->read({.bucket = "b", .path = "k"}, {}, sink); });
        CHECK(error.error_class() == ErrorClass::integrity);
        CHECK_THAT(error.what(), Catch::Contains("sends more"));
    }
}

TEST_CASE("a service that answers with another part than it was asked for is asked for all of it") {
    const auto content = noise(std::size_t{9} << 20U);
    const auto kind = GENERATE(as<std::string>(), "from the beginning", "all of it", "without saying where",
                               "of an unknown size", "from elsewhere", "always without saying where");
    std::atomic<int> whole = 0;
    const RawServer server(each_request([&](RawConnection& connection, const std::string& head) {
        if (!asks_for_part(head)) {
            ++whole;
            return connection.send(whole_answer(content));
        }
        const auto [from, to] = asked_range(head, content.size());
        const auto size = content.size();
        const auto body = content.substr(from, to - from + 1);
        if (kind == "always without saying where") return connection.send(part_answer(body, ""));
        if (from == 0) return connection.send(part_answer(body, fmt::format("bytes 0-{}/{}", to, size)));
        if (kind == "without saying where") return connection.send(part_answer(body, ""));
        if (kind == "of an unknown size")
            return connection.send(part_answer(content.substr(0, body.size()), "bytes */*"));
        if (kind == "from elsewhere")
            return connection.send(part_answer(content.substr(from - 1, body.size()),
                                               fmt::format("bytes {}-{}/{}", from - 1, to - 1, size)));
        const auto other = kind == "all of it" ? content : content.substr(0, body.size());
        return connection.send(part_answer(other, fmt::format("bytes 0-{}/{}", other.size() - 1, size)));
    }));
    CAPTURE(kind);
    CHECK((read_object(to(server.url()), "b", "k") == content));
    CHECK(whole == 1);
}

TEST_CASE("a service that has nothing but parts, and does not say of what, is refused") {
    const auto content = noise(1000);
    const RawServer server(each_request([&](RawConnection& connection, const std::string&) {
        return connection.send(part_answer(content, ""));
    }));
    const auto error = reading_error(server.url());
    CHECK(error.error_class() == ErrorClass::integrity);
    CHECK_THAT(error.what(), Catch::Contains("sends a part"));
}
