#include <csignal>

#include <catch2/catch.hpp>

#include "server/served.hpp"

using namespace prevision;
using testing::RawClient;
using testing::Served;

namespace {

std::string start_endless(const Served& served) {
    const auto datasource = served.make_endless(served.make_connector());
    const auto id = served
                        .call("POST", "/projects/" + served.project() + "/datasets/data-source",
                              R"({"name":"half","datasource_id":")" + datasource + R"("})")
                        .id();
    testing::wait_until([&] { return served.get("/datasets/" + id).text("copy_state") == "running"; });
    return id;
}

}  // namespace

TEST_CASE("SIGTERM while a snapshot runs ends in time, with 0, and the dataset is failed") {
    Served served({"--drain-timeout", "200ms"});
    start_endless(served);
    served.process().signal(SIGTERM);
    CHECK(served.process().wait().exit_code == 0);
    CHECK(served.ok({"dataset", "list", "-o", "csv", "--no-header", "--columns", "name,state,message"}) ==
          "half,failed,the snapshot was interrupted before it was done\r\n");
    testing::shell("! ls " + (served.home() / "datasets").string() + " | grep .");
}

TEST_CASE("SIGTERM lets a snapshot that can end do so") {
    Served served({"--drain-timeout", "20s"});
    testing::shell("sqlite3 " + served.database() +
                   " \"CREATE TABLE many AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                   "LIMIT 300000) SELECT i, 'some text to make it longer' AS t FROM n\"");
    const auto connector = served.make_connector();
    const auto datasource =
        served
            .call("POST", "/projects/" + served.project() + "/data-sources",
                  R"({"connector_id":")" + connector + R"(","name":"many","table":"many"})")
            .id();
    served.call("POST", "/projects/" + served.project() + "/datasets/data-source",
                R"({"name":"whole","datasource_id":")" + datasource + R"("})");
    served.process().signal(SIGTERM);
    CHECK(served.process().wait().exit_code == 0);
    CHECK(served.ok({"dataset", "list", "-o", "csv", "--no-header", "--columns", "name,state,rows"}) ==
          "whole,done,300000\r\n");
    served.ok({"dataset", "verify", "whole"});
}

TEST_CASE("SIGTERM closes event streams and idle connections, and no new one is taken") {
    Served served;
    const RawClient idle(served.port());
    idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(idle.read_until("ok").starts_with("HTTP/1.1 200"));
    const RawClient events(served.port());
    events.send("GET /ext/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: " + served.admin() + "\r\n\r\n");
    CHECK(events.read_until("connected").starts_with("HTTP/1.1 200"));
    served.process().signal(SIGTERM);
    CHECK(served.process().wait().exit_code == 0);
    CHECK(served.curl("/healthz").status == 0);
}

TEST_CASE("a server that was killed leaves no dataset running") {
    Served served;
    start_endless(served);
    served.process().signal(SIGKILL);
    served.process().wait();
    CHECK(served.ok({"dataset", "list", "-o", "csv", "--no-header", "--columns", "state"}) == "failed\r\n");
}
