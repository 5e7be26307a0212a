#include "cli/in_process.hpp"

namespace prevision::testing {

namespace {

const std::string id = "00000000000000000000000c";
const std::string shop =
    R"({"_id":"00000000000000000000000c","name":"shop","type":"SQL","host":"db","port":3306,"username":"u"})";
const std::string one = R"({"items":[)" + shop + R"(],"metaData":{"totalItems":1,"rowsPerPage":100}})";
const std::string none = R"({"items":[],"metaData":{"totalItems":0,"rowsPerPage":100}})";
const std::string list = "GET /projects/000000000000000000000001/connectors?page=1";

std::string named(const std::string& name) {
    return "GET /projects/000000000000000000000001/connectors?name=" + name + "&page=1";
}

}  // namespace

std::vector<VerbCase> connector_cases() {
    return {
        {.verb = "connector list",
         .arguments = {"-o", "csv"},
         .answers = {{200, one}},
         .requests = {list},
         .out = "id,name,type,host,port,username\r\n" + id + ",shop,SQL,db,3306,u\r\n"},
        {.verb = "connector list",
         .arguments = {"-q"},
         .answers = {{401, R"({"message":"not known here"})"}},
         .requests = {"GET /projects/000000000000000000000001/connectors?fields=_id&page=1"},
         .err = "not known here",
         .exit_code = 4},
        {.verb = "connector show",
         .arguments = {"shop", "-q"},
         .answers = {{200, one}, {200, shop}},
         .requests = {named("shop"), "GET /connectors/" + id},
         .out = id + "\n"},
        {.verb = "connector show",
         .arguments = {"nowhere"},
         .answers = {{200, one}},
         .requests = {named("nowhere")},
         .err = "no connector is named 'nowhere'",
         .exit_code = 3},
        {.verb = "connector create",
         .arguments = {"shop", "--type", "SQL", "--host", "db", "--engine", "mysql", "--username", "u",
                       "--password-stdin", "-q"},
         .answers = {{200, none}, {201, shop, unique_name}},
         .requests =
             {named("shop"),
              "POST /projects/000000000000000000000001/connectors?unique_name=true "
              R"({"type":"SQL","name":"shop","host":"db","port":null,"username":"u","password":"p$w","engine":"mysql"})"},
         .out = id + "\n",
         .input = "p$w\n"},
        {.verb = "connector create",
         .arguments = {"shop", "--host", "mysql://db"},
         .answers = {{200, one}},
         .requests = {named("shop")},
         .err = "that name is taken by " + id,
         .exit_code = 6},
        {.verb = "connector create",
         .arguments = {"shop", "--host", "postgresql+psycopg2://app:p%40w@db:5432/shop?sslmode=require",
                       "-q"},
         .answers = {{200, none}, {201, shop, unique_name}},
         .requests =
             {named("shop"),
              "POST /projects/000000000000000000000001/connectors?unique_name=true "
              R"({"type":"SQL","name":"shop","host":"postgresql+psycopg2://db:5432","port":null,"username":"app","password":"p@w","tls":"require"})"},
         .out = id + "\n",
         .err = "warning: the database 'shop' in --host is left out"},
        {.verb = "connector create",
         .arguments = {"shop", "--host", "mysql://app@db", "--username", "other"},
         .err = "the user name is given twice",
         .exit_code = 2},
        {.verb = "connector update",
         .arguments = {id, "--host", "mysql://app:secret@other", "-q"},
         .answers = {{200, shop}, {200, shop}},
         .requests = {"GET /connectors/" + id,
                      "PATCH /connectors/" + id +
                          R"( {"host":"mysql://other","username":"app","password":"secret"})"},
         .out = id + "\n",
         .err = "warning: a password on the command line can be seen by others"},
        {.verb = "connector update",
         .arguments = {id, "--host", "other", "--port", "1", "-q"},
         .answers = {{200, shop}, {200, shop}},
         .requests = {"GET /connectors/" + id, "PATCH /connectors/" + id + R"( {"host":"other","port":1})"},
         .out = id + "\n"},
        {.verb = "connector update",
         .arguments = {id},
         .answers = {{200, shop}},
         .requests = {"GET /connectors/" + id},
         .err = "nothing to change was given",
         .exit_code = 2},
        {.verb = "connector delete",
         .arguments = {id, "--yes"},
         .answers = {{200, shop}, {204, ""}},
         .requests = {"GET /connectors/" + id, "DELETE /connectors/" + id},
         .err = "deleted the connector 'shop'"},
        {.verb = "connector test",
         .arguments = {id, "-o", "csv"},
         .answers = {{200, shop},
                     {200, R"({"ok":true,"stages":[{"stage":"resolve","ok":true,"ms":1.5,"message":""}]})"}},
         .requests = {"GET /connectors/" + id, "POST /connectors/" + id + "/test {}"},
         .out = "stage,result,ms,message\r\nresolve,ok,1.5,\"\"\r\n"},
        {.verb = "connector browse",
         .arguments = {id, "shop", "-o", "csv"},
         .answers = {{200, shop},
                     {200, R"({"name":"orders","path":"shop/orders","kind":"table"})"
                           "\n"}},
         .requests = {"GET /connectors/" + id, "GET /connectors/" + id + "/browse?path=shop&recursive=false"},
         .out = "path,kind,size,modified,detail\r\nshop/orders,table,,,\r\n"},
        {.verb = "connector browse",
         .arguments = {id, "-o", "id"},
         .answers = {{200, shop},
                     {200, R"({"name":"a","path":"a","kind":"file"})"
                           "\n"
                           R"({"note":"2 lines are not understood"})"
                           "\n"}},
         .requests = {"GET /connectors/" + id, "GET /connectors/" + id + "/browse?path=&recursive=false"},
         .out = "a\n",
         .err = "note: 2 lines are not understood"},
        {.verb = "connector types",
         .arguments = {"--filter", "engine=sqlite", "-o", "csv", "--columns", "type,engine"},
         .out = "type,engine\r\nSQL,sqlite\r\n"},
    };
}

}  // namespace prevision::testing
