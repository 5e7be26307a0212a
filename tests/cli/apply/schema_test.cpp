// The schema agrees with what apply reads: the same files are valid, by a validator that knows nothing of either.
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/text.hpp"
#include "model/manifest.hpp"
#include "sources/registry.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;
using testing::shell;

namespace {

/// Whether the validator (ajv) accepts the document, JSON, by the program's schema.
class Validator {
  public:
    explicit Validator(const Prevision& prevision, const std::string& what = "definitions")
        : prevision_(prevision) {
        std::ofstream(prevision.file("schema.json")) << prevision.ok({"schema", what});
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

/// Every member is set.
model::Manifest full_manifest(const std::string& hash) {
    model::Manifest manifest;
    manifest.dataset = {.id = "d", .name = "today"};
    manifest.datasource = {.id = "s", .name = "orders"};
    manifest.connector = {.id = "c", .name = "shop"};
    manifest.connector_type = "SQL";
    manifest.engine = "postgresql";
    manifest.host = "h";
    manifest.port = 5432;
    manifest.server_version = "15";
    manifest.location = {
        .path = "p", .database = "d", .table = "t", .bucket = "b", .request = "r", .g_cloud = "g"};
    manifest.parameters = {{.name = "day", .type = "date", .value = std::nullopt}};
    manifest.files = {{.path = "p", .etag = "e", .size = 1, .modified = "2026-01-31T00:00:00Z"}};
    manifest.cursor = {.column = "c", .type = "date"};
    manifest.window = {.low = "1", .high = "2"};
    manifest.states = {{.method = "checksum", .value = "7"}};
    manifest.parents = {"d0"};
    manifest.begun_at = manifest.ended_at = "2026-01-31T02:00:00.123Z";
    manifest.program_version = "0";
    manifest.file = {.name = "p", .type = "csv", .compression = "gzip", .format = {}, .note = "n"};
    manifest.file.format = {.separator = ",",
                            .quote = "'",
                            .escape = "none",
                            .comment = "#",
                            .header = true,
                            .skip = 0,
                            .encoding = "utf-8"};
    manifest.rows = manifest.bytes = 0;
    manifest.sha256 = manifest.columns_sha256 = manifest.definition_sha256 = hash;
    manifest.columns = {{.name = "a", .type = "int", .nullable = false, .kind = "integer"}};
    return manifest;
}

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

TEST_CASE("the schema of manifests accepts what is written, with every member, and refuses other documents") {
    const Prevision prevision;
    const Validator validator(prevision, "manifest");
    const std::string hash(64, 'a');
    const auto full = model::encode_manifest(full_manifest(hash));
    CHECK(validator.check(full) == "valid");
    // A member that the schema does not have would not be checked.
    const auto document = model::parse_json(full);
    const auto schema = model::parse_json(prevision.ok({"schema", "manifest", "-o", "json"}));
    for (const auto& member : document.GetObject()) {
        CAPTURE(member.name.GetString());
        CHECK(schema["properties"].HasMember(member.name));
    }
    CHECK(document.MemberCount() == schema["properties"].MemberCount());
    CHECK(validator.check(R"({"manifest_version":1,"columns":[],"later":[1]})") == "valid");
    for (const auto* bad : {"[]", "{}", R"({"manifest_version":2,"columns":[]})", R"({"manifest_version":1})",
                            R"({"manifest_version":1,"columns":[{"name":"a"}]})",
                            R"({"manifest_version":1,"columns":[],"rows":-1})",
                            R"({"manifest_version":1,"columns":[],"sha256":"abc"})",
                            R"({"manifest_version":1,"columns":[],"files":[{}]})",
                            R"({"manifest_version":1,"columns":[],"begun_at":"today"})"}) {
        CAPTURE(bad);
        CHECK(validator.check(bad) != "valid");
    }
}

TEST_CASE("the manifest in the manual is one, and its hashes are right") {
    const Prevision prevision;
    const Validator validator(prevision, "manifest");
    auto example =
        shell("man -l -P cat --nj " PREVISION_SOURCE_DIR "/man/prevision-dataset.5 2>/dev/null | col -bx");
    example = example.substr(example.find("{\n"));
    example = example.substr(0, example.find("\n       }\n") + 9);
    CHECK(validator.check(example) == "valid");
    const auto manifest = model::decode_manifest(example);
    CHECK(manifest.sha256 ==
          trim(shell("printf 'id,paid\\r\\n1,true\\r\\n2,\\r\\n' | sha256sum | cut -c1-64")));
    CHECK(manifest.bytes == 21U);
    std::ofstream(prevision.file("columns")) << model::canonical_columns(manifest.columns);
    CHECK(manifest.columns_sha256 ==
          trim(shell(fmt::format("sha256sum '{}' | cut -c1-64", prevision.file("columns").string()))));
}
