#include "sources/host.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace prevision;
using namespace prevision::sources;

TEST_CASE("hosts are taken as users write them") {
    struct Case {
        std::string text;
        std::string scheme;
        std::string name;
        std::optional<int> port;
        std::string path;
    };
    const std::vector<Case> cases{
        {"db.example.com", "", "db.example.com", {}, ""},
        {"db.example.com:3306", "", "db.example.com", 3306, ""},
        {" db \n", "", "db", {}, ""},
        {"127.0.0.1:1", "", "127.0.0.1", 1, ""},
        {"[::1]:3306", "", "::1", 3306, ""},
        {"[::1]", "", "::1", {}, ""},
        {"::1", "", "::1", {}, ""},
        {"fe80::1%eth0", "", "fe80::1%eth0", {}, ""},
        {"https://myserver.com", "https", "myserver.com", {}, ""},
        {"HTTPS://myserver.com/", "https", "myserver.com", {}, "/"},
        {"mysql://db:3307/shop", "mysql", "db", 3307, "/shop"},
        {"mysql://[2001:db8::7]:3307", "mysql", "2001:db8::7", 3307, ""},
        {"sqlite:///data/shop.db", "sqlite", "", {}, "/data/shop.db"},
        {"sqlite:///a%20b%25", "sqlite", "", {}, "/a b%"},
        {"postgresql://%2Frun%2Fpostgresql", "postgresql", "", {}, "/run/postgresql"},
        {"postgres://%2frun%2Fx%20y:5433/", "postgres", "", 5433, "/run/x y"},
        {"/data/a%20b", "", "", {}, "/data/a%20b"},
        {"xn--bcher-kva.example", "", "xn--bcher-kva.example", {}, ""},
        {"bücher.example", "", "bücher.example", {}, ""},
    };
    for (const auto& expected : cases) {
        CAPTURE(expected.text);
        const auto host = parse_host(expected.text);
        CHECK(host.scheme == expected.scheme);
        CHECK(host.name == expected.name);
        CHECK(host.port == expected.port);
        CHECK(host.path == expected.path);
    }
}

TEST_CASE("what is no host is refused, and not repeated") {
    const std::vector<std::string> wrong{
        "",
        " ",
        ":3306",
        "db:",
        "db:port",
        "db:0",
        "db:65536",
        "db:-1",
        "[::1",
        "[::1]x",
        "[::1]:",
        "[]:1",
        "a b",
        "a\tb",
        "db?x=1",
        "db#x",
        "http://",
        "://db",
        "1x://db",
        "mysql://:3306",
        "a,b",
        "db\\x",
        "a\"b",
        "db:99999999999999999999",
        "mysql://u:s3cret@db",
        "u@db",
        std::string("d\0b", 3),
        "sqlite:///a%00b",
        "postgresql://%2Frun%00",
        "postgresql://%2Frun/shop",
        "postgresql://%2Frun:x",
    };
    for (const auto& text : wrong) {
        CAPTURE(text);
        try {
            parse_host(text);
            FAIL("taken");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::invalid);
            CHECK_THAT(error.what(), Catch::StartsWith("invalid host: "));
            CHECK_THAT(error.what() + error.hint(), !Catch::Contains("s3cret"));
        }
    }
}

TEST_CASE("a port is named once, in either place") {
    CHECK_FALSE(choose_port({}, {}));
    CHECK(choose_port(3306, {}) == 3306);
    CHECK(choose_port({}, parse_host("db:3307")) == 3307);
    CHECK(choose_port(3307, parse_host("db:3307")) == 3307);
    for (const int port : {0, -1, 65536, 70000}) {
        CAPTURE(port);
        CHECK_THROWS_WITH(choose_port(port, {}), Catch::StartsWith("invalid port: "));
    }
    CHECK_THROWS_WITH(choose_port(3306, parse_host("db:3307")),
                      "invalid port: it is 3306, and the host says 3307");
}
