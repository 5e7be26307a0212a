// S3 against a real service that checks signatures.

#include <algorithm>
#include <chrono>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/source_contract.hpp"
#include "sources/s3/fixture.hpp"
#include "support/raw_server.hpp"
#include "support/s3_server.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Connection;
using sources::Location;

namespace {

using Names = std::vector<std::string>;

S3Server& server() {
    static S3Server instance;
    static const bool prepared = [] {
        instance.make_bucket("shop");
        instance.put("shop", "orders.csv", "id,name\n1,one\n");
        return true;
    }();
    static_cast<void>(prepared);
    return instance;
}

Connection connection() {
    return s3_connection(server().url(), server().access_key(), server().secret_key());
}

Names names_of(const std::vector<sources::Entry>& entries) {
    Names names;
    for (const auto& entry : entries) names.push_back(entry.kind + " " + entry.path);
    std::ranges::sort(names);
    return names;
}

const Location orders{.bucket = "shop", .path = "orders.csv"};

}  // namespace

TEST_CASE("a test of S3 goes through its stages in order") {
    const Names stages{"resolve", "connect", "tls", "auth", "list"};
    const auto of_connection = run_test(connection());
    REQUIRE_FALSE(of_connection.error);
    CHECK(of_connection.names() == stages);

    const auto begin = std::chrono::steady_clock::now();
    const auto of_location = run_test(connection(), orders);
    const auto whole = std::chrono::steady_clock::now() - begin;
    REQUIRE_FALSE(of_location.error);
    CHECK(of_location.names() == Names{"resolve", "connect", "tls", "auth", "list", "read"});
    std::chrono::microseconds sum{0};
    for (const auto& stage : of_location.stages) {
        CAPTURE(stage.name, stage.message);
        CHECK(stage.ok);
        CHECK_FALSE(stage.message.empty());
        sum += stage.elapsed;
    }
    CHECK(sum.count() > 0);
    CHECK(sum <= whole);
    CHECK(of_location.last().message == "14 B");
}

TEST_CASE("a test of S3 ends at the stage that failed, with its class") {
    struct Case {
        std::string name;
        Connection connection;
        Location location;
        std::string stage;
        ErrorClass error_class;
    };
    const ClosedPort closed;
    const auto with_host = [](std::string host) {
        auto changed = connection();
        changed.host = std::move(host);
        return changed;
    };
    const std::vector<Case> cases{
        {"no such host", with_host("http://no-such-host.invalid"), orders, "resolve",
         ErrorClass::unreachable},
        {"refused", with_host(fmt::format("http://127.0.0.1:{}", closed.port())), orders, "connect",
         ErrorClass::unreachable},
        {"no TLS there", with_host(fmt::format("127.0.0.1:{}", server().port())), orders, "tls",
         ErrorClass::unreachable},
        {"wrong secret key", s3_connection(server().url(), server().access_key(), "wrong"), orders, "auth",
         ErrorClass::auth},
        {"wrong access key", s3_connection(server().url(), "nobody", server().secret_key()), orders, "auth",
         ErrorClass::auth},
        {"no such bucket",
         connection(),
         {.bucket = "no-such-bucket", .path = "x"},
         "list",
         ErrorClass::not_found},
        {"no such key",
         connection(),
         {.bucket = "shop", .path = "no such key"},
         "read",
         ErrorClass::not_found},
        {"permission denied",
         s3_connection(server().url(), server().guest_access_key(), server().guest_secret_key()), orders,
         "read", ErrorClass::auth},
    };
    for (const auto& each : cases) {
        CAPTURE(each.name);
        const auto run = run_test(each.connection, each.location);
        REQUIRE(run.error);
        CAPTURE(run.error->what());
        CHECK(run.error->error_class() == each.error_class);
        CHECK(run.last().name == each.stage);
        CHECK_FALSE(run.last().ok);
        CHECK(run.last().message == run.error->what());
        CHECK_THAT(run.error->what(), !Catch::Contains(server().secret_key()));
        CHECK(error_of([&] {
                  read_object(each.connection, each.location.bucket, each.location.path);
              }).error_class() == each.error_class);
    }
}

TEST_CASE("who may not list the buckets fails at list, as auth") {
    const auto run =
        run_test(s3_connection(server().url(), server().guest_access_key(), server().guest_secret_key()));
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::auth);
    CHECK(run.last().name == "list");
}

