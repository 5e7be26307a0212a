#include "api/client.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/scripted_transport.hpp"

using namespace prevision;
using namespace prevision::api;
using testing::ScriptedTransport;

namespace {

struct Fixture {
    ScriptedTransport transport;
    Cancellation cancellation;
    Client client{transport, cancellation, {.retry = {.retries = 0}, .trace = {}}};

    std::vector<std::string> list() {
        std::vector<std::string> ids;
        client.list<model::Connector>("p", [&](const model::Connector& connector) {
            ids.push_back(connector.id);
            return true;
        });
        return ids;
    }
};

/// A page of connectors with these ids, and what `metaData` holds.
std::string page(const std::vector<std::string>& ids, const std::string& meta) {
    std::string items;
    for (const auto& id : ids) items += fmt::format("{}{{\"_id\":\"{}\"}}", items.empty() ? "" : ",", id);
    return fmt::format(R"({{"items":[{}],"metaData":{{{}}}}})", items, meta);
}

ErrorClass class_of(const transport::Response& response) {
    return to_error("x", response, "p").error_class();
}

}  // namespace

TEST_CASE("a list is read page by page until all are there") {
    Fixture fixture;
    fixture.transport.answer(200, page({"a", "b"}, R"("totalItems":3,"rowsPerPage":2)"));
    fixture.transport.answer(200, page({"c"}, R"("totalItems":3,"rowsPerPage":2)"));
    CHECK(fixture.list() == std::vector<std::string>{"a", "b", "c"});
    CHECK(fixture.transport.requests[0].path == "/projects/p/connectors?page=1");
    CHECK(fixture.transport.requests[1].path == "/projects/p/connectors?page=2");
}

TEST_CASE("a platform that only says whether there is a next page is followed") {
    Fixture fixture;
    fixture.transport.answer(200, page({"a"}, R"("nextPage":true)"))
        .answer(200, page({"b"}, R"("nextPage":false)"));
    CHECK(fixture.list() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("an object that moved to the next page is shown once") {
    Fixture fixture;
    fixture.transport.answer(200, page({"a", "b"}, R"("totalItems":3,"rowsPerPage":2)"));
    fixture.transport.answer(200, page({"b", "c"}, R"("totalItems":4,"rowsPerPage":2)"));
    CHECK(fixture.list() == std::vector<std::string>{"a", "b", "c"});
    CHECK(fixture.transport.done());
}

TEST_CASE("a list that loses an object while it is read is complete without it") {
    Fixture fixture;
    fixture.transport.answer(200, page({"a", "b"}, R"("totalItems":4,"rowsPerPage":2)"));
    fixture.transport.answer(200, page({"d"}, R"("totalItems":3,"rowsPerPage":2)"));
    CHECK(fixture.list() == std::vector<std::string>{"a", "b", "d"});
}

TEST_CASE("a platform that pages its lists wrongly is an error, and never a short list") {
    const std::string five = R"("totalItems":5,"rowsPerPage":2)";
    const std::string more = R"("nextPage":true)";
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{page({"a", "b"}, five), page({"a", "b"}, five)}, "page 2 repeats earlier items"},
        {{page({"a", "b"}, more), page({"b", "a"}, more)}, "page 2 repeats earlier items"},
        {{page({"a", "b"}, five), page({}, five)}, "page 2 is empty"},
        {{page({}, five)}, "page 1 is empty"},
        {{page({}, more)}, "page 1 is empty"},
        {{page({"a", "b"}, five), page({"b", "c"}, five), page({"d"}, five)}, "4 of 5 items were sent"},
        {{page({"a", "b"}, R"("totalItems":3,"rowsPerPage":3)")}, "2 of 3 items were sent"}};
    for (const auto& [pages, reason] : wrong) {
        CAPTURE(reason);
        Fixture fixture;
        for (const auto& each : pages) fixture.transport.answer(200, each);
        try {
            fixture.list();
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::unreachable);
            CHECK(std::string(error.what()) ==
                  "cannot list the connectors: the list is not complete: " + reason);
        }
        CHECK(fixture.transport.done());
    }
}

