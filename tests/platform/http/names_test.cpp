#include <thread>

#include <catch2/catch.hpp>

#include "platform/fixture.hpp"
#include "sqlite/sqlite.hpp"
#include "transport/transport.hpp"

using namespace prevision;
using prevision::testing::Fixture;
using prevision::testing::Reply;

namespace {

bool is_marked(const Reply& reply) {
    return transport::find_header(reply.answer.headers, "Prevision-Unique-Name") == "true";
}

/// The collections of the kinds of object, each with the body of a new one.
std::vector<std::pair<std::string, std::string>> kinds(Fixture& platform) {
    const auto file = platform.folder() / "shop.db";
    sqlite::Database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        .execute("CREATE TABLE IF NOT EXISTS t (a)");
    const auto connector =
        platform.post(platform.in_project("/connectors"),
                      R"({"name": "base", "type": "SQL", "host": "sqlite://)" + file.string() + R"("})");
    const auto datasource =
        platform.post(platform.in_project("/data-sources"),
                      R"({"name": "base", "table": "t", "connector_id": ")" + connector.id() + R"("})");
    const std::string name = R"({"name": "n'é", )";
    return {{"/projects", R"({"name": "n'é"})"},
            {platform.in_project("/connectors"), name + R"("type": "FTP", "host": "h"})"},
            {platform.in_project("/data-sources"),
             name + R"("table": "t", "connector_id": ")" + connector.id() + R"("})"},
            {platform.in_project("/exporters"),
             name + R"("table": "t", "connector_id": ")" + connector.id() + R"("})"},
            {platform.in_project("/datasets/data-source"),
             name + R"("datasource_id": ")" + datasource.id() + R"("})"}};
}

std::string list_of(const std::string& collection) {
    return collection.ends_with("/data-source") ? collection.substr(0, collection.rfind('/')) : collection;
}

std::string object_of(const std::string& collection, const std::string& id) {
    const auto list = list_of(collection);
    return list.substr(list.rfind('/')) + "/" + id;
}

}  // namespace

TEST_CASE("of many who create a unique name at once exactly one succeeds, and the others get 409") {
    Fixture platform;
    for (const auto& [collection, body] : kinds(platform)) {
        CAPTURE(collection);
        constexpr int clients = 6;
        std::vector<int> statuses(clients);
        std::vector<std::thread> threads;
        for (auto& status : statuses) {
            threads.emplace_back([&, &target = collection, &text = body] {
                status =
                    Fixture::call_platform(platform.platform(), "POST", target + "?unique_name=true", text)
                        .status;
            });
        }
        for (auto& thread : threads) thread.join();
        CHECK(std::ranges::count(statuses, 200) == 1);
        CHECK(std::ranges::count(statuses, 409) == clients - 1);
    }
}

TEST_CASE("of many who give one unique name to their objects at once exactly one succeeds") {
    Fixture platform;
    for (const auto& [collection, body] : kinds(platform)) {
        CAPTURE(collection);
        constexpr std::size_t clients = 6;
        std::vector<std::string> ids(clients);
        for (auto& id : ids) id = platform.post(collection, body).id();
        std::vector<int> statuses(clients);
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < clients; ++i) {
            threads.emplace_back([&, i, target = object_of(collection, ids[i])] {
                statuses[i] = Fixture::call_platform(platform.platform(), "PATCH",
                                                     target + "?unique_name=true", R"({"name": "new"})")
                                  .status;
            });
        }
        for (auto& thread : threads) thread.join();
        CHECK(std::ranges::count(statuses, 200) == 1);
        CHECK(std::ranges::count(statuses, 409) == clients - 1);
        CHECK(platform.get(list_of(collection) + "?name=new").json["items"].Size() == 1);
    }
}

TEST_CASE("a platform that knows unique names says so, also when it refuses") {
    Fixture platform;
    for (const auto& [collection, body] : kinds(platform)) {
        CAPTURE(collection);
        const auto first = platform.post(collection + "?unique_name=true", body);
        CHECK(first.status == 200);
        CHECK(is_marked(first));
        const auto second = platform.post(collection + "?unique_name=true", body);
        if (collection.ends_with("/data-source"))
            continue;  // the first one may have failed, which frees its name
        CHECK(second.status == 409);
        CHECK(is_marked(second));
        CHECK_THAT(second.message(), Catch::Contains("'n'é' already: " + first.id()));
        // Without the field two may share a name, as on other platforms.
        const auto third = platform.post(collection, body);
        CHECK(third.status == 200);
        CHECK_FALSE(is_marked(third));
    }
}

TEST_CASE("a list is asked for a name, and has the objects that have exactly this one") {
    Fixture platform;
    for (const auto& [collection, body] : kinds(platform)) {
        CAPTURE(collection);
        const auto one = platform.post(collection, body).id();
        const auto two = platform.post(collection, body).id();
        const auto list = platform.get(list_of(collection) + "?name=n%27%C3%A9");
        CHECK(list.status == 200);
        CHECK(is_marked(list));
        REQUIRE(list.json["items"].Size() == 2);
        CHECK(model::get_text(list.json["items"][0], "_id") == one);
        CHECK(model::get_text(list.json["items"][1], "_id") == two);
        CHECK(list.json["metaData"]["totalItems"].GetInt() == 2);
        CHECK(platform.get(list_of(collection) + "?name=N%27%C3%A9").json["items"].Size() == 0);
        CHECK(platform.get(list_of(collection) + "?name=none").json["metaData"]["totalItems"].GetInt() == 0);
        CHECK_FALSE(is_marked(platform.get(list_of(collection))));
    }
}

TEST_CASE("a failed snapshot does not keep its name") {
    Fixture platform;
    const auto [collection, body] = kinds(platform).back();
    sqlite::Database(platform.folder() / "shop.db", SQLITE_OPEN_READWRITE).execute("DROP TABLE t");
    const auto first = platform.post(collection + "?unique_name=true", body).id();
    while (platform.get("/datasets/" + first).text("copy_state") != "failed") {
    }
    CHECK(platform.post(collection + "?unique_name=true", body).status == 200);
}

TEST_CASE("names are found by an index") {
    Fixture platform;
    sqlite::Database store(platform.home() / "prevision.db", SQLITE_OPEN_READONLY);
    for (const std::string table : {"connectors", "datasources", "datasets", "exporters"}) {
        CAPTURE(table);
        auto plan = store.prepare("EXPLAIN QUERY PLAN SELECT id FROM " + table +
                                  " WHERE project_id = ?1 AND name = ?2 ORDER BY seq LIMIT 100 OFFSET 0");
        REQUIRE(plan.step());
        CHECK_THAT(plan.text(3), Catch::Contains("_names (project_id=? AND name=?)"));
    }
}
