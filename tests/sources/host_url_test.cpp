#include "sources/host_url.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using prevision::Error;
using prevision::sources::split_host_url;

TEST_CASE("a URL with user, password, database and encryption is taken apart") {
    const auto url =
        split_host_url("postgresql+psycopg2://app:s%40c:r%2Fet@db:5432/my%20shop?sslmode=verify-full");
    REQUIRE(url);
    CHECK(url->host == "postgresql+psycopg2://db:5432");
    CHECK(url->username == "app");
    CHECK(url->password->reveal() == "s@c:r/et");
    CHECK(url->database == "my shop");
    CHECK(url->tls == "verify-full");
}

TEST_CASE("a URL may name some of them only") {
    const auto user = split_host_url("mysql://app@[::1]:3306");
    REQUIRE(user);
    CHECK(user->host == "mysql://[::1]:3306");
    CHECK(user->username == "app");
    CHECK_FALSE(user->password);
    const auto token = split_host_url("mysql://:p@db");
    REQUIRE(token);
    CHECK_FALSE(token->username);
    CHECK(token->password->reveal() == "p");
    CHECK(split_host_url("mysql://u:a@b@db")->password->reveal() == "a@b");
    CHECK(split_host_url("mysql://db/shop?ssl-mode=REQUIRED")->tls == "require");
    CHECK(split_host_url("sftp://u:p@host/folder")->host == "sftp://host/folder");
}

TEST_CASE("the host of a URL may be the path of a local socket") {
    const auto url = split_host_url("postgresql://app@%2Frun%2Fpostgresql/shop");
    REQUIRE(url);
    CHECK(url->host == "postgresql://%2Frun%2Fpostgresql");
    CHECK(url->username == "app");
    CHECK(url->database == "shop");
}

TEST_CASE("a host, a URL of a host only, and a file are left as they are") {
    for (const auto* text : {"db", "db:3306", "mysql://db", "mysql://db:3306/", "sqlite:///a@b/c?d.db",
                             "/run/x@y", "https://s3.example.com/path", ""}) {
        CAPTURE(text);
        CHECK_FALSE(split_host_url(text));
    }
}

TEST_CASE("a URL that cannot be understood is refused without showing it") {
    for (const auto* text : {"mysql://u:top/secret@db", "mysql://u:topsecret@db/shop?charset=utf8"}) {
        CAPTURE(text);
        try {
            split_host_url(text);
            FAIL("taken");
        } catch (const Error& error) {
            CHECK_THAT(error.what(), Catch::StartsWith("invalid host") && !Catch::Contains("secret"));
            CHECK_FALSE(error.hint().empty());
        }
    }
}
