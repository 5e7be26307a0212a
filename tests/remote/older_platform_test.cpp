// Platforms that lack what the embedded platform adds, tell less in a list than of one object, or fail
// midway.
#include <catch2/catch.hpp>

#include "model/json.hpp"
#include "remote/remote_fixture.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

const std::string id = "000000000000000000000001";

/// Knows the calls of the public clients alone; all else is 404, as a web framework answers it.
HttpAnswer older(const HttpRequest& request) {
    const auto path = request.target.substr(0, request.target.find('?'));
    const auto list = [](const std::string& items) {
        return HttpAnswer{.body = "{\"items\":[" + items + "]}"};
    };
    const std::string below = "/ext/v1/connectors/" + id;
    if (request.method == "GET" && path == below)
        return {.body = R"({"_id":"000000000000000000000001","name":"db","type":"SQL","host":"h"})"};
    if (path == below + "/databases") return list(R"("shop","a/b")");
    if (path == below + "/databases/shop/tables") return list(R"("orders",{"name":"people"})");
    if (path == below + "/databases/a%2Fb/tables") return list(R"("x\"y")");
    const std::string files = "/ext/v1/connectors/000000000000000000000002";
    if (request.method == "GET" && path == files)
        return {.body = R"({"_id":"000000000000000000000002","name":"files","type":"FTP","host":"h"})"};
    if (path == files + "/paths") return list(R"("a.csv","in/b.csv","in/deep/c.csv")");
    if (request.method == "GET" && path == "/ext/v1/data-sources/" + id)
        return {.body = R"({"_id":"000000000000000000000001","name":"t","table":"t"})"};
    return {.status = 404, .body = R"({"statusCode":404,"message":"Cannot GET it","error":"Not Found"})"};
}

}  // namespace

TEST_CASE("a platform that cannot be browsed tells databases, tables and files all the same") {
    const HttpServer server(older);
    const RemoteProgram program(server.url());
    const auto browse = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"connector", "browse"});
        arguments.insert(arguments.end(),
                         {"-o", "csv", "--columns", "path,kind", "--no-header", "--retries", "0"});
        const auto result = program(arguments);
        return result.exit_code == 0 ? result.out : result.err;
    };
    CHECK(browse({id}) == "shop,database\r\n\"\"\"a/b\"\"\",database\r\n");
    CHECK(browse({id, "shop"}) == "orders,table\r\npeople,table\r\n");
    CHECK(browse({id, "shop/"}) == "orders,table\r\npeople,table\r\n");
    CHECK(browse({id, "\"a/b\""}) == "\"\"\"x\"\"\"\"y\"\"\",table\r\n");
    CHECK(browse({id, "--recursive", "--limit", "2"}) == "shop,database\r\nshop/orders,table\r\n");
    CHECK(browse({id, "shop/orders"})
              .starts_with(
                  "prevision: cannot browse the connector 'db': this platform has no such call\nhint: "));
    CHECK(browse({"000000000000000000000002"}) == "a.csv,file\r\nin/b.csv,file\r\nin/deep/c.csv,file\r\n");
    CHECK(browse({"000000000000000000000002", "in"}) == "b.csv,file\r\ndeep/c.csv,file\r\n");
}

TEST_CASE("a call that the platform lacks is told so, and not taken for an object that is missing") {
    const HttpServer server(older);
    const RemoteProgram program(server.url());
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"connector", "update", id, "--host", "other"},
                                               {"datasource", "update", id, "--table", "other"},
                                               {"datasource", "preview", id},
                                               {"datasource", "schema", id},
                                               {"datasource", "cat", id}}) {
        CAPTURE(arguments);
        const auto result = program(arguments);
        CHECK(result.exit_code == 7);
        CHECK_THAT(result.err, Catch::Contains(": this platform has no such call\nhint: "));
    }
    CHECK(program({"connector", "show", "00000000000000000000000f"}).exit_code == 3);
}

