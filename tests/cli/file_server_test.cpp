// The whole program with real servers of FTP and SFTP.

#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "cli/file_system_suite.hpp"
#include "core/text.hpp"
#include "support/command.hpp"
#include "support/proftpd_server.hpp"

using namespace prevision;
using testing::FileSystem;
using testing::LinkedFiles;

namespace {

testing::ProftpdServer& server() {
    static testing::ProftpdServer one;
    return one;
}

FileSystem file_system(const std::string& type, int port) {
    return {.connector = {"--type", type, "--host", "127.0.0.1", "--port", fmt::format("{}", port),
                          "--username", server().username()},
            .password = server().password(),
            .wrong_password = "not the p@ssword",
            .location =
                [](const std::string& path) {
                    return std::vector<std::string>{"--path", path};
                },
            .folder = [](const std::string& path) { return path; },
            .port = port,
            .folder_end = "",
            .put =
                [](const std::string& path, const std::string& bytes) {
                    const auto file = server().home() / path;
                    std::filesystem::create_directories(file.parent_path());
                    std::ofstream(file, std::ios::binary) << bytes;
                },
            .sha256 =
                [](const std::string& path) {
                    return testing::run_command({"sha256sum", (server().home() / path).string()})
                        .output.substr(0, 64);
                }};
}

FileSystem ftp() {
    auto system = file_system("FTP", server().ftp_port());
    system.proxy = testing::CuttingProxy::Kind::ftp;
    // The proxy reads along.
    system.at_port = [](int port) {
        return std::vector<std::string>{"--port", fmt::format("{}", port), "--tls", "disable"};
    };
    return system;
}

FileSystem sftp() {
    auto system = file_system("SFTP", server().sftp_port());
    system.at_port = [](int port) { return std::vector<std::string>{"--port", fmt::format("{}", port)}; };
    return system;
}

}  // namespace

TEST_CASE("files of an FTP server, in every verb") { testing::check_files(ftp()); }
TEST_CASE("files of an SFTP server, in every verb") { testing::check_files(sftp()); }
TEST_CASE("what goes wrong with an FTP server has its exit code") { testing::check_file_failures(ftp()); }
TEST_CASE("what goes wrong with an SFTP server has its exit code") { testing::check_file_failures(sftp()); }
TEST_CASE("the schema of a long file is told from its beginning") {
    testing::check_schema_of_beginning(ftp());
}
TEST_CASE("an FTP server's folders are browsed") { testing::check_browsing(ftp()); }
TEST_CASE("an SFTP server's folders are browsed") { testing::check_browsing(sftp()); }

TEST_CASE("a file of an FTP server whose connections are cut is whole, or no dataset") {
    testing::check_cuts(ftp());
}
TEST_CASE("a file of an SFTP server whose connections are cut is whole, or no dataset") {
    testing::check_cuts(sftp());
}

TEST_CASE("no archive, whatever is in there, takes more room than it has itself") {
    const LinkedFiles files(ftp());
    const auto make = [&](const std::string& name, const std::string& command) {
        testing::shell("cd '" + server().home().string() + "' && " + command + " && chmod 644 " + name);
        files.link(name);
    };
    make("bomb.csv.zst", "yes 1,2,3,4,5,6,7,8,9,10 | head -c 1300M | zstd -q -3 > bomb.csv.zst");
    make("many.zip",
         "python3 -c \"import zipfile; z=zipfile.ZipFile('many.zip','w'); "
         "[z.writestr('%d.csv'%i,'a,b\\n1,2\\n') for i in range(20000)]; z.close()\"");
    make("nested.zip", "gzip -c many.zip > nested.gz && zip -q nested.zip nested.gz");
    make("locked.zip", "echo a,b > locked.csv && zip -q -P secret locked.zip locked.csv");
    for (const auto* name : {"bomb.csv.zst", "many.zip", "nested.zip", "locked.zip"}) {
        CAPTURE(name);
        const auto id = files.take(name);
        CHECK(files.field("dataset", id, "sha256") == ftp().sha256(name));
        CHECK_FALSE(files.field("dataset", id, "note").empty());
    }
    // Four files, of which the largest is that of many entries.
    const auto kept = testing::shell("du -sm '" + (files.home() / "datasets").string() + "'");
    CHECK(std::stoi(kept) < 10);
    CHECK_THAT(files.ok({"dataset", "list", "--columns", "note", "-o", "csv"}),
               Catch::Contains("more than 250 times its size") && Catch::Contains("first"));
}

