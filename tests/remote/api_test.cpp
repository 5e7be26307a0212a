#include <fstream>

#include <catch2/catch.hpp>

#include "model/json.hpp"
#include "remote/remote_fixture.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

HttpAnswer echo(const HttpRequest& request) {
    return {.body = fmt::format(R"({{"z":1.50,"a":"{} {}"}})", request.method, request.target)};
}

}  // namespace

TEST_CASE("api makes the call that it is told, and prints the answer as it came") {
    const HttpServer server(echo);
    const RemoteProgram prevision(server.url());
    for (const auto* path : {"/version", "version", "/ext/v1/version", "ext/v1/version"}) {
        const auto result = prevision({"api", "get", path});
        CHECK(result.exit_code == 0);
        CHECK(result.out == R"({"z":1.50,"a":"GET /ext/v1/version"})");
    }
    CHECK(prevision({"api", "GET", "/version", "-o", "json"}).out ==
          "{\n  \"z\": 1.50,\n  \"a\": \"GET /ext/v1/version\"\n}\n");
    CHECK(server.requests().back().header("Authorization") == token);
}

TEST_CASE("api sends fields, files, stdin and headers") {
    const HttpServer server(echo);
    const RemoteProgram prevision(server.url());
    prevision({"api", "POST", "/projects", "--field", "name=a=b", "-f", "port=3306", "-H", "X-Odd: yes"});
    CHECK(server.requests().back().body == R"({"name":"a=b","port":"3306"})");
    CHECK(server.requests().back().header("X-Odd") == "yes");
    CHECK(server.requests().back().header("Content-Type") == "application/json; charset=utf-8");
    prevision({"api", "GET", "/x?a=1", "-f", "q=a&b c"});
    CHECK(server.requests().back().target == "/ext/v1/x?a=1&q=a%26b%20c");
    CHECK(server.requests().back().body.empty());
    std::ofstream(prevision.file("body")) << "{\"b\": 1}\n";
    prevision({"api", "PATCH", "/x", "--input", prevision.file("body").string()});
    CHECK(server.requests().back().method == "PATCH");
    CHECK(server.requests().back().body == "{\"b\": 1}\n");
    prevision({"api", "PUT", "/x", "--input", "-"}, {}, "from stdin");
    CHECK(server.requests().back().body == "from stdin");
    prevision({"api", "GET", "/a b/é"});
    CHECK(server.requests().back().target == "/ext/v1/a%20b/%C3%A9");
}

TEST_CASE("api says what is wrong with a call, and with its answer") {
    const HttpServer server([](const HttpRequest&) {
        return HttpAnswer{.status = 404, .body = R"({"message":["No","such thing"]})"};
    });
    const RemoteProgram prevision(server.url());
    const auto missing = prevision({"api", "GET", "/nothing?x=1"});
    CHECK(missing.exit_code == 3);
    CHECK_THAT(missing.out, Catch::StartsWith(R"({"message":["No","such thing"]})"));
    CHECK_THAT(missing.err,
               Catch::StartsWith("prevision: GET /nothing failed: ") && Catch::Contains("such thing"));
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"api", "GET"},
                                               {"api", "GE T", "/x"},
                                               {"api", "GET", "https://elsewhere.example.com/x"},
                                               {"api", "POST", "/x", "-f", "novalue"},
                                               {"api", "GET", "/x", "-H", "noheader"},
                                               {"api", "GET", "/x", "-H", "Authorization: mine"},
                                               {"api", "POST", "/x", "--paginate"}}) {
        CHECK(prevision(arguments).exit_code == 2);
    }
    CHECK(server.requests().size() == 1);
}

TEST_CASE("api shows an answer in every format that has no columns") {
    const HttpServer server([](const HttpRequest& request) -> HttpAnswer {
        if (request.method == "DELETE") return {.status = 204};
        if (request.target.find("/text") != std::string::npos)
            return {.body = "a,b\r\n", .content_type = "text/csv"};
        if (request.target.find("/names") != std::string::npos) return {.body = R"({"items":["a","b"]})"};
        return {.body = R"({ "_id": "00000000000000000000000e", "size": 1.50 })"};
    });
    const RemoteProgram prevision(server.url());
    CHECK(prevision({"api", "GET", "/x", "-o", "jsonl"}).out ==
          "{\"_id\":\"00000000000000000000000e\",\"size\":1.50}\n");
    CHECK(prevision({"api", "GET", "/x", "-o", "yaml"}).out ==
          "_id: \"00000000000000000000000e\"\nsize: 1.50\n");
    CHECK(prevision({"api", "GET", "/x", "-q"}).out == "00000000000000000000000e\n");
    CHECK(prevision({"api", "GET", "/names", "--paginate", "-q"}).out == "a\nb\n");
    CHECK(prevision({"api", "DELETE", "/x", "-o", "json"}).out == "null\n");
    CHECK(prevision({"api", "DELETE", "/x"}).out.empty());
    CHECK(prevision({"api", "GET", "/text"}).out == "a,b\r\n");
    for (const auto* format : {"json", "jsonl", "yaml", "id"}) {
        const auto result = prevision({"api", "GET", "/text?token=x", "-o", format});
        CHECK(result.exit_code == 7);
        CHECK(result.out.empty());
        CHECK_THAT(result.err, Catch::Contains("GET /text: the answer is not JSON"));
    }
    CHECK(prevision({"api", "GET", "/names", "-q"}).exit_code == 7);
    for (const auto* format : {"csv", "tsv"}) {
        const auto sent = server.requests().size();
        CHECK(prevision({"api", "GET", "/x", "-o", format}).exit_code == 2);
        CHECK(server.requests().size() == sent);
    }
}

