#include "cli/in_process.hpp"

namespace prevision::testing {

namespace {

const std::string id = "0000000000000000000000d5";
const std::string connector_id = "00000000000000000000000c";
const std::string connector =
    R"({"_id":"00000000000000000000000c","name":"shop","type":"SQL","host":"mysql://db","username":"u"})";
const std::string orders =
    R"({"_id":"0000000000000000000000d5","name":"orders","connector_id":"00000000000000000000000c","database":"shop","table":"orders"})";
const std::string none = R"({"items":[]})";
const std::string rows =
    R"({"columns":[{"name":"a","type":"int","nullable":false},{"name":"b","type":"text"}],"rows":[[1,"x"]]})";
const std::string get = "GET /data-sources/" + id;

}  // namespace

std::vector<VerbCase> datasource_cases() {
    return {
        {.verb = "datasource list",
         .arguments = {"-o", "csv", "--columns", "name,connector_id"},
         .answers = {{200, R"({"items":[)" + orders + "]}"}},
         .requests = {"GET /projects/000000000000000000000001/data-sources?page=1"},
         .out = "name,connector_id\r\norders," + connector_id + "\r\n"},
        {.verb = "datasource create",
         .arguments = {"orders", "--connector", connector_id, "--database", "shop", "--table", "orders",
                       "-q"},
         .answers = {{200, connector}, {200, none}, {201, orders, unique_name}},
         .requests =
             {"GET /connectors/" + connector_id,
              "GET /projects/000000000000000000000001/data-sources?name=orders&page=1",
              "POST /projects/000000000000000000000001/data-sources?unique_name=true "
              R"({"connector_id":"00000000000000000000000c","name":"orders","path":null,"database":"shop","table":"orders","bucket":null,"request":null,"g_cloud":null})"},
         .out = id + "\n"},
        {.verb = "datasource create",
         .arguments = {"orders", "--connector", connector_id, "--database", "shop"},
         .answers = {{200, connector}, {200, none}},
         .requests = {"GET /connectors/" + connector_id,
                      "GET /projects/000000000000000000000001/data-sources?name=orders&page=1"},
         .err = "--table",
         .exit_code = 7},
        {.verb = "datasource show",
         .arguments = {id, "-q"},
         .answers = {{200, orders}},
         .requests = {get},
         .out = id + "\n"},
        {.verb = "datasource freshness",
         .arguments = {id, "--column", "up at", "--max-age", "1h", "-q"},
         .answers = {{200, orders}, {200, R"({"modified":"1999-01-31T00:00:00Z","by":"column up at"})"}},
         .requests = {get, "GET /data-sources/" + id + "/freshness?column=up%20at"},
         .out = id + "\n",
         .err = "the datasource 'orders' is not fresh: it changed",
         .exit_code = 9},
        {.verb = "datasource freshness",
         .arguments = {id},
         .answers = {{200, orders}, {404, ""}},
         .requests = {get, "GET /data-sources/" + id + "/freshness"},
         .err = "this platform has no such call",
         .exit_code = 7},
        {.verb = "datasource update",
         .arguments = {id, "--table", "t2", "-q"},
         .answers = {{200, orders}, {200, orders}},
         .requests = {get, "PATCH /data-sources/" + id + R"( {"request":"","table":"t2"})"},
         .out = id + "\n"},
        {.verb = "datasource update",
         .arguments = {id, "--escape", "\\", "--comment", "none", "--skip", "2", "--encoding", "cp932",
                       "--quote", "auto", "-q"},
         .answers = {{200, orders}, {200, orders}},
         .requests = {get, "PATCH /data-sources/" + id +
                               R"( {"quote":"","escape":"\\","comment":"none","skip":2,"encoding":"cp932"})"},
         .out = id + "\n"},
        {.verb = "datasource update",
         .arguments = {id, "--skip", "auto", "-q"},
         .answers = {{200, orders}, {200, orders}},
         .requests = {get, "PATCH /data-sources/" + id + R"( {"skip":null})"},
         .out = id + "\n"},
        {.verb = "datasource update",
         .arguments = {id, "--skip", "x"},
         .answers = {{200, orders}},
         .requests = {get},
         .err = "--skip",
         .exit_code = 2},
        {.verb = "datasource delete",
         .arguments = {id, "--yes"},
         .answers = {{200, orders}, {409, R"({"message":"in use"})"}},
         .requests = {get, "DELETE /data-sources/" + id},
         .err = "in use",
         .exit_code = 6},
        {.verb = "datasource test",
         .arguments = {id, "-o", "csv"},
         .answers = {{200, orders}, {200, R"({"ok":true})"}},
         .requests = {get, "POST /data-sources/" + id + "/test {}"},
         .out = "stage,result,ms,message\r\ntest,ok,0.0,\"\"\r\n"},
        {.verb = "datasource preview",
         .arguments = {id, "-n", "1", "-o", "csv"},
         .answers = {{200, orders}, {200, rows}},
         .requests = {get, "GET /data-sources/" + id + "/sample?limit=1"},
         .out = "a,b\r\n1,x\r\n"},
        {.verb = "datasource preview",
         .arguments = {id, "-n", "1", "-o", "json"},
         .answers = {{200, orders}, {200, R"({"columns":["a","a","a_2"],"rows":[[1,"x",null]]})"}},
         .requests = {get, "GET /data-sources/" + id + "/sample?limit=1"},
         .out = "[\n  {\n    \"a\": 1,\n    \"a_3\": \"x\",\n    \"a_2\": null\n  }\n]\n"},
        {.verb = "datasource schema",
         .arguments = {id, "-o", "csv"},
         .answers = {{200, orders}, {200, rows}},
         .requests = {get, "GET /data-sources/" + id + "/sample?limit=1"},
         .out = "name,type,nullable\r\na,int,no\r\nb,text,yes\r\n"},
        {.verb = "datasource cat",
         .arguments = {id},
         .answers = {{200, orders}, {200, "a,b\n1,x\n"}},
         .requests = {get, "GET /data-sources/" + id + "/content"},
         .out = "a,b\n1,x\n"},
    };
}

}  // namespace prevision::testing