TEST_CASE("items that are false, absent or empty are none") {
    for (const auto* body : {R"({"items":false})", R"({})", R"({"items":[],"metaData":{"totalItems":0}})"}) {
        CAPTURE(body);
        Fixture fixture;
        fixture.transport.answer(200, body);
        CHECK(fixture.list().empty());
    }
}

TEST_CASE("objects of a name are asked for by it, and picked here where the platform sends all") {
    Fixture fixture;
    fixture.transport.answer(200, R"({"items":[{"_id":"a","name":"x y"},{"_id":"b","name":"X y"}]})");
    std::vector<std::string> ids;
    fixture.client.list_named<model::Connector>("p", "x y", [&](const model::Connector& connector) {
        ids.push_back(connector.id);
        return true;
    });
    CHECK(ids == std::vector<std::string>{"a"});
    CHECK(fixture.transport.requests[0].path == "/projects/p/connectors?name=x%20y&page=1");
}

namespace {

const std::vector<transport::Header> unique_name{{"prevision-unique-name", "true"}};

std::string made(const std::string& id, const std::string& created_at) {
    return fmt::format(R"({{"_id":"{}","name":"x","created_at":"{}"}})", id, created_at);
}

}  // namespace

TEST_CASE("a platform that decides on unique names is asked once") {
    Fixture fixture;
    fixture.transport.answer(201, made("b", "2026-01-02T00:00:00Z"), unique_name);
    CHECK(fixture.client.create<model::Connector>("p", {.name = "x"}).id == "b");
    CHECK(fixture.transport.requests[0].path == "/projects/p/connectors?unique_name=true");

    fixture.transport.answer(409, R"({"message":"that name is taken by a"})", unique_name);
    try {
        fixture.client.create<model::Connector>("p", {.name = "x"});
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::conflict);
        CHECK(std::string(error.what()) == "cannot create the connector 'x': that name is taken by a");
    }

    fixture.transport.answer(201, made("c", "2026-01-02T00:00:00Z"));
    CHECK(fixture.client.create<model::Connector>("p", {.name = "x"}, Names::any).id == "c");
    CHECK(fixture.transport.requests.back().path == "/projects/p/connectors");
    CHECK(fixture.transport.done());
}

TEST_CASE("of two objects that an older platform created at once, the later one is removed") {
    const auto first = made("a", "2026-01-02T00:00:00Z");
    const auto second = made("b", "2026-01-02T00:00:01Z");
    const auto both = R"({"items":[)" + second + "," + first + "]}";
    Fixture earlier;
    earlier.transport.answer(201, first).answer(200, both);
    CHECK(earlier.client.create<model::Exporter>("p", {.name = "x"}).id == "a");
    CHECK(earlier.transport.requests[1].path == "/projects/p/exporters?name=x&page=1");

    Fixture later;
    later.transport.answer(201, second).answer(200, both).answer(204, "");
    try {
        later.client.create<model::Exporter>("p", {.name = "x"});
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::conflict);
        CHECK(std::string(error.what()) == "cannot create the exporter 'x': that name is taken by a");
    }
    CHECK(later.transport.requests[2].method + later.transport.requests[2].path == "DELETE/exporters/b");
}

TEST_CASE("a platform that decides on unique names is asked once for a new name") {
    Fixture fixture;
    const model::Connector connector{.id = "b", .name = "old"};
    const std::string changes = R"({"name":"x"})";
    fixture.transport.answer(200, made("b", "2026-01-02T00:00:00Z"), unique_name);
    CHECK(fixture.client.rename("p", connector, changes).name == "x");
    CHECK(fixture.transport.requests[0].path == "/connectors/b?unique_name=true");
    CHECK(fixture.transport.requests[0].body == changes);

    fixture.transport.answer(409, R"({"message":"that name is taken by a"})", unique_name);
    CHECK_THROWS_WITH(fixture.client.rename("p", connector, changes),
                      "cannot update the connector 'old': that name is taken by a");
    fixture.transport.answer(404, "");
    CHECK_THROWS_WITH(fixture.client.rename("p", connector, changes),
                      Catch::Contains("this platform has no such call"));
    CHECK(fixture.transport.done());
}

