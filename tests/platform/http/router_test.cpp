#include "platform/http/router.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/http/answers.hpp"

using namespace prevision;
using namespace prevision::platform;

namespace {

Router example_router() {
    Router router;
    const auto echo = [](const std::string& name) {
        return [name](const RoutedCall& routed) {
            return json_answer(name + "(" + join(routed.parameters, ",") + ")");
        };
    };
    router.add("GET", "/projects", echo("list"));
    router.add("POST", "/projects", echo("create"));
    router.add("GET", "/projects/{name}", echo("show"));
    router.add("DELETE", "/projects/{name}", echo("delete"));
    router.add("POST", "/projects/{name}/datasets/file", echo("upload"));
    router.add("GET", "/connectors/{name}/databases/{database}/tables", echo("tables"));
    return router;
}

Answer route(const std::string& method, const std::string& path) {
    return example_router().route({.method = method, .path = path, .query = "", .body = ""});
}

}  // namespace

TEST_CASE("a path and a method lead to one handler, with the path's parameters decoded") {
    struct Case {
        std::string method;
        std::string path;
        std::string expected;
    };
    const auto [method, path, expected] = GENERATE(values<Case>({
        {"GET", "/projects", "list()"},
        {"POST", "/projects", "create()"},
        {"POST", "/projects/", "create()"},
        {"GET", "/projects/abc", "show(abc)"},
        {"GET", "/projects/abc/", "show(abc)"},
        {"DELETE", "/projects/a%20b%2Fc%C3%A9", "delete(a b/cé)"},
        {"GET", "/projects/100%25", "show(100%)"},
        {"GET", "/projects/+", "show(+)"},
        {"POST", "/projects/x/datasets/file", "upload(x)"},
        {"GET", "/connectors/1/databases/my%2Fdb/tables", "tables(1,my/db)"},
        {"GET", "/connectors/1/databases//tables", "tables(1,)"},
    }));
    CAPTURE(method, path);
    CHECK(route(method, path).body == expected);
}

TEST_CASE("an unknown path is not found") {
    const std::string path = GENERATE("", "/", "projects", "/project", "/projectsx", "/projects/a/b",
                                      "/projects//x/y", "/connectors/1/databases/a/b/tables",
                                      "/projects/x/datasets/filex", "/%70rojects", "/PROJECTS");
    CAPTURE(path);
    CHECK_THROWS_MATCHES(route("GET", path), Error, Catch::Predicate<Error>([](const Error& error) {
                             return error.error_class() == ErrorClass::not_found;
                         }));
}

TEST_CASE("a known path with another method is refused, and the answer lists the methods") {
    const auto answer = route("PUT", "/projects/abc");
    CHECK(answer.status == 405);
    CHECK(transport::find_header(answer.headers, "allow") == "GET, DELETE");
    CHECK(route("GET", "/projects/x/datasets/file").status == 405);
    CHECK(route("get", "/projects").status == 405);
}

TEST_CASE("a query is read by name") {
    const Query query("page=2&name=a%20b+c%2B&empty=&flag&page=3&=x&&%C3%A9=%26");
    CHECK(query.get("page") == "2");
    CHECK(query.get("name") == "a b c+");
    CHECK(query.get("\xc3\xa9") == "&");
    CHECK_FALSE(query.get("empty"));
    CHECK_FALSE(query.get("flag"));
    CHECK_FALSE(query.get("nothing"));
    CHECK_FALSE(Query("").get(""));
}

TEST_CASE("a number in a query is a whole one in range") {
    CHECK(Query("n=1").number("n", 7, 1, 9) == 1);
    CHECK(Query("n=9").number("n", 7, 1, 9) == 9);
    CHECK(Query("n=").number("n", 7, 1, 9) == 7);
    CHECK(Query("").number("n", 7, 1, 9) == 7);
    for (const std::string text : {"0", "10", "-1", "1.5", "x", "1x", "99999999999999999999", "%00"}) {
        CAPTURE(text);
        CHECK_THROWS_WITH(Query("n=" + text).number("n", 7, 1, 9), Catch::StartsWith("invalid n: "));
    }
}

TEST_CASE("a segment {id} takes ids only, so that no other text gets further") {
    Router router;
    router.add("GET", "/data-sources/{id}/x/{id}",
               [](const RoutedCall& routed) { return json_answer(join(routed.parameters, ",")); });
    const auto get = [&](const std::string& path) {
        return router.route({.method = "GET", .path = path, .query = "", .body = ""}).body;
    };
    const std::string id = "5f0123456789abcdef012345";
    CHECK(get("/data-sources/" + id + "/x/" + id) == id + "," + id);
    for (const std::string text :
         {"x", "..%2F..%2Fetc", "5f0123456789abcdef01234", "5f0123456789abcdef0123456",
          "5f0123456789abcdef01234g", "5f0123456789abcdef012345%00"}) {
        CAPTURE(text);
        CHECK_THROWS_WITH(get("/data-sources/" + text + "/x/" + id),
                          Catch::Contains("there is no datasource "));
        CHECK_THROWS_WITH(get("/data-sources/" + id + "/x/" + text), Catch::Contains("there is no x "));
    }
}