TEST_CASE("an object is read byte for byte, whatever its size") {
    constexpr std::size_t first = std::size_t{256} << 10U;
    constexpr std::size_t part = std::size_t{4} << 20U;
    const auto content = noise(first + 5 * part + 1);
    for (const auto size :
         {std::size_t{0}, std::size_t{1}, first - 1, first, first + 1, first + part, content.size()}) {
        CAPTURE(size);
        server().put("shop", "sized", std::string_view(content).substr(0, size));
        FileCollector sink;
        Cancellation cancellation;
        sources::open_source(connection(), cancellation)->read({.bucket = "shop", .path = "sized"}, {}, sink);
        CHECK(sink.files == 1);
        CHECK(sink.info.name == "sized");
        CHECK(sink.info.size == size);
        CHECK(sink.info.modified.ends_with("Z"));
        CHECK((sink.bytes == std::string_view(content).substr(0, size)));
    }
}

TEST_CASE("a key may hold any character") {
    const Names keys{"a b",    "a+b",       "a:b",       "a*b",       "~a",      "☕ é 漢/ü", "%41",
                     "a%2Fb",  "q?x=1&y",   "#hash",     "a;b,c",     "'\"<>`|", "{}[]^\\",  "$@!()=",
                     "a//b",   "/lead",     "./dot",     "../up",     "x/../y",  "x/./z",    " lead",
                     "trail ", "tab\there", "new\nline", "a/b/c.csv", "&amp;",   "-._~",     "\x01\x1f"};
    server().make_bucket("odd");
    for (const auto& key : keys) {
        CAPTURE(key);
        server().put("odd", key, "of " + key);
        CHECK(read_object(connection(), "odd", key) == "of " + key);
    }
    auto listed = browse(connection(), "odd", true);
    Names found;
    for (const auto& entry : listed) found.push_back(entry.path);
    std::ranges::sort(found);
    auto expected = keys;
    std::ranges::sort(expected);
    CHECK(found == expected);
}

TEST_CASE("browsing shows buckets, folders and objects with sizes and times") {
    server().make_bucket("tree");
    for (const auto* key : {"top.csv", "a/one.csv", "a/two.csv", "a/deep/three.csv", "a-b"})
        server().put("tree", key, "12345");
    const auto buckets = browse(connection(), "");
    CHECK(std::ranges::any_of(buckets, [](const auto& e) { return e.name == "tree" && e.kind == "bucket"; }));
    CHECK(names_of(browse(connection(), "tree")) == Names{"file a-b", "file top.csv", "folder a/"});
    CHECK(names_of(browse(connection(), "tree/")) == Names{"file a-b", "file top.csv", "folder a/"});
    for (const auto* path : {"tree/a", "tree/a/"}) {
        CHECK(names_of(browse(connection(), path)) == Names{"file one.csv", "file two.csv", "folder deep/"});
    }
    CHECK(names_of(browse(connection(), "tree/a", true)) ==
          Names{"file deep/three.csv", "file one.csv", "file two.csv"});
    const auto one = browse(connection(), "tree/top.csv");
    REQUIRE(one.size() == 1);
    CHECK(one[0].name == "top.csv");
    CHECK(one[0].path == "top.csv");
    CHECK(one[0].size == 5U);
    CHECK(one[0].modified.starts_with("20"));
    CHECK(one[0].modified.ends_with("Z"));
    for (const auto* path : {"tree/b", "tree/a/o", "tree/top.csv/", "no-such-bucket", "no-such-bucket/x"}) {
        CAPTURE(path);
        CHECK(error_of([&] { browse(connection(), path); }).error_class() == ErrorClass::not_found);
    }
    server().make_bucket("empty");
    CHECK(browse(connection(), "empty").empty());
}

TEST_CASE("the bucket may stand in the host's name") {
    auto changed = connection();
    changed.host = fmt::format("http://localhost:{}", server().port());
    changed.options["addressing"] = "virtual";
    CHECK(read_object(changed, "shop", "orders.csv") == "id,name\n1,one\n");
    CHECK_FALSE(run_test(changed, orders).error);
}

TEST_CASE("the region that the service names is followed") {
    auto changed = connection();
    changed.options["region"] = "eu-west-1";
    CHECK(read_object(changed, "shop", "orders.csv") == "id,name\n1,one\n");
    CHECK_FALSE(run_test(changed, orders).error);
}

TEST_CASE("what a connector leaves open comes from AWS's environment") {
    Connection bare;
    bare.type = "S3";
    bare.environment = Environment({{"AWS_ENDPOINT_URL", server().url()},
                                    {"AWS_REGION", "us-east-1"},
                                    {"AWS_ACCESS_KEY_ID", server().access_key()},
                                    {"AWS_SECRET_ACCESS_KEY", server().secret_key()},
                                    {"AWS_SESSION_TOKEN", "a/token+with=signs"}});
    CHECK(read_object(bare, "shop", "orders.csv") == "id,name\n1,one\n");
}