TEST_CASE("when an older platform has given a new name to two objects, the old name is put back") {
    const auto renamed = made("b", "2026-01-02T00:00:00Z");
    const auto other = made("c", "2026-01-03T00:00:00Z");
    const model::Connector connector{.id = "b", .name = "old"};
    Fixture alone;
    alone.transport.answer(200, renamed).answer(200, R"({"items":[)" + renamed + "]}");
    CHECK(alone.client.rename("p", connector, R"({"name":"x"})").id == "b");
    CHECK(alone.transport.requests[1].path == "/projects/p/connectors?name=x&page=1");

    Fixture beside;
    beside.transport.answer(200, renamed)
        .answer(200, R"({"items":[)" + renamed + "," + other + "]}")
        .answer(200, renamed);
    CHECK_THROWS_WITH(beside.client.rename("p", connector, R"({"name":"x"})"),
                      "cannot update the connector 'old': that name is taken by c");
    CHECK(beside.transport.requests[2].path == "/connectors/b");
    CHECK(beside.transport.requests[2].body == R"({"name":"old"})");
}

TEST_CASE("a failed snapshot does not take a name") {
    const std::string failed =
        R"({"_id":"a","name":"x","copy_state":"failed","created_at":"2026-01-01T00:00:00Z"})";
    const auto started = made("b", "2026-01-02T00:00:00Z");
    Fixture fixture;
    fixture.transport.answer(201, started).answer(200, R"({"items":[)" + failed + "," + started + "]}");
    CHECK(fixture.client.create_dataset("p", "x", "s").id == "b");
    CHECK(fixture.transport.requests[0].path == "/projects/p/datasets/data-source?unique_name=true");
    CHECK(fixture.transport.done());
}

TEST_CASE("secrets are compared where the platform can and may, and else nothing is known of them") {
    const std::map<std::string, std::string> nothing;
    const auto compare = [](int status, const std::string& body) {
        Fixture fixture;
        fixture.transport.answer(status, body);
        auto compared = fixture.client.compare_secrets({"5", "shop"}, R"({"password":"p"})");
        CHECK(fixture.transport.requests[0].path == "/connectors/5/compare-secrets");
        CHECK(fixture.transport.requests[0].body == R"({"password":"p"})");
        return compared;
    };
    CHECK(compare(200, R"({"password":"different"})") ==
          std::map<std::string, std::string>{{"password", "different"}});
    for (const int status : {401, 403, 404, 405, 429, 501}) CHECK(compare(status, "") == nothing);
    CHECK_THROWS_AS(compare(500, ""), Error);
}

TEST_CASE("a list stops asking when no more is wanted") {
    Fixture fixture;
    fixture.transport.answer(200, page({"a", "b"}, R"("totalItems":4,"rowsPerPage":2)"));
    int count = 0;
    fixture.client.list<model::Connector>("p", [&](const model::Connector&) { return ++count < 1; });
    CHECK(count == 1);
}

TEST_CASE("an answer that is no JSON is an unreachable platform") {
    Fixture fixture;
    fixture.transport.answer(200, "<html>");
    try {
        fixture.list();
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::unreachable);
        CHECK(std::string(error.what())
                  .starts_with("cannot list the connectors: the answer is not a JSON object"));
    }
}

TEST_CASE("every status has its class") {
    CHECK(class_of({400, {}, ""}) == ErrorClass::invalid);
    CHECK(class_of({401, {}, ""}) == ErrorClass::auth);
    CHECK(class_of({403, {}, ""}) == ErrorClass::auth);
    CHECK(class_of({404, {}, ""}) == ErrorClass::not_found);
    CHECK(class_of({409, {}, ""}) == ErrorClass::conflict);
    CHECK(class_of({422, {}, ""}) == ErrorClass::invalid);
    CHECK(class_of({418, {}, ""}) == ErrorClass::internal);
    for (const int status : {408, 429, 500, 502, 503, 504, 599})
        CHECK(class_of({status, {}, ""}) == ErrorClass::unreachable);
    CHECK(class_of({502, {}, R"({"class":"auth","message":"m"})"}) == ErrorClass::auth);
}

