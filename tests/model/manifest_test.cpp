#include "model/manifest.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace prevision;
using namespace prevision::model;

namespace {

/// Every member is set.
Manifest full_manifest() {
    Manifest manifest;
    manifest.dataset = {.id = "d1", .name = "today"};
    manifest.datasource = {.id = "s1", .name = "orders"};
    manifest.connector = {.id = "c1", .name = "shop"};
    manifest.connector_type = "SQL";
    manifest.engine = "postgresql";
    manifest.host = "db.example.com";
    manifest.port = 5432;
    manifest.server_version = "15.14";
    manifest.location = {.path = "in/a.csv",
                         .database = "shop",
                         .table = "t",
                         .bucket = "b",
                         .request = "SELECT \"é\"",
                         .g_cloud = "Storage"};
    manifest.parameters = {{.name = "day", .type = "date", .value = "2026-01-31"},
                           {.name = "shop", .type = "integer", .value = std::nullopt},
                           {.name = "note", .type = "text", .value = ""}};
    manifest.files = {{.path = "in/a.csv", .etag = "\"1\"", .size = 0, .modified = "2026-01-31T00:00:00Z"},
                      {.path = "in/b.csv", .etag = {}, .size = std::nullopt, .modified = {}}};
    manifest.cursor = {.column = "updated_at", .type = "timestamptz"};
    manifest.window = {.low = "", .high = "9"};
    manifest.definition_sha256 = "ef";
    manifest.states = {{.method = "checksum", .value = "7:af"}};
    manifest.parents = {"d0", "d00"};
    manifest.begun_at = "2026-01-31T02:00:00.000Z";
    manifest.ended_at = "2026-01-31T02:00:01.000Z";
    manifest.program_version = "0.2.0";
    manifest.file = {.name = "a.csv", .type = "csv", .compression = "gzip", .format = {}, .note = "odd"};
    manifest.file.format = {.separator = ";",
                            .quote = "\"",
                            .escape = "none",
                            .comment = "#",
                            .header = false,
                            .skip = 2,
                            .encoding = "utf-8"};
    manifest.rows = 18446744073709551ULL;
    manifest.bytes = 9007199254740993ULL;  // what a double does not hold
    manifest.sha256 = "ab";
    manifest.columns = {{.name = "id", .type = "bigint", .nullable = false, .kind = "integer"},
                        {.name = "", .type = "", .nullable = true, .kind = ""}};
    manifest.columns_sha256 = "cd";
    return manifest;
}

Manifest read(const std::string& text) { return decode_manifest(JsonText(text)); }

}  // namespace

TEST_CASE("a manifest is read as it was written") {
    const auto text = encode_manifest(full_manifest());
    CHECK(
        text ==
        R"({"manifest_version":1,"dataset":{"id":"d1","name":"today"},"datasource":{"id":"s1","name":"orders"},)"
        R"("connector":{"id":"c1","name":"shop","type":"SQL"},"engine":"postgresql","host":"db.example.com",)"
        R"("port":5432,"server_version":"15.14","location":{"path":"in/a.csv","database":"shop","table":"t",)"
        R"("bucket":"b","request":"SELECT \"é\"","g_cloud":"Storage"},"definition_sha256":"ef",)"
        R"("parameters":[{"name":"day","type":"date","value":"2026-01-31"},)"
        R"({"name":"shop","type":"integer","value":null},{"name":"note","type":"text","value":""}],)"
        R"("files":[{"path":"in/a.csv","etag":"\"1\"","size":0,"modified":"2026-01-31T00:00:00Z"},)"
        R"({"path":"in/b.csv"}],"cursor":{"column":"updated_at","type":"timestamptz"},)"
        R"("window":{"low":"","high":"9"},"states":[{"method":"checksum","value":"7:af"}],"parents":["d0","d00"],)"
        R"("begun_at":"2026-01-31T02:00:00.000Z","ended_at":"2026-01-31T02:00:01.000Z",)"
        R"("program":{"name":"prevision","version":"0.2.0"},)"
        R"("file":{"name":"a.csv","type":"csv","compression":"gzip","separator":";","quote":"\"","escape":"none",)"
        R"("comment":"#","header":false,"skip":2,"encoding":"utf-8","note":"odd"},)"
        R"("rows":18446744073709551,"bytes":9007199254740993,"sha256":"ab",)"
        R"("columns":[{"name":"id","type":"bigint","kind":"integer","nullable":false},)"
        R"({"name":"","type":"","nullable":true}],"columns_sha256":"cd"})");
    const auto manifest = read(text);
    CHECK(encode_manifest(manifest) == text);
    CHECK(manifest.document == text);
    CHECK(manifest.window->low == "");
    CHECK(manifest.bytes == 9007199254740993ULL);
    CHECK(manifest.files.at(0) == full_manifest().files.at(0));
    CHECK(manifest.parameters.at(1).value == std::nullopt);
}

TEST_CASE("what is not known is absent") {
    CHECK(encode_manifest({}) == R"({"manifest_version":1,"columns":[]})");
    const auto manifest = read(R"({"manifest_version":1})");
    CHECK_FALSE(manifest.rows);
    CHECK_FALSE(manifest.window);
    CHECK(manifest.columns.empty());
}

TEST_CASE("members that are not known, or of another type, are left out") {
    const auto manifest = read(
        R"({"manifest_version":1,"later":{"x":[1]},"files":[{"path":"a","crc":7},3],"columns":{},"window":[],)"
        R"("host":{"a":1},"port":99999,"rows":-1,"parents":["a",1]})");
    REQUIRE(manifest.files.size() == 1);
    CHECK(manifest.files[0].path == "a");
    CHECK(manifest.columns.empty());
    CHECK_FALSE(manifest.window);
    CHECK(manifest.host.empty());
    CHECK_FALSE(manifest.port);
    CHECK_FALSE(manifest.rows);
    CHECK(manifest.parents == std::vector<std::string>{"a"});
}

TEST_CASE("a text that is not a manifest of a known version is refused") {
    for (const auto* text : {"{}", R"({"manifest_version":0})", R"({"manifest_version":2})",
                             R"({"manifest_version":-1})", R"({"manifest_version":"x"})", "[]", "", "{"}) {
        CAPTURE(text);
        try {
            read(text);
            FAIL("it was read");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::invalid);
        }
    }
}

TEST_CASE("the text of the columns is canonical JSON") {
    // As Python's json.dumps writes it, with ensure_ascii=False and without spaces.
    CHECK(canonical_columns({}) == "[]");
    CHECK(canonical_columns({{.name = "é\x1f\"\\/\x7f", .type = "text", .nullable = true, .kind = "text"},
                             {.name = "", .type = "int", .nullable = false}}) ==
          "[[\"é\\u001f\\\"\\\\/\x7f\",\"text\",true],[\"\",\"int\",false]]");
}