TEST_CASE("api --paginate gives the items of all pages as one array, each once") {
    const HttpServer server([](const HttpRequest& request) -> HttpAnswer {
        const int page = page_number(request.target);
        if (request.target.find("/databases") != std::string::npos)
            return {.body = R"({"items":["a","b","a"]})"};
        return {.body = page_of_connectors((page - 1) * 10, page * 10, 95, 10, page)};
    });
    const RemoteProgram prevision(server.url());
    const auto result = prevision({"api", "GET", "/projects/x/connectors?full=1", "--paginate"});
    CHECK(result.exit_code == 0);
    const auto all = model::parse_json(result.out);
    REQUIRE(all.IsArray());
    REQUIRE(all.Size() == 100);
    CHECK(model::get_text(all[42], "_id") == id_of(42));
    CHECK(server.requests().size() == 10);
    CHECK(server.requests().front().target == "/ext/v1/projects/x/connectors?full=1&page=1");
    CHECK(count_lines(prevision({"api", "GET", "/x", "--paginate", "-o", "jsonl"}).out, "{") == 100);
    CHECK(prevision({"api", "GET", "/x/databases", "--paginate", "-o", "jsonl"}).out ==
          "\"a\"\n\"b\"\n\"a\"\n");
}

TEST_CASE("api --paginate of what is no list is refused, and not taken for an empty one") {
    for (const std::string answer : {R"({"version":"1"})", R"([{"_id":"1"}])", R"("text")", "{}"}) {
        const HttpServer server([&](const HttpRequest&) -> HttpAnswer { return {.body = answer}; });
        const RemoteProgram prevision(server.url());
        const auto result = prevision({"api", "GET", "/version", "--paginate"});
        INFO(answer << result.err);
        CHECK(result.exit_code == 7);
        CHECK_THAT(result.err, Catch::Contains("GET /version failed: the answer is no list of pages"));
        CHECK(result.out.empty());
    }
    const HttpServer none([](const HttpRequest&) -> HttpAnswer { return {.body = R"({"items":false})"}; });
    CHECK(RemoteProgram(none.url())({"api", "GET", "/paths", "--paginate"}).out == "[]\n");
}

TEST_CASE("the schema of a platform that tells names alone has no types") {
    const HttpServer server([](const HttpRequest& request) -> HttpAnswer {
        if (request.target.find("/sample") != std::string::npos)
            return {.body = R"({"columns":[{"name":"a"},{"name":"b"}],"rows":[]})"};
        return {.body = R"({"_id":"00000000000000000000000e","name":"orders"})"};
    });
    const RemoteProgram prevision(server.url());
    const std::vector<std::string> schema{"datasource", "schema", "00000000000000000000000e", "-o"};
    auto csv = schema;
    csv.emplace_back("csv");
    CHECK(prevision(csv).out == "name,type,nullable\r\na,,\r\nb,,\r\n");
    auto lines = schema;
    lines.emplace_back("jsonl");
    CHECK(prevision(lines).out ==
          "{\"name\":\"a\",\"type\":null,\"nullable\":null}\n{\"name\":\"b\",\"type\":null,\"nullable\":null}"
          "\n");
}

TEST_CASE("api streams what is large") {
    const HttpServer server([](const HttpRequest&) {
        int left = 512;
        return HttpAnswer{.content_type = "text/csv", .stream = [left](const auto& send) mutable {
                              return send(std::string(1 << 18, 'x')) && --left > 0;
                          }};
    });
    // The sanitizers' own memory goes beyond any limit.
#ifdef __SANITIZE_ADDRESS__
    const std::string limit = "unlimited";
#else
    const std::string limit = "400000";
#endif
    const auto result =
        shell("PREVISION_MASTER_TOKEN=x PREVISION_URL=" + server.url() + " sh -c 'ulimit -v " + limit + "; " +
              Prevision::program() + " api GET /datasets/x/download | wc -c'");
    CHECK(result == std::to_string(512L << 18) + "\n");
}

TEST_CASE("api works on the embedded platform") {
    const Prevision prevision;
    CHECK(model::get_text(model::parse_json(prevision.ok({"api", "GET", "/version"})), "name") ==
          "prevision");
    prevision.ok({"api", "POST", "/projects", "-f", "name=churn"});
    CHECK_THAT(prevision.ok({"project", "list", "-o", "csv"}), Catch::Contains("churn"));
    CHECK(count_lines(prevision.ok({"api", "GET", "/projects", "--paginate", "-o", "jsonl"}), "{") == 2);
    CHECK(prevision({"api", "GET", "/projects/nothing"}).exit_code == 3);
}
