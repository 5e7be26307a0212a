#include "net/curl_environment.hpp"

#include <catch2/catch.hpp>

using namespace prevision;

TEST_CASE("the proxy of a scheme is the one that the curl tool would take") {
    using Variables = std::map<std::string, std::string>;
    const auto proxy = [](const Variables& variables, const std::string& scheme) {
        return net::proxy_of(Environment(variables), scheme).value_or("none");
    };
    CHECK(proxy({}, "http") == "none");
    CHECK(proxy({{"http_proxy", "a"}}, "http") == "a");
    CHECK(proxy({{"http_proxy", "a"}}, "https") == "none");
    CHECK(proxy({{"HTTP_PROXY", "a"}}, "http") == "none");
    CHECK(proxy({{"HTTPS_PROXY", "a"}}, "https") == "a");
    CHECK(proxy({{"HTTPS_PROXY", "a"}, {"https_proxy", "b"}}, "https") == "b");
    CHECK(proxy({{"ALL_PROXY", "a"}}, "http") == "a");
    CHECK(proxy({{"all_proxy", "a"}, {"https_proxy", "b"}}, "https") == "b");
    CHECK(proxy({{"all_proxy", "a"}}, "ftp") == "a");
    CHECK(proxy({{"http_proxy", ""}, {"all_proxy", ""}}, "http") == "none");
}
