#include <atomic>
#include <set>
#include <thread>

#include <catch2/catch.hpp>
#include <signal.h>

#include "model/json.hpp"
#include "remote/remote_fixture.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

/// So many connectors, in pages; counts how many requests it has at a time.
class PagedServer {
  public:
    PagedServer(int total, int size) : total_(total), size_(size) {}

    HttpAnswer answer(const HttpRequest& request) {
        const int now = ++under_way_;
        for (int most = most_.load(); most < now && !most_.compare_exchange_weak(most, now);) continue;
        // Long enough for those asked for at the same time to meet here.
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        const int page = page_number(request.target);
        const int first = std::min((page - 1) * size_, total_);
        HttpAnswer result{
            .body = page_of_connectors(first, std::min(first + size_, total_), total_, size_, page)};
        --under_way_;
        return result;
    }
    [[nodiscard]] int most() const { return most_; }

  private:
    int total_;
    int size_;
    std::atomic<int> under_way_{0};
    std::atomic<int> most_{0};
};

std::string ids(int first, int end) {
    std::string result;
    for (int i = first; i < end; ++i) result += id_of(i) + "\n";
    return result;
}

}  // namespace

TEST_CASE(
    "a list of many pages comes in order, each object once, several pages at a time and never more than 8") {
    PagedServer pages(2995, 50);
    const HttpServer server([&](const HttpRequest& request) { return pages.answer(request); });
    const auto result = RemoteProgram(server.url())({"connector", "list", "-q"});
    CHECK(result.exit_code == 0);
    CHECK((result.out == ids(0, 2995)));
    CHECK(server.requests().size() == 60);
    std::set<std::string> targets;
    std::set<int> connections;
    for (const auto& request : server.requests()) {
        targets.insert(request.target);
        connections.insert(request.remote_port);
    }
    CHECK(targets.size() == 60);
    CHECK(connections.size() < 20);  // kept and used again; one may be replaced meanwhile
    CHECK(pages.most() > 1);
    CHECK(pages.most() <= 8);
}

TEST_CASE("one page of a project that is given by its id is one request") {
    PagedServer pages(7, 50);
    const HttpServer server([&](const HttpRequest& request) { return pages.answer(request); });
    CHECK(RemoteProgram(server.url())({"connector", "list", "-q"}).out == ids(0, 7));
    CHECK(server.requests().size() == 1);
}

TEST_CASE("no more pages are asked for than are wanted, but for those under way") {
    PagedServer pages(100'000, 10);
    const HttpServer server([&](const HttpRequest& request) { return pages.answer(request); });
    const RemoteProgram prevision(server.url());
    CHECK(prevision({"connector", "list", "-q", "--limit", "5"}).out == ids(0, 5));
    CHECK(server.requests().size() == 1);
    CHECK(prevision({"connector", "list", "-q", "--limit", "25"}).out == ids(0, 25));
    CHECK(server.requests().size() <= 1 + 1 + 16);
}

TEST_CASE("each page is retried by itself, and the order stays") {
    PagedServer pages(400, 10);
    std::atomic<int> count = 0;
    const HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
        if (++count % 7 == 0) return {.status = 503, .headers = {{"Retry-After", "0"}}};
        return pages.answer(request);
    });
    const auto result = RemoteProgram(server.url())({"connector", "list", "-q"});
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK((result.out == ids(0, 400)));
    CHECK(server.requests().size() > 40);
}

TEST_CASE("pages before one that fails are shown, and the failure is told") {
    PagedServer pages(400, 10);
    const HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
        if (page_number(request.target) == 12) return {.status = 403, .body = R"({"message":"NoMore"})"};
        return pages.answer(request);
    });
    const auto result = RemoteProgram(server.url())({"connector", "list", "-q"});
    CHECK(result.exit_code == 4);
    CHECK(result.out == ids(0, 110));
    CHECK(count_lines(result.err, "prevision: cannot list the connectors: NoMore") == 1);
}

TEST_CASE(
    "objects that move between the pages are shown once, and a list that is then too short is an error") {
    for (const int change : {-37, 0, 29}) {
        // Every page overlaps the one before by two objects, and the total is not what it was.
        const HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
            const int page = page_number(request.target);
            const int total = page == 1 ? 100 : 100 + change;
            const int first = std::min(std::max((page - 1) * 10 - 2 * (page - 1), 0), total);
            return {.body = page_of_connectors(first, std::min(first + 10, total), total, 10, page)};
        });
        const auto result = RemoteProgram(server.url())({"connector", "list", "-q"});
        CAPTURE(change, result.err);
        // 82 of 100 objects come in ten pages, 58 of 63 in seven, 106 in thirteen: more than the 100 of the first page.
        CHECK(result.exit_code == (change > 0 ? 0 : 5));
        const int shown = count_lines(result.out, "");
        CHECK((result.out == ids(0, shown)));
        CHECK(shown >= 50);
        CHECK(server.requests().size() <= 20);
    }
}

TEST_CASE("a platform that says that there is always another page is not believed for ever") {
    for (const auto* meta :
         {R"("nextPage":true)", R"("totalItems":1000000000000,"rowsPerPage":1,"nextPage":true)"}) {
        const HttpServer server([&](const HttpRequest&) -> HttpAnswer {
            return {.body = fmt::format(R"({{"items":[{{"_id":"{}","name":"x"}}],"metaData":{{{}}}}})",
                                        id_of(1), meta)};
        });
        const auto result = RemoteProgram(server.url())({"connector", "list", "-q"});
        CHECK(result.exit_code == 5);
        CHECK_THAT(result.err, Catch::Contains("page 2 repeats earlier items"));
        CHECK(result.out == id_of(1) + "\n");
        CHECK(server.requests().size() <= 20);
    }
}

TEST_CASE("a list is handed on as its pages arrive") {
    PagedServer pages(100'000, 10);
    std::atomic<bool> hold{true};
    const HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
        while (page_number(request.target) >= 300 && hold)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return pages.answer(request);
    });
    const RemoteProgram prevision(server.url());
    const auto program = prevision.start({"connector", "list", "-o", "jsonl"});
    // A buffer's worth of what came before the pages that are held back.
    while (program->out().size() < 65'536) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    program->signal(SIGINT);
    CHECK(program->wait().exit_code == 130);
    hold = false;
}