TEST_CASE("what is found by its name is as whole as what is found by its id") {
    const HttpServer server([](const HttpRequest& request) -> HttpAnswer {
        if (request.target.find("page=") != std::string::npos)
            return {.body = R"({"items":[{"_id":"000000000000000000000001","name":"d"}]})"};
        return {.body = R"({"_id":"000000000000000000000001","name":"d","sha256":"ab","more":1})"};
    });
    const RemoteProgram program(server.url());
    for (const std::string noun : {"connector", "datasource", "dataset", "exporter"}) {
        CAPTURE(noun);
        const auto by_name = program({noun, "show", "d", "-o", "json"});
        CHECK(by_name.out == program({noun, "show", id, "-o", "json"}).out);
        CHECK_THAT(by_name.out, Catch::Contains("\"more\": 1"));
    }
}

TEST_CASE("a list in JSON is one document, also where it fails or is interrupted midway") {
    const HttpServer server([](const HttpRequest& request) -> HttpAnswer {
        if (page_number(request.target) > 1) return {.status = 400, .body = R"({"message":"no more"})"};
        return {.body = page_of_connectors(0, 2, 9, 2, 1)};
    });
    const RemoteProgram program(server.url());
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"connector", "list", "-o", "json"},
                                               {"api", "GET", "/x/connectors", "--paginate", "-o", "json"}}) {
        const auto result = program(arguments);
        CHECK(result.exit_code == 7);
        const auto shown = model::parse_json(result.out);
        REQUIRE(shown.IsArray());
        CHECK(shown.Size() == 2);
        CHECK(model::parse_json(result.err).IsObject());
    }
}

TEST_CASE("a secret that a platform answers is shown nowhere") {
    const HttpServer server([](const HttpRequest& request) -> HttpAnswer {
        if (request.method == "GET") return {.body = R"({"items":[]})"};
        if (request.target.find("/x") != std::string::npos)
            return {.status = 400,
                    .body = "{\"message\":\"refused: " + request.header("Authorization") + "\"}"};
        if (request.body.find("refuse") != std::string::npos)
            return {.status = 400, .body = R"({"message":"cannot take hunter22 as it is"})"};
        return {.body = R"({"_id":"000000000000000000000001","name":"a","password":"hunter22","port":1})"};
    });
    const RemoteProgram program(server.url());
    const std::vector<std::string> create{"connector", "create",     "a", "--type",           "SQL", "--host",
                                          "h",         "--username", "u", "--password-stdin", "-o",  "json"};
    const auto made = program(create, {}, "hunter22");
    CHECK(made.exit_code == 0);
    CHECK(model::parse_json_object(made.out).MemberCount() == 3);
    CHECK(made.out.find("hunter22") == std::string::npos);
    auto refused = create;
    refused[2] = "refuse";
    const auto error = program(refused, {}, "hunter22");
    CHECK(error.exit_code == 7);
    CHECK_THAT(error.err, Catch::Contains("cannot take *** as it is"));
    const auto echoed = program({"api", "POST", "/x", "-v"});
    CHECK(echoed.err.find(token) == std::string::npos);
    CHECK_THAT(echoed.err, Catch::Contains("refused: ***"));
    const auto query = program({"api", "GET", "/y", "-v", "-f", "password=hunter22", "-f", "name=n"});
    CHECK_THAT(query.err, Catch::Contains("GET /y?password=***&name=n -> 200"));
}

TEST_CASE(
    "a list whose connectors may not be seen has their ids, and asks for them where they are shown alone") {
    const HttpServer server([](const HttpRequest& request) -> HttpAnswer {
        if (request.target.find("/connectors") != std::string::npos)
            return {.status = 403, .body = R"({"message":"Forbidden"})"};
        return {.body = R"({"items":[{"_id":"00000000000000000000000d","name":"orders",)"
                        R"("connector_id":"00000000000000000000000c"}],)"
                        R"("metaData":{"totalItems":1,"rowsPerPage":10,"page":1,"nextPage":false}})"};
    });
    const RemoteProgram prevision(server.url());
    const std::vector<std::string> list{"datasource", "list", "--project", project_id, "-o"};
    const auto with = [&](const std::vector<std::string>& added) {
        auto arguments = list;
        arguments.insert(arguments.end(), added.begin(), added.end());
        return prevision(arguments).out;
    };
    CHECK(with({"csv", "--columns", "name,connector"}) ==
          "name,connector\r\norders,00000000000000000000000c\r\n");
    const auto sent = server.requests().size();
    with({"json"});
    with({"id"});
    with({"csv", "--columns", "name,connector_id"});
    CHECK(server.requests().size() == sent + 3);
}
