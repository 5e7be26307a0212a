#include "cli/in_process.hpp"

namespace prevision::testing {

namespace {

const std::string id = "0000000000000000000000e1";
const std::string connector_id = "00000000000000000000000c";
const std::string dataset_id = "0000000000000000000000d1";
const std::string connector =
    R"({"_id":"00000000000000000000000c","name":"shop","type":"SQL","host":"mysql://db","username":"u"})";
const std::string results =
    R"({"_id":"0000000000000000000000e1","name":"results","connector_id":"00000000000000000000000c","database":"d","table":"t","database_write_mode":"append"})";
const std::string export_id = "0000000000000000000000e9";
const std::string today = R"({"_id":"0000000000000000000000d1","name":"today","rows":4,"bytes":40})";
const std::string done = R"({"_id":"0000000000000000000000e9","status":"done","rows":4})";
const std::string get = "GET /exporters/" + id;
const std::string list = "GET /projects/000000000000000000000001/exporters?page=1";

std::string running(int rows) {
    return R"({"_id":"0000000000000000000000e9","status":"running","rows":)" +
           (rows == 0 ? "null" : std::to_string(rows)) + "}";
}

}  // namespace

std::vector<VerbCase> exporter_cases() {
    return {
        {.verb = "exporter list",
         .arguments = {"-o", "csv", "--columns", "name,write_mode"},
         .answers = {{200, R"({"items":[)" + results + "]}"}},
         .requests = {list},
         .out = "name,write_mode\r\nresults,append\r\n"},
        {.verb = "exporter create",
         .arguments = {"results", "--connector", connector_id, "--database", "d", "--table", "t",
                       "--write-mode", "safe"},
         .answers = {{200, connector}},
         .requests = {"GET /connectors/" + connector_id},
         .err = "invalid --write-mode: safe is for a file",
         .exit_code = 7},
        {.verb = "exporter show",
         .arguments = {id, "-q"},
         .answers = {{200, results}},
         .requests = {get},
         .out = id + "\n"},
        {.verb = "exporter delete",
         .arguments = {id, "--yes", "-q"},
         .answers = {{200, results}, {204, ""}},
         .requests = {get, "DELETE /exporters/" + id},
         .out = id + "\n",
         .err = "deleted the exporter 'results'"},
        {.verb = "exporter update",
         .arguments = {id, "--name", "daily", "--write-mode", "replace", "--description", "", "-q"},
         .answers = {{200, results}, {200, R"({"items":[]})"}, {200, results, unique_name}},
         .requests =
             {get, "GET /projects/000000000000000000000001/exporters?name=daily&page=1",
              "PATCH /exporters/" + id +
                  R"(?unique_name=true {"description":"","database_write_mode":"replace","name":"daily"})"},
         .out = id + "\n"},
        {.verb = "exporter update",
         .arguments = {id, "--write-mode", "safe"},
         .answers = {{200, results}},
         .requests = {get},
         .err = "cannot update the exporter 'results': invalid --write-mode: safe is for a file",
         .exit_code = 7},
        {.verb = "exporter exports",
         .arguments = {id, "-o", "csv", "--columns", "status,rows,logs"},
         .answers = {{200, results},
                     {200, R"({"items":[{"_id":"0000000000000000000000e9","status":"done","rows":3,)"
                           R"("logs":"3 rows written"}]})"}},
         .requests = {get, "GET /exporters/" + id + "/exports?page=1"},
         .out = "status,rows,logs\r\ndone,3,3 rows written\r\n"},
        {.verb = "exporter run",
         .arguments = {id, "--dataset", dataset_id, "-q", "--progress", "json"},
         .answers = {{200, results}, {200, today}, {200, running(0)}, {200, running(1)}, {200, done}},
         .requests = {get, "GET /datasets/" + dataset_id, "POST /exporters/" + id + "/dataset/" + dataset_id,
                      "GET /exports/" + export_id, "GET /exports/" + export_id},
         .out = export_id + "\n",
         .err = R"({"label":"results","bytes":null,"total_bytes":null,"rows":1,"total_rows":4,)"},
        {.verb = "exporter run",
         .arguments = {id, "--dataset", dataset_id, "-q", "--progress", "bar"},
         .answers = {{200, results}, {200, today}, {200, done}},
         .requests = {get, "GET /datasets/" + dataset_id, "POST /exporters/" + id + "/dataset/" + dataset_id},
         .out = export_id + "\n",
         .err = "exported today to results: 4 rows, 40 B in "},
        {.verb = "exporter run",
         .arguments = {id, "--dataset", dataset_id, "-q"},
         .answers = {{200, results},
                     {200, R"({"_id":"0000000000000000000000d1","name":"today"})"},
                     {200, R"({"_id":"0000000000000000000000e9","status":"failed","logs":"table full",)"
                           R"("hint":"make room"})"}},
         .requests = {get, "GET /datasets/" + dataset_id, "POST /exporters/" + id + "/dataset/" + dataset_id},
         .out = "0000000000000000000000e9\n",
         .err = "table full\nhint: make room",
         .exit_code = 1},
    };
}

}  // namespace prevision::testing
