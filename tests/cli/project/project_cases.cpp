#include "cli/in_process.hpp"

namespace prevision::testing {

namespace {

const std::string id = "000000000000000000000001";
const std::string churn = R"({"_id":"000000000000000000000001","name":"churn","color":"#3C6DF0"})";

}  // namespace

std::vector<VerbCase> project_cases() {
    return {
        {.verb = "project list",
         .arguments = {"-o", "csv"},
         .answers = {{200, R"({"items":[)" + churn + "]}"}},
         .requests = {"GET /projects?page=1"},
         .out = "id,name,description\r\n" + id + ",churn,\r\n"},
        {.verb = "project create",
         .arguments = {"churn", "-q"},
         .answers = {{200, R"({"items":[]})"}, {201, churn, unique_name}},
         .requests =
             {"GET /projects?name=churn&page=1",
              R"(POST /projects?unique_name=true {"name":"churn","description":"","color":"#3C6DF0"})"},
         .out = id + "\n"},
        {.verb = "project show",
         .arguments = {id, "-q"},
         .answers = {{200, churn}},
         .requests = {"GET /projects/" + id},
         .out = id + "\n"},
        {.verb = "project update",
         .arguments = {id, "--name", "leavers", "--description", "", "--project-color", "#FFFFFF", "-q"},
         .answers = {{200, churn}, {200, R"({"items":[]})"}, {200, churn, unique_name}},
         .requests = {"GET /projects/" + id, "GET /projects?name=leavers&page=1",
                      "PATCH /projects/" + id +
                          R"(?unique_name=true {"description":"","color":"#FFFFFF","name":"leavers"})"},
         .out = id + "\n"},
        {.verb = "project delete",
         .arguments = {id, "--yes", "-q"},
         .answers = {{200, churn}, {204, ""}},
         .requests = {"GET /projects/" + id, "DELETE /projects/" + id},
         .out = id + "\n",
         .err = "deleted the project 'churn'"},
    };
}

}  // namespace prevision::testing
