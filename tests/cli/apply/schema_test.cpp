// The schema agrees with what apply reads: the same files are valid, by a validator that knows nothing of either.
#include <fstream>

#include <catch2/catch.hpp>

#include "sources/registry.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;
using testing::shell;

namespace {

/// Whether the validator (ajv) accepts the document, JSON, by the program's schema.
class Validator {
  public:
    explicit Validator(const Prevision& prevision) : prevision_(prevision) {
        std::ofstream(prevision.file("schema.json")) << prevision.ok({"schema"});
        std::ofstream(prevision.file("check.js")) << R"(
            const fs = require('fs');
            const Ajv = require('ajv');
            const read = (name) => JSON.parse(fs.readFileSync(name, 'utf8'));
            const check = new Ajv({allErrors: true}).compile(read('schema.json'));
            process.stdout.write(check(read('document.json')) ? 'valid' : JSON.stringify(check.errors));
        )";
    }

    [[nodiscard]] std::string check(const std::string& document) const {
        std::ofstream(prevision_.file("document.json")) << document;
        return shell("cd '" + prevision_.file("").string() +
                     "' && NODE_PATH=/usr/share/nodejs node check.js");
    }

  private:
    const Prevision& prevision_;
};

std::string connector(const std::string& fields) { return R"({"connectors":[{"name":"a",)" + fields + "}]}"; }

}  // namespace

TEST_CASE("the schema accepts the files that diff accepts, and refuses those that it refuses") {
    const Prevision prevision;
    const Validator validator(prevision);
    const std::vector<std::string> good{
        R"({})",
        R"({"connectors":[],"datasources":null})",
        connector(R"("type":"FTP","host":"h")"),
        connector(R"("type":"ftp","host":"h","port":21,"tls":"require")"),
        connector(R"("host":"mysql://h","username":"u","password_env":"HOME")"),
        connector(R"("type_env":"TYPE","host_env":"HOST")"),
        connector(R"("host":"mysql://h","username":"u","password_file_env":"FILE")"),
        connector(R"("type":"SFTP","host":"h","username":"u","private_key_file_env":"FILE")"),
        connector(R"("type":"S3","region":"eu-west-1","addressing":"path")"),
        connector(R"("engine":"sqlite","host":"/data/shop.db")"),
        R"({"connectors":[{"name":"a","host":"mysql://h"}],
            "datasources":[{"name":"b","connector":"a","database":"d","table":"t"}],
            "exporters":[{"name":"c","connector_env":"NAME","database":"d","table":"t","write_mode":"append"}]})",
    };
    const std::vector<std::string> bad{
        R"([])",
        R"({"conectors":[]})",
        R"({"connectors":{}})",
        R"({"connectors":[{"type":"FTP","host":"h"}]})",
        connector(R"("host":["h"],"type":"FTP")"),
        connector(R"("hots":"h","type":"FTP")"),
        connector(R"("type":"SQK","host":"h")"),
        connector(R"("type":"FTP")"),
        connector(R"("type":"FTP","host":"h","region":"r")"),
        connector(R"("type":"FTP","host":"h","tls":"on")"),
        connector(R"("type":"FTP","host":"h","port":70000)"),
        connector(R"("type":"FTP","host":"h","port":"2l")"),
        connector(R"("type":"FTP","host":"h","host_env":"HOST")"),
        connector(R"("type":"FTP","host":"h","password":"p")"),
        connector(R"("type":"FTP","host":"h","username":"u","password_env":"A","password_file":"f")"),
        connector(R"("type":"FTP","host":"h","username":"u","password_file_env":"FILE","password_file":"f")"),
        connector(R"("type":"FTP","host":"h","username":"u","password_file_env":"FILE","password_env":"A")"),
        connector(R"("type":"FTP","host":"h","username":"u","password_env_env":"A")"),
        R"({"datasources":[{"name":"b","table":"t"}]})",
        R"({"exporters":[{"name":"c","connector":"a","table":"t","write_mode":"never"}]})",
    };
    const std::map<std::string, std::string> environment{
        {"TYPE", "FTP"}, {"HOST", "h"}, {"NAME", "a"}, {"FILE", "secret.txt"}};
    const auto diff = [&](const std::string& document) {
        std::ofstream(prevision.file("document.json")) << document;
        return prevision({"diff", prevision.file("document.json").string()}, "", environment);
    };
    for (const auto& document : good) {
        INFO(document);
        CHECK(validator.check(document) == "valid");
        const auto result = diff(document);
        INFO(result.err);
        CHECK(result.exit_code == 0);
    }
    for (const auto& document : bad) {
        INFO(document);
        CHECK(validator.check(document) != "valid");
        CHECK(diff(document).exit_code == 7);
    }
}

TEST_CASE("the schema accepts what dump writes") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "shop", "--host", "mysql://db", "--port", "3306", "--username", "u",
                  "--password-stdin"},
                 "p");
    prevision.ok(
        {"datasource", "create", "orders", "--connector", "shop", "--database", "d", "--table", "t"});
    prevision.ok({"exporter", "create", "out", "--connector", "shop", "--database", "d", "--table", "t"});
    CHECK(Validator(prevision).check(prevision.ok({"dump", "-o", "json"})) == "valid");
}

TEST_CASE("the schema has every option of every engine") {
    const Prevision prevision;
    const auto schema = prevision.ok({"schema"});
    for (const auto& [type, option] : sources::connector_options()) {
        const auto name = option->secret ? "_file\": {" : "\"" + std::string(option->name) + "\": {";
        INFO(type << ": " << option->name);
        CHECK(schema.find(name) != std::string::npos);
        if (!option->secret)
            CHECK(schema.find("\"" + std::string(option->name) + "_env\": {") != std::string::npos);
    }
}
