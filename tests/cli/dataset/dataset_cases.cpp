#include "cli/in_process.hpp"

namespace prevision::testing {

namespace {

const std::string id = "0000000000000000000000d1";
const std::string source_id = "0000000000000000000000d5";
const std::string source = R"({"_id":"0000000000000000000000d5","name":"orders"})";
const std::string started =
    R"({"_id":"0000000000000000000000d1","name":"today","copy_state":"running","datasource_id":"0000000000000000000000d5"})";
const std::string done =
    R"({"_id":"0000000000000000000000d1","name":"today","copy_state":"done","describe_state":"done","drift_state":"done"})";
const std::string failed =
    R"({"_id":"0000000000000000000000d1","name":"today","copy_state":"failed","message":"disk full"})";
// The SHA-256 of "i\n1\n", by sha256sum.
const std::string whole =
    R"({"_id":"0000000000000000000000d1","name":"today","copy_state":"done","describe_state":"done","drift_state":"done","bytes":4,"sha256":"f1ec545a3c920ca5c93f6187b04eed2f035158ee00c2c135ae3abdaae56c9ccb"})";
const std::string get = "GET /datasets/" + id;
const std::string list = "GET /projects/000000000000000000000001/datasets?page=1";

std::string named(const std::string& name) {
    return "GET /projects/000000000000000000000001/datasets?name=" + name + "&page=1";
}

}  // namespace

std::vector<VerbCase> dataset_cases() {
    return {
        {.verb = "dataset list",
         .arguments = {"-q"},
         .answers = {{200, R"({"items":[)" + started + "]}"}},
         .requests = {"GET /projects/000000000000000000000001/datasets?fields=_id&page=1"},
         .out = id + "\n"},
        {.verb = "dataset create",
         .arguments = {"today", "--datasource", source_id, "--no-wait", "-q"},
         .answers = {{200, source}, {200, R"({"items":[]})"}, {201, started, unique_name}},
         .requests = {"GET /data-sources/" + source_id, named("today"),
                      "POST /projects/000000000000000000000001/datasets/data-source?unique_name=true "
                      R"({"name":"today","datasource_id":"0000000000000000000000d5"})"},
         .out = id + "\n"},
        {.verb = "dataset show",
         .arguments = {id, "-o", "csv"},
         .answers = {{404, R"({"message":"gone"})"}, {200, R"({"items":[]})"}},
         .requests = {get, named(id)},
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
        {.verb = "dataset update",
         .arguments = {id, "--name", "yesterday", "-q"},
         .answers = {{200, started}, {200, R"({"items":[]})"}, {200, started, unique_name}},
         .requests = {get, named("yesterday"),
                      "PATCH /datasets/" + id + R"(?unique_name=true {"name":"yesterday"})"},
         .out = id + "\n"},
        {.verb = "dataset update",
         .arguments = {id, "--name", "other"},
         .answers = {{200, started},
                     {200, R"({"items":[{"_id":"0000000000000000000000d2","name":"other"}]})"}},
         .requests = {get, named("other")},
         .err = "cannot rename the dataset 'today': the name 'other' is taken by 0000000000000000000000d2",
         .exit_code = 6},
        {.verb = "dataset wait",
         .arguments = {id, id, "-q"},
         .answers = {{200, done}, {200, started}, {200, failed}},
         .requests = {get, get, get},
         .out = id + "\n",
         .err = "cannot take the snapshot 'today': disk full\nprevision: 1 of 2 snapshots failed",
         .exit_code = 8},
        {.verb = "dataset verify",
         .arguments = {id, "nowhere", "-q"},
         .answers = {{200, whole}, {200, "i\n1\n"}, {200, R"({"items":[]})"}},
         .requests = {get, "GET /datasets/" + id + "/download?extension=csv", named("nowhere")},
         .out = id + "\n",
         .err = "no dataset is named 'nowhere'",
         .exit_code = 8},
        {.verb = "dataset create",
         .arguments = {"today", "--datasource", source_id, "--if-changed", "--no-wait", "-q"},
         .answers = {{200, source}, {200, R"({"items":[]})"}, {201, started, unique_name}},
         .requests = {"GET /data-sources/" + source_id, named("today"),
                      "POST /projects/000000000000000000000001/datasets/data-source?unique_name=true "
                      R"({"name":"today","datasource_id":"0000000000000000000000d5","if_changed":true})"},
         .out = id + "\n",
         .err = "this platform does not compare snapshots: it takes one in any case"},
        {.verb = "dataset download",
         .arguments = {id, "--manifest"},
         .answers = {{200, whole}},
         .requests = {get},
         .err = "the platform keeps no manifests",
         .exit_code = 7},
        {.verb = "dataset pin",
         .arguments = {id, "-q"},
         .answers = {{200, done},
                     {200, R"({"_id":"0000000000000000000000d1","name":"today","pinned":true})"}},
         .requests = {get, "PATCH /datasets/" + id + R"( {"pinned":true})"},
         .out = id + "\n",
         .err = "pinned the dataset 'today'"},
        {.verb = "dataset pin",
         .arguments = {id},
         .answers = {{200, done}, {200, done}},
         .requests = {get, "PATCH /datasets/" + id + R"( {"pinned":true})"},
         .err = "cannot pin the dataset 'today': the platform does not know pins",
         .exit_code = 7},
        {.verb = "dataset unpin",
         .arguments = {id, "-q"},
         .answers = {{200, done}, {405, ""}},
         .requests = {get, "PATCH /datasets/" + id + R"( {"pinned":false})"},
         .err = "this platform has no such call",
         .exit_code = 7},
        {.verb = "dataset prune",
         .arguments = {"--keep-last", "1", "--keep-within", "2d", "--yes", "-q"},
         .answers =
             {{200,
               R"({"datasets":[{"_id":"0000000000000000000000d1","name":"a","action":"keep","reasons":["last"]},)"
               R"({"_id":"0000000000000000000000d2","name":"b","action":"remove","reasons":[]}]})"},
              {200,
               R"({"datasets":[{"_id":"0000000000000000000000d1","name":"a","action":"keep","reasons":["last"]},)"
               R"({"_id":"0000000000000000000000d2","name":"b","action":"remove","reasons":[]}],"removed":1,)"
               R"("freed_bytes":2048})"}},
         .requests =
             {"POST /projects/000000000000000000000001/datasets/prune "
              R"({"keep_last":1,"keep_within":"2d","dry_run":true})",
              "POST /projects/000000000000000000000001/datasets/prune "
              R"({"keep_last":1,"keep_within":"2d","dry_run":false,"confirmed":["0000000000000000000000d2"]})"},
         .out = "0000000000000000000000d2\n",
         .err = "removed 1 dataset, which freed 2.0 KiB"},
        {.verb = "dataset prune",
         .arguments = {"--keep-last", "1", "--yes"},
         .answers = {{404, "<html>"}},
         .requests = {"POST /projects/000000000000000000000001/datasets/prune "
                      R"({"keep_last":1,"dry_run":true})"},
         .err = "cannot prune the datasets: this platform has no such call",
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
