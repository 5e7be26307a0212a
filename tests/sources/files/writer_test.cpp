// Files written to real servers, and seen there by somebody else.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <catch2/catch.hpp>

#include "contract/file_writer_contract.hpp"
#include "contract/source_contract.hpp"
#include "core/text.hpp"
#include "sources/registry.hpp"
#include "sources/s3/fixture.hpp"
#include "support/command.hpp"
#include "support/proftpd_server.hpp"
#include "support/s3_server.hpp"
#include "support/ssh_server.hpp"

using namespace prevision;
using namespace prevision::testing;
using sources::Connection;

namespace {

namespace fs = std::filesystem;

std::optional<std::string> content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

/// The server runs as an account of its own.
FileWriterFixture folder_fixture(const Connection& connection, const fs::path& home) {
    fs::permissions(home, fs::perms::all);
    return {.connection = connection,
            .location = [](const std::string& path) { return sources::Location{.path = path}; },
            .content = [home](const std::string& path) { return content_of(home / path); },
            .names =
                [home] {
                    std::vector<std::string> names;
                    for (const auto& entry : fs::directory_iterator(home))
                        names.push_back(entry.path().filename());
                    std::ranges::sort(names);
                    return names;
                },
            .nowhere = {.path = "no such folder/a.csv"}};
}

Connection to_proftpd(const ProftpdServer& server, const std::string& type, int port) {
    Connection connection;
    connection.type = type;
    connection.host = server.host();
    connection.port = port;
    connection.username = server.username();
    connection.password = Secret(server.password());
    return connection;
}

void check_closed_folder(const Connection& connection, const fs::path& home) {
    fs::create_directory(home / "closed");
    fs::permissions(home / "closed", fs::perms(0555));
    Cancellation cancellation;
    const auto writer =
        sources::detect_engine(connection, cancellation).open_file_writer(connection, cancellation);
    const auto denied = error_of([&] {
        writer->write({.path = "closed/a.csv"},
                      {.size = 0, .read = [](auto) { return std::size_t{0}; }, .rewind = [] {}});
    });
    CAPTURE(denied.what());
    CHECK(denied.error_class() == ErrorClass::auth);
}

}  // namespace

TEST_CASE("files are written over FTP, whole or not at all") {
    const ProftpdServer server;
    auto connection = to_proftpd(server, "FTP", server.ftp_port());
    connection.options["tls"] = "disable";
    check_file_writer_contract(folder_fixture(connection, server.home()));
    check_closed_folder(connection, server.home());
}

TEST_CASE("files are written over FTP with TLS") {
    const ProftpdServer server;
    auto connection = to_proftpd(server, "FTP", server.strict_ftp_port());
    connection.options["tls"] = "require";
    check_file_writer_contract(folder_fixture(connection, server.home()));
    check_closed_folder(connection, server.home());
}

TEST_CASE("files are written over SFTP, to ProFTPD") {
    const ProftpdServer server;
    check_file_writer_contract(folder_fixture(to_proftpd(server, "SFTP", server.sftp_port()), server.home()));
}

TEST_CASE("files are written over SFTP, to OpenSSH") {
    const SshServer server;
    Connection connection;
    connection.type = "SFTP";
    connection.host = server.host();
    connection.port = server.port();
    connection.username = server.username();
    connection.secrets["private_key"] = Secret(server.private_key());
    check_file_writer_contract(folder_fixture(connection, server.home()));
    check_closed_folder(connection, server.home());
}

TEST_CASE("objects are written to S3, whole or not at all") {
    S3Server server;
    server.make_bucket("out");
    const auto connection = s3_connection(server.url(), server.access_key(), server.secret_key());
    // What curl gets, by the same keys.
    const auto curl = [&](const std::string& path) {
        return run_command({"curl", "-s", "-f", "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", "--aws-sigv4",
                            "aws:amz:us-east-1:s3", "--user", server.access_key() + ":" + server.secret_key(),
                            server.url() + "/out" + path});
    };
    check_file_writer_contract(
        {.connection = connection,
         .location = [](const std::string& path) { return sources::Location{.bucket = "out", .path = path}; },
         .content = [&](const std::string& path) -> std::optional<std::string> {
             auto result = curl("/" + percent_encode(path));
             if (result.exit_code != 0) return std::nullopt;
             return std::move(result.output);
         },
         .names =
             [&] {
                 std::vector<std::string> names;
                 for (const auto& entry : browse(connection, "out")) names.push_back(entry.name);
                 std::ranges::sort(names);
                 return names;
             },
         .nowhere = {.bucket = "no-such-bucket", .path = "a.csv"}});
    Cancellation cancellation;
    const auto guest = s3_connection(server.url(), server.guest_access_key(), server.guest_secret_key());
    const auto writer = sources::detect_engine(guest, cancellation).open_file_writer(guest, cancellation);
    const auto denied = error_of([&] {
        writer->write({.bucket = "out", .path = "a.csv"},
                      {.size = 0, .read = [](auto) { return std::size_t{0}; }, .rewind = [] {}});
    });
    CHECK(denied.error_class() == ErrorClass::auth);
}
