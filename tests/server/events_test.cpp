#include <catch2/catch.hpp>

#include "server/served.hpp"

using namespace prevision;
using testing::RawClient;
using testing::Served;

namespace {

std::string request_events(const Served& served) {
    // An old client's, so that no chunks come between.
    return "GET /ext/v1/events HTTP/1.0\r\nAuthorization: " + served.viewer() + "\r\n\r\n";
}

}  // namespace

TEST_CASE("an event stream tells each change of a dataset to all who listen") {
    const Served served;
    const RawClient one(served.port());
    const RawClient two(served.port());
    for (const auto* client : {&one, &two}) {
        client->send(request_events(served));
        const auto head = client->read_until(": connected\n\n");
        CHECK(head.starts_with("HTTP/1.1 200 OK"));
        CHECK(head.find("Content-Type: text/event-stream") != std::string::npos);
    }
    const auto datasource = served.make_datasource(served.make_connector());
    const auto id = served
                        .call("POST", "/projects/" + served.project() + "/datasets/data-source",
                              R"({"name":"n","datasource_id":")" + datasource + R"("})")
                        .id();
    CHECK(served.wait_for_dataset(id) == "done");
    const std::string event = "event: DATASET_UPDATE\ndata: {\"_id\":\"" + id + "\"}\n\n";
    for (const auto* client : {&one, &two}) {
        // When it begins, and when it is done.
        CHECK(client->read_until(event + event).ends_with(event + event));
    }
}

TEST_CASE("comments keep an event stream alive") {
    const Served served({"--keep-alive", "50ms"});
    const RawClient client(served.port());
    client.send(request_events(served));
    CHECK(client.read_until(": keep-alive\n\n").find(": connected") != std::string::npos);
    CHECK(client.read_until(": keep-alive\n\n").find(": keep-alive\n\n") != std::string::npos);
}

TEST_CASE("a client that leaves its event stream is forgotten") {
    const Served served;
    {
        const RawClient client(served.port());
        client.send(request_events(served));
        CHECK_FALSE(client.read_until(": connected\n\n").empty());
        CHECK(served.curl("/metrics").body.find("prevision_event_streams 1\n") != std::string::npos);
    }
    testing::wait_until([&] {
        return served.curl("/metrics").body.find("prevision_event_streams 0\n") != std::string::npos;
    });
}