TEST_CASE("statuses 200 to 210 and 226 are success") {
    for (const int status : {200, 201, 204, 210, 226}) CHECK(is_success(status));
    for (const int status : {0, 199, 211, 225, 227, 300, 404, 500}) CHECK_FALSE(is_success(status));
}

TEST_CASE("an error says what failed, why, and with which status") {
    const auto error =
        to_error("cannot create the connector 'x'", {404, {}, R"({"message":"ProjectNotFound"})"}, "p");
    CHECK(std::string(error.what()) == "cannot create the connector 'x': ProjectNotFound");
    CHECK(error.status() == 404);
    CHECK(std::string(to_error("w", {502, {}, "<html>"}, "https://a.example").what()) ==
          "w: https://a.example answered 502");
}

TEST_CASE("a failed test is an outcome with its stages, not an exception") {
    Fixture fixture;
    fixture.transport.answer(
        403,
        R"({"message":"denied","class":"auth","stages":[{"stage":"auth","ok":false,"ms":1.5,"message":"denied"}]})");
    const auto outcome = fixture.client.test<model::Connector>({"c", "shop"});
    CHECK_FALSE(outcome.result.ok);
    REQUIRE(outcome.result.stages.size() == 1);
    CHECK(outcome.result.stages[0].stage == "auth");
    REQUIRE(outcome.failure);
    CHECK(outcome.failure->error_class() == ErrorClass::auth);
    CHECK(std::string(outcome.failure->what()) == "the test of the connector 'shop' failed: denied");
}

TEST_CASE("a failure tells what it is about by its name, or by its id where no name is known") {
    Fixture fixture;
    for (const auto& [object, message] :
         {std::pair<ObjectReference, std::string>{{"5", "shop"},
                                                  "cannot preview the datasource 'shop': no such table"},
          {{"5"}, "cannot preview the datasource 5: no such table"}}) {
        fixture.transport.answer(400, R"({"message":"no such table"})");
        CHECK_THROWS_WITH(fixture.client.preview_datasource(object, 1), message);
    }
}

TEST_CASE("a remote platform's test without a body is a success") {
    Fixture fixture;
    fixture.transport.answer(200, "");
    CHECK(fixture.client.test<model::Connector>({"c"}).result.ok);
}

TEST_CASE("ids are percent-encoded in paths") {
    Fixture fixture;
    fixture.transport.answer(200, R"({"_id":"a"})");
    fixture.client.get<model::Dataset>("a/../b?c");
    CHECK(fixture.transport.requests[0].path == "/datasets/a%2F..%2Fb%3Fc");
}

TEST_CASE("a download that is cut begins again, and each byte comes once") {
    ScriptedTransport transport;
    Cancellation cancellation;
    Client client{transport,
                  cancellation,
                  {.retry = {.retries = 1, .wait = [](auto) {}, .jitter = [] { return 0.0; }}, .trace = {}}};
    StringSink sink;
    const auto download = [&] { client.download_dataset({.id = "d", .name = "sales"}, "csv", sink); };
    SECTION("and is given up after as many retries without progress as any call") {
        transport.cut("abc").cut("abcdef").cut("abc").cut("abc");
        CHECK_THROWS_AS(download(), Error);
        CHECK(sink.text == "abcdef");
        CHECK(transport.requests.size() == 3);
    }
    SECTION("once") {
        transport.cut("abc").answer(200, "abcdefgh");
        download();
        CHECK(sink.text == "abcdefgh");
        CHECK(transport.requests.size() == 2);
    }
    SECTION("unless other bytes come") {
        transport.cut("abc").answer(200, "abXdefgh");
        try {
            download();
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::integrity);
        }
        CHECK(sink.text == "abc");
    }
    SECTION("unless the sink fails") {
        class Broken final : public ByteSink {
            void write(std::string_view /*bytes*/) override {
                throw Error(ErrorClass::unreachable, "the disk is away");
            }
        } broken;
        transport.answer(200, "abc");
        CHECK_THROWS_WITH(client.download_dataset({.id = "d"}, "csv", broken), "the disk is away");
        CHECK(transport.requests.size() == 1);
    }
}
