// Every noun's calls fail alike for the same broken answer.
#include <functional>

#include <catch2/catch.hpp>

#include "api/client.hpp"
#include "support/scripted_transport.hpp"

using namespace prevision;
using namespace prevision::api;
using testing::ScriptedTransport;

namespace {

using Call = std::function<void(Client&)>;

struct NounCalls {
    std::string noun;
    Call show, list, create, remove;
};

template <typename Object>
bool any(const Object& /*object*/) {
    return true;
}

const std::vector<NounCalls>& nouns() {
    static const std::vector<NounCalls> all{
        {"project", [](Client& client) { client.get<model::Project>("5"); },
         [](Client& client) { client.list_projects(any<model::Project>); },
         [](Client& client) { client.create_project({.name = "x"}); },
         [](Client& client) { client.remove<model::Project>({"5"}); }},
        {"connector", [](Client& client) { client.get<model::Connector>("5"); },
         [](Client& client) { client.list<model::Connector>("p", any<model::Connector>); },
         [](Client& client) { client.create<model::Connector>("p", {.type = "SQL", .name = "x"}); },
         [](Client& client) { client.remove<model::Connector>({"5"}); }},
        {"datasource", [](Client& client) { client.get<model::Datasource>("5"); },
         [](Client& client) { client.list<model::Datasource>("p", any<model::Datasource>); },
         [](Client& client) { client.create<model::Datasource>("p", {.name = "x"}); },
         [](Client& client) { client.remove<model::Datasource>({"5"}); }},
        {"dataset", [](Client& client) { client.get<model::Dataset>("5"); },
         [](Client& client) { client.list<model::Dataset>("p", any<model::Dataset>); },
         [](Client& client) { client.create_dataset("p", "x", "s"); },
         [](Client& client) { client.remove<model::Dataset>({"5"}); }},
        {"exporter", [](Client& client) { client.get<model::Exporter>("5"); },
         [](Client& client) { client.list<model::Exporter>("p", any<model::Exporter>); },
         [](Client& client) { client.create<model::Exporter>("p", {.name = "x"}); },
         [](Client& client) { client.remove<model::Exporter>({"5"}); }}};
    return all;
}

struct Outcome {
    std::string error_class = "none";
    std::string hint;
    bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << outcome.error_class << " '" << outcome.hint << "'";
}

Outcome outcome_of(const Call& call, int status, const std::string& body) {
    ScriptedTransport transport;
    transport.answer(status, body);
    Cancellation cancellation;
    Client client(transport, cancellation, {.retry = {.retries = 0}, .trace = {}});
    try {
        call(client);
        return {};
    } catch (const Error& error) {
        return {std::string(to_string(error.error_class())), error.hint()};
    }
}

constexpr auto no_platform = "is the URL that of a Prevision.io platform?";
constexpr auto failed = "the platform failed: try again later";

}  // namespace

TEST_CASE("show, list and create of every noun fail alike for an answer that is not a JSON object") {
    for (const std::string body : {"<html><body>Welcome</body></html>", R"({"_id": "5", "na)", "[1, 2]",
                                   R"("text")", "17", "null", "", " "}) {
        for (const auto& noun : nouns()) {
            CAPTURE(body, noun.noun);
            const Outcome expected{"unreachable", no_platform};
            CHECK(outcome_of(noun.show, 200, body) == expected);
            CHECK(outcome_of(noun.list, 200, body) == expected);
            CHECK(outcome_of(noun.create, 200, body) == expected);
            CHECK(outcome_of(noun.remove, 200, body) == Outcome{});
        }
    }
}

TEST_CASE("a list of every noun refuses an item that is not a JSON object") {
    for (const auto& noun : nouns()) {
        CAPTURE(noun.noun);
        CHECK(outcome_of(noun.list, 200, R"({"items": [17]})") == Outcome{"unreachable", no_platform});
    }
}

TEST_CASE("every call of every noun gives a failed answer the same class and hint") {
    struct Answer {
        int status;
        std::string body;
        Outcome expected;
    };
    const std::vector<Answer> answers{
        {500, "<html>", {"unreachable", failed}},
        {500, R"({"status": 500, "message": "broken"})", {"unreachable", failed}},
        {500, R"({"message": "denied", "class": "auth", "hint": "ask"})", {"auth", "ask"}},
        {500, "", {"unreachable", failed}},
        {404, R"({"message": ["a", "b"]})", {"not_found", ""}},
        {409, "null", {"conflict", ""}},
        {422, "{", {"invalid", ""}}};
    for (const auto& answer : answers) {
        for (const auto& noun : nouns()) {
            for (const auto& call : {noun.show, noun.list, noun.create, noun.remove}) {
                CAPTURE(answer.status, answer.body, noun.noun);
                CHECK(outcome_of(call, answer.status, answer.body) == answer.expected);
            }
        }
    }
}
