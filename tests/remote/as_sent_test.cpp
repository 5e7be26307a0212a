// What a platform sends is shown as it was sent: held against Python's own reading of the very bytes.
#include <fstream>

#include <catch2/catch.hpp>

#include "remote/remote_fixture.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

constexpr auto item =
    R"({"name": "odd \u00e9 \/ \"x\"", "_id": "000000000000000000000001", "big": 12345678901234567890123,)"
    R"( "cents": 1.10, "small": 1E-7, "minus": -0.0, "unknown": {"b": [1.0, null, true, {}], "a": []},)"
    R"( "type": "SQL", "host": "db.example.com", "port": "3306", "project_id": "00000000000000000000000a"})";

HttpAnswer answer(const HttpRequest& request) {
    if (request.target.find("/sample") != std::string::npos)
        return {.body = R"({"columns": [{"name": "n"}, {"name": "t"}], "rows": [[1.10, "x"], [1e3, null]]})"};
    if (request.target.find("page=") == std::string::npos) return {.body = item};
    return {.body = fmt::format(R"({{"items": [{}, {{"_id": "2", "at": 98765432109876543210}}],)"
                                R"( "metaData": {{"totalItems": 2, "rowsPerPage": 50}}}})",
                                item)};
}

/// Whether Python reads the same from both, with every number as it is spelled and every member in its place.
bool is_the_same(const RemoteProgram& program, const std::string& shown, const std::string& sent) {
    std::ofstream(program.file("shown")) << shown;
    std::ofstream(program.file("sent")) << sent;
    return shell(fmt::format("python3 -c 'import json, sys\n"
                             "read = lambda name: json.load(open(name), parse_int=str, parse_float=str, "
                             "object_pairs_hook=list)\n"
                             "print(read(sys.argv[1]) == read(sys.argv[2]))' {} {}",
                             program.file("shown").string(), program.file("sent").string())) == "True\n";
}

}  // namespace

TEST_CASE("objects are shown as the platform sent them, to the last digit") {
    const HttpServer server(answer);
    const RemoteProgram program(server.url());
    const auto list = fmt::format(R"([{}, {{"_id": "2", "at": 98765432109876543210}}])", item);
    for (const auto& arguments : {std::vector<std::string>{"connector", "list"},
                                  {"datasource", "list"},
                                  {"dataset", "list"},
                                  {"exporter", "list"},
                                  {"project", "list"},
                                  {"api", "GET", "/projects", "--paginate"}}) {
        CAPTURE(arguments);
        auto as_json = arguments;
        as_json.insert(as_json.end(), {"-o", "json"});
        CHECK(is_the_same(program, program(as_json).out, list));
        auto as_lines = arguments;
        as_lines.insert(as_lines.end(), {"-o", "jsonl"});
        const auto lines = program(as_lines).out;
        CHECK(is_the_same(program, lines.substr(0, lines.find('\n')), item));
    }
    for (const std::string noun : {"connector", "datasource", "dataset", "exporter", "project"}) {
        CAPTURE(noun);
        const auto shown = program({noun, "show", "000000000000000000000001", "-o", "json"});
        CHECK(is_the_same(program, shown.out, item));
    }
}

TEST_CASE("values of a sample are shown as the platform sent them") {
    const HttpServer server(answer);
    const RemoteProgram program(server.url());
    const auto shown = program({"dataset", "head", "000000000000000000000001", "-o", "json"});
    CHECK(is_the_same(program, shown.out, R"([{"n": 1.10, "t": "x"}, {"n": 1e3, "t": null}])"));
    CHECK(program({"datasource", "preview", "000000000000000000000001", "-o", "csv"}).out ==
          "n,t\r\n1.10,x\r\n1e3,\r\n");
}
