#include "cli/in_process.hpp"

namespace prevision::testing {

std::vector<VerbCase> platform_cases() {
    const std::string none = R"({"items":[]})";
    const std::string project = "GET /projects/000000000000000000000001/";
    const std::string declared = "connectors:\n  - name: shop\n    host: mysql://db\n";
    return {
        {.verb = "api",
         .arguments = {"POST", "/projects", "-f", "name=churn"},
         .answers = {{201, R"({"_id":"1"})"}},
         .requests = {R"(POST /projects {"name":"churn"})"},
         .out = R"({"_id":"1"})"},
        {.verb = "diff",
         .arguments = {"-", "-o", "csv", "--exit-code"},
         .answers = {{200, none}},
         .requests = {project + "connectors?page=1"},
         .out = "change,kind,name,fields\r\ncreate,connector,shop,\r\n",
         .err = "1 object is not as the file says",
         .exit_code = 10,
         .input = declared},
        {.verb = "apply",
         .arguments = {"-", "-q"},
         .answers = {{200, none}, {201, R"({"_id":"00000000000000000000000c","name":"shop"})"}},
         .requests =
             {project + "connectors?page=1",
              "POST " + project.substr(4) +
                  R"(connectors {"type":"SQL","name":"shop","host":"mysql://db","port":null,"username":""})"},
         .out = "00000000000000000000000c\n",
         .input = declared},
        {.verb = "dump",
         .arguments = {},
         .answers = {{200, none}, {200, none}, {200, none}},
         .requests = {project + "connectors?page=1", project + "data-sources?page=1",
                      project + "exporters?page=1"},
         .out =
             "# For 'prevision apply'. The platform never shows a secret: say where each one comes from, with\n# "
             "password_env, password_file, password_command, private_key_file or credentials_file.\nconnectors: []\ndatasources: []\nexporters: []\n"},
        {.verb = "serve",
         .arguments = {"--url", "https://platform.test"},
         .err = "leave --url out",
         .exit_code = 2},
        {.verb = "serve token create",
         .arguments = {"ci", "--role", "owner"},
         .err = "--role",
         .exit_code = 2},
        {.verb = "serve token list", .arguments = {"-o", "json"}, .out = "[]\n"},
        {.verb = "serve token revoke", .arguments = {"nobody"}, .err = "nobody", .exit_code = 3},
        {.verb = "login",
         .arguments = {"--url", "https://platform.test", "--token-stdin", "-q"},
         .answers = {{200, R"({"version":"1"})"}},
         .requests = {"GET /version"},
         .out = "default\n",
         .err = "logged in to https://platform.test as the profile 'default'",
         .input = "secret\n"},
        {.verb = "logout",
         .arguments = {"--profile", "work"},
         .err = "no profile is named 'work'",
         .exit_code = 3},
        {.verb = "profile list", .arguments = {"-o", "json"}, .out = "[]\n"},
        {.verb = "profile use",
         .arguments = {"embedded", "-q"},
         .out = "embedded\n",
         .err = "'embedded' is used from now on"},
        {.verb = "profile show", .arguments = {"work"}, .err = "no profile is named 'work'", .exit_code = 3},
        {.verb = "completion", .arguments = {"tcsh"}, .err = "bash, zsh, fish", .exit_code = 2},
        {.verb = "version", .arguments = {}, .out = "prevision " PREVISION_VERSION "\n"},
        {.verb = "doctor",
         .arguments = {"--limit", "many"},
         .err = "--limit: 'many' is not a whole number",
         .exit_code = 2},
    };
}

}  // namespace prevision::testing