TEST_CASE("a file of an FTP server is what curl fetches") {
    const LinkedFiles files(ftp());
    ftp().put("by curl.csv", "a,b\n1,2\n");
    files.link("by curl.csv");
    const auto fetched = testing::run_command(
        {"curl", "-s", "--ssl-reqd", "--insecure", "--user", server().username() + ":" + server().password(),
         fmt::format("ftp://127.0.0.1:{}/by%20curl.csv", server().ftp_port())});
    CHECK(fetched.exit_code == 0);
    CHECK(files.ok({"datasource", "cat", "by curl.csv"}) == fetched.output);
}

TEST_CASE("the key of an SFTP server is kept at the first contact, whichever verb makes it") {
    sftp().put("a.csv", "a,b\n1,2\n");
    const std::vector<std::vector<std::string>> verbs{
        {"connector", "test", "files"},  {"connector", "browse", "files"},
        {"datasource", "test", "a.csv"}, {"datasource", "preview", "a.csv"},
        {"datasource", "cat", "a.csv"},  {"dataset", "create", "--datasource", "a.csv"},
    };
    for (const auto& verb : verbs) {
        CAPTURE(verb[0], verb[1]);
        const LinkedFiles files(sftp());
        files.link("a.csv");
        CHECK(files.field("connector", "files", "host_key").empty());
        files.ok(verb);
        CHECK(files.field("connector", "files", "host_key") == server().host_key());
        CHECK_THAT(files.ok({"connector", "show", "files"}), Catch::Contains(server().host_key()));
    }
}

TEST_CASE("a server that refuses who calls is not trusted from then on") {
    const LinkedFiles files(sftp());
    files.ok({"connector", "update", "files", "--password-stdin"}, "wrong");
    CHECK(files({"connector", "test", "files"}).exit_code == 4);
    CHECK(files.field("connector", "files", "host_key").empty());
}

TEST_CASE("an SFTP server with another key is refused, and taken once its key is given") {
    const LinkedFiles files(sftp());
    files.link("a.csv");
    files.ok({"connector", "test", "files"});
    testing::ProftpdServer other;
    std::ofstream(other.home() / "a.csv") << "a,b\n3,4\n";
    // The same name and account, and another server behind them.
    files.ok(
        {"connector", "update", "files", "--port", fmt::format("{}", other.sftp_port()), "--password-stdin"},
        other.password());
    for (const auto& verb :
         std::vector<std::vector<std::string>>{{"connector", "test", "files"},
                                               {"datasource", "preview", "a.csv"},
                                               {"datasource", "cat", "a.csv"},
                                               {"dataset", "create", "--datasource", "a.csv"}}) {
        const auto refused = files(verb);
        CAPTURE(verb[1], refused.err);
        CHECK(refused.exit_code == 5);
        const auto told = refused.out + refused.err;
        CHECK_THAT(told, Catch::Contains(server().host_key()) && Catch::Contains(other.host_key()));
    }
    CHECK_THAT(files({"connector", "test", "files"}).err, Catch::Contains("--host-key"));
    // A server with another key would receive the password.
    const auto kept = files({"connector", "update", "files", "--host-key", other.host_key()});
    CHECK(kept.exit_code == 7);
    CHECK_THAT(kept.err,
               Catch::Contains("the connector's host_key changes, so its password must be given again"));
    files.ok({"connector", "update", "files", "--host-key", other.host_key(), "--password-stdin"},
             other.password());
    CHECK(files.ok({"datasource", "cat", "a.csv"}) == "a,b\n3,4\n");
    CHECK(files({"connector", "update", "files", "--host-key", "SHA256:short"}).exit_code == 7);
}

TEST_CASE("an SFTP server is called with a private key, and with an encrypted one") {
    sftp().put("a.csv", "a,b\n1,2\n");
    LinkedFiles files(sftp());
    const auto create = [&](const std::string& name, const std::string& key, const std::string& passphrase) {
        const auto file = files.file(name + "_key");
        std::ofstream(file) << key;
        std::vector<std::string> arguments{"connector",
                                           "create",
                                           name,
                                           "--type",
                                           "SFTP",
                                           "--host",
                                           "127.0.0.1",
                                           "--port",
                                           fmt::format("{}", server().sftp_port()),
                                           "--username",
                                           server().username(),
                                           "--private-key-file",
                                           file.string()};
        if (!passphrase.empty()) arguments.emplace_back("--password-stdin");
        return files(arguments, passphrase).exit_code;
    };
    CHECK(create("plain", server().private_key(), "") == 0);
    CHECK(create("locked", server().encrypted_private_key(), server().passphrase()) == 0);
    CHECK(create("keyless", server().encrypted_private_key(), "") == 7);
    for (const auto* name : {"plain", "locked"}) {
        CHECK(files({"connector", "test", name}).exit_code == 0);
        CHECK(files.ok({"connector", "show", name, "-o", "json"}).find("PRIVATE KEY") == std::string::npos);
    }
}
