// The whole program with a real S3 service.

#include <map>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "cli/file_system_suite.hpp"
#include "core/text.hpp"
#include "support/command.hpp"
#include "support/s3_server.hpp"

using namespace prevision;
using testing::FileSystem;
using testing::LinkedFiles;

namespace {

testing::S3Server& server() {
    static testing::S3Server one;
    static const bool prepared = [] {
        one.make_bucket("shop");
        return true;
    }();
    static_cast<void>(prepared);
    return one;
}

/// By curl, which signs as S3 wants it.
std::string fetched_by_curl(const std::string& path) {
    std::string encoded;
    for (const auto& part : split(path, '/')) encoded += '/' + percent_encode(part);
    const auto result = testing::run_command({"curl", "-sf", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user",
                                              server().access_key() + ":" + server().secret_key(), "-H",
                                              "x-amz-content-sha256: UNSIGNED-PAYLOAD",
                                              fmt::format("{}/shop{}", server().url(), encoded)});
    if (result.exit_code != 0) throw std::runtime_error("curl: " + result.errors);
    return result.output;
}

FileSystem s3() {
    return {
        .connector = {"--type", "S3", "--host", server().url(), "--username", server().access_key()},
        .password = server().secret_key(),
        .wrong_password = "not/the+secret=",
        .location =
            [](const std::string& path) {
                return std::vector<std::string>{"--bucket", "shop", "--path", path};
            },
        .folder = [](const std::string& path) { return path.empty() ? "shop" : "shop/" + path; },
        .port = server().port(),
        .at_port =
            [](int port) {
                return std::vector<std::string>{"--host", fmt::format("http://127.0.0.1:{}", port)};
            },
        .folder_end = "/",
        .put = [](const std::string& path, const std::string& bytes) { server().put("shop", path, bytes); },
        .sha256 =
            [](const std::string& path) {
                return testing::run_command({"sha256sum"}, fetched_by_curl(path)).output.substr(0, 64);
            }};
}

}  // namespace

TEST_CASE("objects of S3, in every verb") { testing::check_files(s3()); }
TEST_CASE("what goes wrong with S3 has its exit code") { testing::check_file_failures(s3()); }
TEST_CASE("the schema of a long object is told from its beginning") {
    testing::check_schema_of_beginning(s3());
}
TEST_CASE("buckets and keys are browsed") { testing::check_browsing(s3()); }
TEST_CASE("an object whose connections are cut is whole, or no dataset") { testing::check_cuts(s3()); }

TEST_CASE("what a connector leaves open comes from AWS's variables, each time that it is used") {
    const testing::Prevision prevision;
    server().put("shop", "by environment.csv", "a,b\n1,2\n");
    prevision.ok({"connector", "create", "bare", "--type", "S3"});
    prevision.ok({"datasource", "create", "d", "--connector", "bare", "--bucket", "shop", "--path",
                  "by environment.csv"});
    std::map<std::string, std::string> variables{{"AWS_ENDPOINT_URL", server().url()},
                                                 {"AWS_REGION", "us-east-1"},
                                                 {"AWS_ACCESS_KEY_ID", server().access_key()},
                                                 {"AWS_SECRET_ACCESS_KEY", server().secret_key()}};
    const auto cat = prevision({"datasource", "cat", "d"}, "", variables);
    INFO(cat.err);
    CHECK(cat.out == "a,b\n1,2\n");
    CHECK(prevision({"dataset", "create", "--datasource", "d"}, "", variables).exit_code == 0);
    variables["AWS_SECRET_ACCESS_KEY"] = "wrong";
    CHECK(prevision({"connector", "test", "bare"}, "", variables).exit_code == 4);
    // None of them was kept.
    CHECK(prevision.ok({"connector", "show", "bare", "-o", "json"}).find(server().url()) ==
          std::string::npos);
}

TEST_CASE("who may not read an object is told so, and a missing bucket is not found") {
    const testing::Prevision prevision;
    prevision.ok({"connector", "create", "guest", "--type", "S3", "--host", server().url(), "--username",
                  server().guest_access_key(), "--password-stdin"},
                 server().guest_secret_key());
    server().put("shop", "private.csv", "a\n");
    prevision.ok(
        {"datasource", "create", "d", "--connector", "guest", "--bucket", "shop", "--path", "private.csv"});
    CHECK(prevision({"datasource", "cat", "d"}).exit_code == 4);
    CHECK(prevision({"connector", "test", "guest"}).exit_code == 4);
    const LinkedFiles files(s3());
    files.ok(
        {"datasource", "create", "d", "--connector", "files", "--bucket", "no-such-bucket", "--path", "x"});
    CHECK(files({"datasource", "cat", "d"}).exit_code == 3);
    CHECK(files({"connector", "browse", "files", "no-such-bucket"}).exit_code == 3);
}
