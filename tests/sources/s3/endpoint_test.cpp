// What a connector and the environment say about an S3 service, and its URLs.

#include "sources/s3/endpoint.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/error.hpp"
#include "sources/s3/listing.hpp"

using namespace prevision;
using sources::Connection;
using sources::s3::endpoint_of;

namespace {

using Variables = std::map<std::string, std::string>;

struct Given {
    std::string host;
    Variables options;
    Variables environment;
    std::string username = "key";
    std::string password = "secret";
};

Connection connection(const Given& given) {
    Connection connection;
    connection.type = "S3";
    connection.host = given.host;
    connection.username = given.username;
    connection.password = Secret(given.password);
    connection.options = given.options;
    connection.environment = Environment(given.environment);
    return connection;
}

}  // namespace

TEST_CASE("the endpoint and the region come from the connector, then from the environment, then from AWS") {
    struct Case {
        Given given;
        std::string url;
        std::string region;
    };
    const std::vector<Case> cases{
        {{}, "https://bucket.s3.us-east-1.amazonaws.com/a%20b/c", "us-east-1"},
        {{.options = {{"region", "eu-west-1"}}},
         "https://bucket.s3.eu-west-1.amazonaws.com/a%20b/c",
         "eu-west-1"},
        {{.options = {{"region", "cn-north-1"}}},
         "https://bucket.s3.cn-north-1.amazonaws.com.cn/a%20b/c",
         "cn-north-1"},
        {{.environment = {{"AWS_REGION", "eu-west-2"}, {"AWS_DEFAULT_REGION", "eu-west-3"}}},
         "https://bucket.s3.eu-west-2.amazonaws.com/a%20b/c",
         "eu-west-2"},
        {{.environment = {{"AWS_DEFAULT_REGION", "eu-west-3"}}},
         "https://bucket.s3.eu-west-3.amazonaws.com/a%20b/c",
         "eu-west-3"},
        {{.environment = {{"AWS_ENDPOINT_URL", "http://minio:9000"}}},
         "http://minio:9000/bucket/a%20b/c",
         "us-east-1"},
        {{.environment = {{"AWS_ENDPOINT_URL", "http://a"}, {"AWS_ENDPOINT_URL_S3", "http://b"}}},
         "http://b/bucket/a%20b/c",
         "us-east-1"},
        {{.host = "minio", .environment = {{"AWS_ENDPOINT_URL", "http://a"}}},
         "https://minio/bucket/a%20b/c",
         "us-east-1"},
        {{.host = "http://127.0.0.1:9000"}, "http://127.0.0.1:9000/bucket/a%20b/c", "us-east-1"},
        {{.host = "http://[::1]:9000/"}, "http://[::1]:9000/bucket/a%20b/c", "us-east-1"},
        {{.host = "https://store.example.com/storage/v1/s3"},
         "https://store.example.com/storage/v1/s3/bucket/a%20b/c",
         "us-east-1"},
        {{.host = "https://store.example.com", .options = {{"addressing", "virtual"}}},
         "https://bucket.store.example.com/a%20b/c",
         "us-east-1"},
        {{.options = {{"addressing", "path"}}},
         "https://s3.us-east-1.amazonaws.com/bucket/a%20b/c",
         "us-east-1"},
        {{.host = "s3.eu-west-1.amazonaws.com"},
         "https://s3.eu-west-1.amazonaws.com/bucket/a%20b/c",
         "eu-west-1"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.url);
        const auto endpoint = endpoint_of(connection(each.given));
        CHECK(endpoint.url("bucket", "a b/c", {}) == each.url);
        CHECK(endpoint.region == each.region);
    }
}

TEST_CASE("a URL holds every byte of a bucket, a key and a query") {
    const auto path = endpoint_of(connection({.host = "http://h"}));
    CHECK(path.url("", "", {}) == "http://h/");
    CHECK(path.url("b", "", {{"prefix", "a+b/ü"}, {"list-type", "2"}}) ==
          "http://h/b?list-type=2&prefix=a%2Bb%2F%C3%BC");
    CHECK(path.url("b", "/x//y/../~*:%", {}) == "http://h/b//x//y/../~%2A%3A%25");
    const auto virtual_host = endpoint_of(connection({}));
    CHECK(virtual_host.url("b-1", "", {{"x", ""}}) == "https://b-1.s3.us-east-1.amazonaws.com/?x=");
    // What cannot be a label of a host's name stands in the path.
    for (const auto* bucket : {"dots.in.it", "Upper", "under_score", "-b-", "xy"}) {
        CAPTURE(bucket);
        CHECK(virtual_host.url(bucket, "k", {}) ==
              fmt::format("https://s3.us-east-1.amazonaws.com/{}/k", bucket));
    }
}

