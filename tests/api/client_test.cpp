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
        client.list_connectors("p", [&](const model::Connector& connector) {
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

TEST_CASE(
    "an object that moved to the next page is shown once, and pages that bring nothing new end the list") {
    Fixture fixture;
    fixture.transport.answer(200, page({"a", "b"}, R"("totalItems":900,"rowsPerPage":2)"));
    fixture.transport.answer(200, page({"b", "c"}, R"("totalItems":900,"rowsPerPage":2)"));
    fixture.transport.answer(200, page({"b", "c"}, R"("totalItems":900,"rowsPerPage":2)"));
    CHECK(fixture.list() == std::vector<std::string>{"a", "b", "c"});
    CHECK(fixture.transport.done());
}

TEST_CASE("items that are false, absent or empty are none") {
    for (const auto* body :
         {R"({"items":false})", R"({})", R"({"items":[],"metaData":{"totalItems":9,"rowsPerPage":1}})"}) {
        CAPTURE(body);
        Fixture fixture;
        fixture.transport.answer(200, body);
        CHECK(fixture.list().empty());
    }
}

TEST_CASE("a list stops asking when no more is wanted") {
    Fixture fixture;
    fixture.transport.answer(200, page({"a", "b"}, R"("totalItems":4,"rowsPerPage":2)"));
    int count = 0;
    fixture.client.list_connectors("p", [&](const model::Connector&) { return ++count < 1; });
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
    const auto outcome = fixture.client.test_connector({"c", "shop"});
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
    CHECK(fixture.client.test_connector({"c"}).result.ok);
}

TEST_CASE("ids are percent-encoded in paths") {
    Fixture fixture;
    fixture.transport.answer(200, R"({"_id":"a"})");
    fixture.client.get_dataset("a/../b?c");
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
