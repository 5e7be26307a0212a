#include "api/page_reader.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace prevision;
using namespace std::chrono_literals;

namespace {

/// A platform whose newest call is always answered first.
class ReversedPlatform final : public transport::Transport {
  public:
    using Answer = std::function<transport::Response(const std::string& path, int call)>;
    explicit ReversedPlatform(Answer answer) : answer_(std::move(answer)) {}

    transport::Response send(const transport::Request& request) override {
        return answer_(request.path, ++calls_of_[request.path]);
    }

    std::unique_ptr<transport::Calls> begin_calls() override {
        class Reversed final : public transport::Calls {
          public:
            explicit Reversed(ReversedPlatform& platform) : platform_(platform) {}
            void start(std::int64_t number, const transport::Request& request) override {
                under_way_.emplace_back(number, request);
                platform_.most_under_way = std::max(platform_.most_under_way, under_way_.size());
            }
            std::optional<Ended> wait(std::chrono::milliseconds) override {
                if (under_way_.empty()) return std::nullopt;
                const auto [number, request] = under_way_.back();
                under_way_.pop_back();
                platform_.order.push_back(request.path);
                try {
                    return Ended{.number = number, .response = platform_.send(request), .failure = {}};
                } catch (const transport::TransportError& error) {
                    return Ended{.number = number, .response = {}, .failure = error};
                }
            }

          private:
            ReversedPlatform& platform_;
            std::vector<std::pair<std::int64_t, transport::Request>> under_way_;
        };
        return std::make_unique<Reversed>(*this);
    }

    [[nodiscard]] std::string description() const override { return "the test's platform"; }

    std::size_t most_under_way = 0;
    std::vector<std::string> order;  ///< in which the calls were answered

  private:
    Answer answer_;
    std::map<std::string, int> calls_of_;
};

struct Reading {
    explicit Reading(ReversedPlatform::Answer answer)
        : platform(std::move(answer)),
          retry{.retries = 2,
                .timeout = 60s,
                .clock = &system_clock(),
                .wait = [](auto) {},
                .jitter = [] { return 0.0; }},
          reader(platform, cancellation, retry, "/list?a=b",
                 [this](const std::string& path, const std::string& outcome, auto) {
                     reports.push_back(path + " " + outcome);
                 }) {}

    ReversedPlatform platform;
    Cancellation cancellation;
    api::RetrySettings retry;
    std::vector<std::string> reports;
    api::PageReader reader;
};

transport::Response page_named_by_path(const std::string& path, int /*call*/) { return {200, {}, path}; }

}  // namespace

TEST_CASE("pages that are answered in any order are given in theirs") {
    Reading reading(page_named_by_path);
    CHECK(reading.reader.next().body == "/list?a=b&page=1");
    CHECK(reading.platform.most_under_way == 1);
    reading.reader.expect(40);
    for (int i = 2; i <= 40; ++i) CHECK(reading.reader.next().body == fmt::format("/list?a=b&page={}", i));
    CHECK(reading.platform.most_under_way == 8);
    CHECK(reading.platform.order.size() == 40);
    CHECK_FALSE(std::is_sorted(reading.platform.order.begin(), reading.platform.order.end()));
    CHECK(reading.reports.size() == 40);
    CHECK(reading.reports.front() == "/list?a=b&page=1 200");
}

TEST_CASE("no more pages are asked for than there are, and not far ahead of the one that is wanted") {
    Reading reading(page_named_by_path);
    reading.reader.next();
    reading.reader.expect(3);
    reading.reader.next();
    reading.reader.next();
    CHECK(reading.platform.order.size() == 3);

    Reading slow([](const std::string& path, int) { return transport::Response{200, {}, path}; });
    slow.reader.next();
    slow.reader.expect(1'000'000);
    slow.reader.next();
    // Those that came before page 2, whose call was the first, and was answered last.
    CHECK(slow.platform.order.size() <= 17);
}

TEST_CASE("a page is tried again by itself, and when that is of no use its failure comes in its turn") {
    Reading again([](const std::string& path, int call) -> transport::Response {
        if (path.ends_with("=3") && call < 3) return {503, {}, "busy"};
        return {200, {}, path};
    });
    again.reader.next();
    again.reader.expect(5);
    for (int i = 2; i <= 5; ++i) CHECK(again.reader.next().body.ends_with(fmt::format("={}", i)));
    CHECK(std::count(again.platform.order.begin(), again.platform.order.end(), "/list?a=b&page=3") == 3);
    CHECK(again.reports.size() == 5);

    Reading cut([](const std::string& path, int) -> transport::Response {
        if (path.ends_with("=3")) throw transport::TransportError("cannot reach the platform: cut", "", true);
        return {200, {}, path};
    });
    cut.reader.next();
    cut.reader.expect(5);
    CHECK(cut.reader.next().status == 200);
    CHECK_THROWS_AS(cut.reader.next(), transport::TransportError);

    // An answer is given as it is, whatever it says.
    Reading refused([](const std::string&, int) { return transport::Response{404, {}, "gone"}; });
    CHECK(refused.reader.next().status == 404);
}
