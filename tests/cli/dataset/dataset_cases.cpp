#include "cli/in_process.hpp"

namespace prevision::testing {

namespace {

const std::string id = "0000000000000000000000d1";
const std::string source_id = "0000000000000000000000d5";
const std::string source = R"({"_id":"0000000000000000000000d5","name":"orders"})";
const std::string started =
    R"({"_id":"0000000000000000000000d1","name":"today","copy_state":"running","datasource_id":"0000000000000000000000d5"})";
const std::string get = "GET /datasets/" + id;
const std::string list = "GET /projects/000000000000000000000001/datasets?page=1";

}  // namespace

std::vector<VerbCase> dataset_cases() {
    return {
        {.verb = "dataset list",
         .arguments = {"-q"},
         .answers = {{200, R"({"items":[)" + started + "]}"}},
         .requests = {list},
         .out = id + "\n"},
        {.verb = "dataset create",
         .arguments = {"today", "--datasource", source_id, "--no-wait", "-q"},
         .answers = {{200, source}, {200, R"({"items":[]})"}, {201, started}},
         .requests = {"GET /data-sources/" + source_id, list,
                      "POST /projects/000000000000000000000001/datasets/data-source "
                      R"({"name":"today","datasource_id":"0000000000000000000000d5"})"},
         .out = id + "\n"},
        {.verb = "dataset show",
         .arguments = {id, "-o", "csv"},
         .answers = {{404, R"({"message":"gone"})"}, {200, R"({"items":[]})"}},
         .requests = {get, list},
         .err = "no dataset is named '" + id + "'",
         .exit_code = 3},
        {.verb = "dataset head",
         .arguments = {id, "-n", "1", "-o", "csv"},
         .answers = {{200, started}, {200, R"({"columns":["a"],"rows":[[1],[2]]})"}},
         .requests = {get, "GET /datasets/" + id + "/sample?limit=1"},
         .out = "a\r\n1\r\n"},
        {.verb = "dataset head",
         .arguments = {id, "-n", "1", "-o", "yaml"},
         .answers = {{200, started}, {200, R"({"columns":["a","a"],"rows":[[1,2]]})"}},
         .requests = {get, "GET /datasets/" + id + "/sample?limit=1"},
         .out = "- a: 1\n  a_2: 2\n"},
        {.verb = "dataset download",
         .arguments = {id, "--to", "-"},
         .answers = {{200, started}, {404, R"({"message":"gone"})"}},
         .requests = {get, "GET /datasets/" + id + "/download?extension=csv"},
         .err = "gone",
         .exit_code = 3},
        {.verb = "dataset verify",
         .arguments = {id},
         .answers = {{200, started}},
         .requests = {get},
         .err = "SHA-256",
         .exit_code = 7},
        {.verb = "dataset delete",
         .arguments = {id, "--yes", "-q"},
         .answers = {{200, started}, {204, ""}},
         .requests = {get, "DELETE /datasets/" + id},
         .out = id + "\n",
         .err = "deleted the dataset 'today'"},
    };
}

}  // namespace prevision::testing