TEST_CASE("a region that the service names is followed, and to no host but AWS's") {
    auto aws = endpoint_of(connection({}));
    CHECK(aws.follow("eu-central-1"));
    CHECK(aws.host == "s3.eu-central-1.amazonaws.com");
    CHECK_FALSE(aws.follow("eu-central-1"));
    for (const auto* hostile : {"", "evil.example.com/", "a.b", "x@y", "-a", "EU", "a#"}) {
        CAPTURE(hostile);
        CHECK_FALSE(aws.follow(hostile));
    }
    CHECK(aws.host == "s3.eu-central-1.amazonaws.com");
    auto own = endpoint_of(connection({.host = "http://minio:9000"}));
    CHECK(own.follow("eu-central-1"));
    CHECK(own.region == "eu-central-1");
    CHECK(own.address() == "minio:9000");
}

TEST_CASE("keys come from the connector, else from the environment, and a token goes with its own key only") {
    const Variables variables{{"AWS_ACCESS_KEY_ID", "other"},
                              {"AWS_SECRET_ACCESS_KEY", "other secret"},
                              {"AWS_SESSION_TOKEN", "token"}};
    const auto own = endpoint_of(connection({.environment = variables}));
    CHECK(own.access_key == "key");
    CHECK(own.secret_key.reveal() == "secret");
    CHECK(own.session_token.empty());
    const auto same = endpoint_of(connection({.environment = variables, .username = "other"}));
    CHECK(same.session_token.reveal() == "token");
    const auto only_token = endpoint_of(connection({.environment = {{"AWS_SESSION_TOKEN", "token"}}}));
    CHECK(only_token.session_token.reveal() == "token");
    const auto all = endpoint_of(connection({.environment = variables, .username = "", .password = ""}));
    CHECK(all.access_key == "other");
    CHECK(all.secret_key.reveal() == "other secret");
    CHECK(all.session_token.reveal() == "token");
    CHECK(endpoint_of(connection({.username = "", .password = ""})).access_key.empty());
}

TEST_CASE("what cannot be an S3 service is refused by its field") {
    const std::vector<std::pair<Given, std::string>> wrong{
        {{.host = "ftp://h"}, "host"},
        {{.host = "http://a b"}, "host"},
        {{.host = "/a/file"}, "host"},
        {{.options = {{"region", "EU West"}}}, "region"},
        {{.options = {{"region", "evil.example.com/"}}}, "region"},
        {{.password = ""}, "password"},
        {{.username = ""}, "username"},
        {{.username = "a key"}, "username"},
        {{.environment = {{"AWS_ACCESS_KEY_ID", "k"}}, .username = "", .password = ""}, "password"},
        {{.environment = {{"AWS_SESSION_TOKEN", "a\r\nb"}}}, "AWS_SESSION_TOKEN"},
    };
    for (const auto& [given, field] : wrong) {
        CAPTURE(given.host, field);
        try {
            endpoint_of(connection(given));
            FAIL("taken");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::invalid);
            CHECK_THAT(error.what(), Catch::Contains("invalid " + field));
        }
    }
}

TEST_CASE("a page of a listing is read as services write it") {
    const auto page = sources::s3::parse_object_page(
        "<?xml version='1.0'?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>a+b=</NextContinuationToken>"
        "<Contents><Key>b+c%2Bd%0A</Key><Size>12</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
        "</Contents><Contents><Key>z</Key></Contents>"
        "<CommonPrefixes><Prefix>a%2F</Prefix></CommonPrefixes></ListBucketResult>",
        "listing");
    CHECK(page.next == "a+b=");
    REQUIRE(page.items.size() == 3);
    CHECK(page.items[0].name == "a/");
    CHECK(page.items[0].is_prefix);
    CHECK(page.items[1].name == "b c+d\n");
    CHECK(page.items[1].size == 12U);
    CHECK(page.items[1].modified == "2026-01-02T03:04:05.000Z");
    CHECK_FALSE(page.items[2].size);
    const auto plain = sources::s3::parse_object_page(
        "<ListBucketResult><Contents><Key>a+b%20&amp;</Key></Contents></ListBucketResult>", "listing");
    CHECK(plain.items.at(0).name == "a+b%20&");
}

TEST_CASE("what is no page of a listing is refused") {
    for (const auto* text :
         {"", "<", "hello", "<html><body>Welcome</body></html>", "{\"a\": 1}",
          "<ListBucketResult><Contents><Key>a</Key>", "<ListBucketResult", "<Error><Code>X</Code></Error>",
          "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(sources::s3::parse_object_page(text, "listing"), Error);
    }
    CHECK_THROWS_AS(sources::s3::parse_buckets("<html/>", "listing"), Error);
}
