// Manifests, comparisons and retention over HTTP, as the embedded platform has them.
#include <catch2/catch.hpp>

#include "core/text.hpp"
#include "server/served.hpp"

using namespace prevision;
using testing::Served;
using testing::shell;

namespace {

/// A served platform with a datasource of a table.
struct Shop : Served {
    Shop() : datasource(make_datasource(make_connector())) {}

    /// What a client of the program writes; it must succeed.
    std::string run(const std::vector<std::string>& arguments) const {
        const auto result = client(arguments);
        INFO(result.err);
        REQUIRE(result.exit_code == 0);
        return std::string(trim(result.out));
    }

    [[nodiscard]] std::string take(const std::vector<std::string>& more) const {
        std::vector<std::string> arguments{"dataset", "create", "--datasource", datasource, "-q"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    }

    /// The status of a call with the viewer's token.
    [[nodiscard]] int as_viewer(const std::string& method, const std::string& path,
                                const std::string& body) const {
        return curl("/ext/v1" + path, {"-X", method, "-H", "Authorization: " + viewer(), "-d", body}).status;
    }

    std::string datasource;
};

}  // namespace

TEST_CASE("a served platform has manifests, comparisons, pins and retention") {
    const Shop shop;
    const auto first = shop.take({"first", "--if-changed"});
    CHECK(shop.take({"second", "--if-changed"}) == first);
    CHECK(shop.run({"dataset", "show", first, "-o", "json", "--jq", ".manifest.manifest_version"}) == "1");
    const auto file = shop.file("first.csv").string();
    shop.run({"dataset", "download", "first", "--manifest", "--to", file});
    shop.run({"dataset", "verify", file, "--manifest", file + ".manifest.json"});
    shop.run({"dataset", "verify", "first", "--against-source"});
    shell("sqlite3 '" + shop.database() + "' 'DELETE FROM orders WHERE id = 1'");
    CHECK(shop.client({"dataset", "verify", "first", "--against-source"}).exit_code == 9);
    const auto third = shop.take({"third", "--if-changed"});
    CHECK(third != first);
    shop.run({"dataset", "pin", "first"});
    CHECK(shop.client({"dataset", "delete", "first", "--yes"}).exit_code == 6);
    CHECK(shop.run({"dataset", "prune", "--keep-last", "1", "--yes", "-q"}).empty());
    shop.run({"dataset", "unpin", "first"});
    CHECK(shop.run({"dataset", "prune", "--keep-last", "1", "--yes", "-q"}) == first);
    CHECK(shop.run({"dataset", "list", "-q"}) == third);
    CHECK(shop.client({"datasource", "freshness", shop.datasource}).exit_code == 7);
}

TEST_CASE("a viewer neither prunes nor pins, and sees manifests") {
    const Shop shop;
    const auto id = shop.take({"first"});
    CHECK(shop.as_viewer("POST", "/projects/" + shop.project() + "/datasets/prune", R"({"keep_last":1})") ==
          403);
    CHECK(shop.as_viewer("PATCH", "/datasets/" + id, R"({"pinned":true})") == 403);
    CHECK(shop.as_viewer("GET", "/datasets/" + id, "") == 200);
}

TEST_CASE("many clients that compare at once make one dataset, or find it") {
    const Shop shop;
    const auto first = shop.take({"first", "--if-changed"});
    shell("sqlite3 '" + shop.database() + "' 'DELETE FROM orders WHERE id = 1'");
    const auto begin = [&] {
        return shop
            .call("POST", "/projects/" + shop.project() + "/datasets/data-source",
                  R"({"name":"n","if_changed":true,"datasource_id":")" + shop.datasource + R"("})")
            .id();
    };
    std::vector<std::string> begun;
    for (int i = 0; i < 8; ++i) begun.push_back(begin());
    for (const auto& id : begun) {
        CHECK(shop.wait_for_dataset(id) == "done");
        CHECK(shop.get("/datasets/" + id).text("sha256") != shop.get("/datasets/" + first).text("sha256"));
    }
    // Each content is stored once, however many datasets were made of it at the same time.
    CHECK(trim(shell("ls -i '" + (shop.home() / "datasets").string() +
                     "' | grep csv | cut -d' ' -f1 | sort -u | wc -l")) == "2");
}