TEST_CASE("a sink that has enough ends the transfer") {
    server().put("shop", "long", noise(std::size_t{30} << 20U));
    FileCollector sink;
    sink.on_write = [](std::size_t size) { return size < 1000; };
    Cancellation cancellation;
    sources::open_source(connection(), cancellation)->read({.bucket = "shop", .path = "long"}, {}, sink);
    CHECK(sink.bytes.size() >= 1000);
    CHECK(sink.bytes.size() <= std::size_t{256} << 10U);
}

TEST_CASE("an object that is replaced or deleted while it is read is an integrity error") {
    const auto content = noise(std::size_t{40} << 20U);
    for (const bool replaced : {true, false}) {
        CAPTURE(replaced);
        server().put("shop", "changing", content);
        FileCollector sink;
        bool changed = false;
        sink.on_write = [&](std::size_t) {
            if (std::exchange(changed, true)) return true;
            if (replaced) {
                server().put("shop", "changing", std::string(content.size(), 'x'));
            } else {
                server().remove("shop", "changing");
            }
            return true;
        };
        Cancellation cancellation;
        const auto source = sources::open_source(connection(), cancellation);
        const auto error = error_of([&] { source->read({.bucket = "shop", .path = "changing"}, {}, sink); });
        CAPTURE(error.what());
        CHECK(error.error_class() == ErrorClass::integrity);
        CHECK(content.starts_with(sink.bytes));
    }
}

TEST_CASE("what the sink throws comes out, and a cancellation ends the reading") {
    server().put("shop", "long", noise(std::size_t{30} << 20U));
    const Location location{.bucket = "shop", .path = "long"};
    for (const std::size_t when : {std::size_t{0}, std::size_t{10} << 20U}) {
        CAPTURE(when);
        Cancellation cancellation;
        const auto source = sources::open_source(connection(), cancellation);
        FileCollector sink;
        sink.on_write = [&](std::size_t size) -> bool {
            if (size > when) throw std::runtime_error("disk full");
            return true;
        };
        CHECK_THROWS_WITH(source->read(location, {}, sink), "disk full");
        sink.on_write = [&](std::size_t size) {
            if (size > when) cancellation.cancel(ErrorClass::terminated);
            return true;
        };
        sink.bytes.clear();
        CHECK(error_of([&] { source->read(location, {}, sink); }).error_class() == ErrorClass::terminated);
        CHECK(error_of([&] { source->browse("shop", false, [](const auto&) {}); }).error_class() ==
              ErrorClass::terminated);
    }
}

TEST_CASE("a location that cannot be right is refused by its field") {
    const std::vector<std::pair<Location, std::string>> wrong{
        {{.path = "x"}, "bucket"},
        {{.bucket = "shop"}, "path"},
        {{.bucket = "shop/orders", .path = "x"}, "bucket"},
        {{.bucket = "..", .path = "x"}, "bucket"},
        {{.bucket = "shop", .path = std::string("a\0b", 3)}, "path"},
        {{.table = "t", .bucket = "shop", .path = "x"}, "table"},
        {{.database = "d", .bucket = "shop", .path = "x"}, "database"},
        {{.request = "SELECT 1", .bucket = "shop", .path = "x"}, "request"},
    };
    Cancellation cancellation;
    const auto source = sources::open_source(connection(), cancellation);
    for (const auto& [location, field] : wrong) {
        CAPTURE(location.bucket, location.path);
        FileCollector sink;
        const auto error = error_of([&, &location = location] { source->read(location, {}, sink); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains("invalid " + field));
    }
}

TEST_CASE("a server that dies in the middle is unreachable") {
    S3Server mortal;
    mortal.make_bucket("shop");
    mortal.put("shop", "long", noise(std::size_t{40} << 20U));
    FileCollector sink;
    bool killed = false;
    sink.on_write = [&](std::size_t) {
        if (!std::exchange(killed, true)) mortal.process().stop();
        return true;
    };
    Cancellation cancellation;
    const auto source = sources::open_source(
        s3_connection(mortal.url(), mortal.access_key(), mortal.secret_key()), cancellation);
    const auto error = error_of([&] { source->read({.bucket = "shop", .path = "long"}, {}, sink); });
    CAPTURE(error.what());
    CHECK(error.error_class() == ErrorClass::unreachable);
}
