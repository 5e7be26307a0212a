// How SFTP connects and logs in, with servers that offer little, and with some that do wrong.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/file_source_contract.hpp"
#include "sources/files/fixture.hpp"
#include "sources/files/sftp_session.hpp"
#include "sources/registry.hpp"
#include "support/command.hpp"
#include "support/raw_server.hpp"
#include "support/sftp_server.hpp"
#include "support/ssh_server.hpp"

namespace prevision::testing {

namespace {

namespace fs = std::filesystem;
using sources::Connection;

Connection to(const SshServer& server) {
    Connection connection;
    connection.type = "SFTP";
    connection.host = server.host();
    connection.port = server.port();
    connection.username = server.username();
    connection.secrets["private_key"] = Secret(server.private_key());
    return connection;
}

Connection to(const SftpServer& server) {
    Connection connection;
    connection.type = "SFTP";
    connection.host = "127.0.0.1";
    connection.port = server.port();
    connection.username = "tester";
    connection.password = Secret(server.password());
    return connection;
}

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void put(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

}  // namespace

TEST_CASE("a key of every type logs in, in every form of its file") {
    SshServer server;
    const auto folder = server.process().folder();
    const auto connection = to(server);
    for (const auto* type : {"rsa -b 2048", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521", "ed25519"}) {
        const bool has_pem = std::string_view(type) != "ed25519";
        const auto script = fmt::format(
            R"(set -e; cd '{}'; rm -f key*; ssh-keygen -q -t {} -N '' -f key
            cp key key.openssh; cp key key.openssh.locked; ssh-keygen -q -p -P '' -N phrase -f key.openssh.locked
            if {}; then for form in PEM PKCS8; do
                cp key key.$form; ssh-keygen -q -p -m $form -P '' -N '' -f key.$form
                cp key key.$form.locked; ssh-keygen -q -p -m $form -P '' -N phrase -f key.$form.locked
            done; fi)",
            folder.string(), type, has_pem ? "true" : "false");
        const auto made = run_command({"sh", "-c", script});
        INFO(made.errors);
        REQUIRE(made.exit_code == 0);
        server.accept_key(content(folder / "key.pub"));
        for (const std::string form : {"openssh", "PEM", "PKCS8"}) {
            if (!has_pem && form != "openssh") continue;
            for (const bool locked : {false, true}) {
                CAPTURE(type, form, locked);
                auto with = connection;
                with.secrets["private_key"] =
                    Secret(content(folder / ("key." + form + (locked ? ".locked" : ""))));
                if (locked) with.password = Secret("phrase");
                const auto run = run_test(with);
                if (run.error) FAIL(run.error->what());
            }
        }
    }
}

TEST_CASE("a server that offers only one algorithm of a kind is used") {
    const auto* const line = GENERATE(
        "Ciphers aes128-ctr", "Ciphers aes256-ctr", "Ciphers aes128-gcm@openssh.com",
        "Ciphers aes256-gcm@openssh.com", "Ciphers chacha20-poly1305@openssh.com", "Ciphers aes256-cbc",
        "Ciphers 3des-cbc", "Ciphers aes128-ctr\nMACs hmac-sha2-256-etm@openssh.com",
        "Ciphers aes128-ctr\nMACs hmac-sha2-512-etm@openssh.com", "Ciphers aes128-ctr\nMACs hmac-sha1",
        "KexAlgorithms curve25519-sha256", "KexAlgorithms ecdh-sha2-nistp521",
        "KexAlgorithms diffie-hellman-group14-sha256", "KexAlgorithms diffie-hellman-group16-sha512",
        "KexAlgorithms diffie-hellman-group-exchange-sha256", "KexAlgorithms diffie-hellman-group14-sha1",
        "RekeyLimit 200K");
    CAPTURE(line);
    const SshServer server({.host_key_types = {"ed25519"}, .configuration = fmt::format("{}\n", line)});
    const auto bytes = make_bytes(1'500'000);
    put(server.home() / "a", bytes);
    CHECK((read_file_whole(to(server), {.path = "a"}).bytes == bytes));
}

TEST_CASE("where no algorithm is in common, the message has those of both sides") {
    const SshServer server({.host_key_types = {"ed25519"},
                            .configuration = "KexAlgorithms sntrup761x25519-sha512@openssh.com\n"});
    const auto run = run_test(to(server));
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::unreachable);
    CHECK(run.last().name == "tls");
    CHECK_THAT(run.error->what(), Catch::Contains("the server has sntrup761x25519-sha512@openssh.com") &&
                                      Catch::Contains("prevision has curve25519-sha256,"));
}

TEST_CASE("a host key of any type that the server has is accepted") {
    const SshServer server({.host_key_types = {"rsa", "ecdsa", "ed25519"}, .configuration = {}});
    put(server.home() / "a", "content");
    for (const auto* type : {"rsa", "ecdsa", "ed25519"}) {
        CAPTURE(type);
        auto connection = to(server);
        connection.options["host_key"] = server.host_key(type);
        CHECK(read_file_whole(connection, {.path = "a"}).bytes == "content");
    }
    auto connection = to(server);
    connection.options["host_key"] = "SHA256:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg";
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.last().name == "tls");
    for (const auto* type : {"rsa", "ecdsa", "ed25519"})
        CHECK_THAT(run.error->what(), Catch::Contains(server.host_key(type)));
}

TEST_CASE("a server whose only host key is RSA is used, and so is one that signs with SHA-1 only") {
    for (const auto* algorithm : {"rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"}) {
        CAPTURE(algorithm);
        const SshServer server(
            {.host_key_types = {"rsa"}, .configuration = fmt::format("HostKeyAlgorithms {}\n", algorithm)});
        put(server.home() / "a", "content");
        CHECK(read_file_whole(to(server), {.path = "a"}).bytes == "content");
    }
}

TEST_CASE("names that are not UTF-8 are used as they are shown, and links are read through") {
    const SshServer server;
    fs::create_directory(server.home() / "caf\xe9");
    put(server.home() / "caf\xe9/na\xefve.csv", "latin");
    put(server.home() / "naïve.csv", "utf");
    fs::create_directory_symlink("caf\xe9", server.home() / "to folder");
    fs::create_symlink("naïve.csv", server.home() / "to file");
    const auto connection = to(server);
    const auto entries = browse_all(connection, "");
    CHECK(entries.size() == 4);
    CHECK(entries.at("café").kind == "folder");
    CHECK(entries.at("to folder").kind == "link");
    CHECK(entries.at("to file").kind == "link");
    CHECK(browse_all(connection, "café").count("naïve.csv") == 1);
    CHECK(browse_all(connection, "to folder").count("naïve.csv") == 1);
    CHECK(browse_all(connection, "to file").at("to file").size == 3U);
    CHECK(browse_all(connection, "café/naïve.csv").at("naïve.csv").size == 5U);
    CHECK(read_file_whole(connection, {.path = "café/naïve.csv"}).bytes == "latin");
    CHECK(read_file_whole(connection, {.path = "naïve.csv"}).bytes == "utf");
    CHECK(read_file_whole(connection, {.path = "to file"}).bytes == "utf");
    CHECK(error_of([&] { read_file_whole(connection, {.path = "to folder"}); }).error_class() ==
          ErrorClass::invalid);
    CHECK(error_of([&] { read_file_whole(connection, {.path = "café/the"}); }).error_class() ==
          ErrorClass::not_found);
}

TEST_CASE("a server that sends little at a time yields the file") {
    const auto* const longest = GENERATE("1000", "1", "20000");
    const SftpServer server({"--longest-read", longest});
    const auto bytes = make_bytes(std::string_view(longest) == "1" ? 3'000 : 300'000);
    put(server.home() / "a", bytes);
    CHECK((read_file_whole(to(server), {.path = "a"}).bytes == bytes));
}

TEST_CASE("a file that is longer or shorter than its server says is read to its end, and refused") {
    for (const auto* said : {"5000", "0", "200000"}) {
        CAPTURE(said);
        const SftpServer server({"--size", said});
        const auto bytes = make_bytes(100'000);
        put(server.home() / "a", bytes);
        MemoryFile file;
        Cancellation cancellation;
        const auto source = sources::open_source(to(server), cancellation);
        const auto error = error_of([&] { source->read({.path = "a"}, {}, file); });
        CHECK(error.error_class() == ErrorClass::integrity);
        CHECK((file.bytes == bytes));
    }
}

TEST_CASE("a size that no file can have leaves the size unknown") {
    const SftpServer server({"--size", "18446744073709551615"});
    put(server.home() / "a", "content");
    const auto file = read_file_whole(to(server), {.path = "a"});
    CHECK(file.bytes == "content");
    REQUIRE(file.info);
    CHECK_FALSE(file.info->size);
}

TEST_CASE("names of other folders in a listing are counted") {
    const SftpServer server({"--names", "sub/b", "../c", "./d"});
    put(server.home() / "a", "content");
    Cancellation cancellation;
    const auto source = sources::open_source(to(server), cancellation);
    std::vector<std::string> names;
    source->browse("", false, [&](const auto& entry) { names.push_back(entry.name); });
    CHECK(names == std::vector<std::string>{"a", "d"});
    REQUIRE(source->notes().size() == 1);
    CHECK_THAT(source->notes().front(), Catch::StartsWith("2 names") && Catch::Contains("'sub/b'"));
}

TEST_CASE("a password answers a server that asks for one by itself, and nothing else") {
    const auto file_of = [](const SftpServer& server, const Connection& connection) {
        put(server.home() / "a", "content");
        return read_file_whole(connection, {.path = "a"}).bytes;
    };
    const SftpServer asking({"--questions", "Password: "});
    CHECK(file_of(asking, to(asking)) == "content");
    auto wrong = to(asking);
    wrong.password = Secret("wrong");
    CHECK(run_test(wrong).error->error_class() == ErrorClass::auth);
    const SftpServer curious({"--questions", "Password: ", "Code of your device: "});
    const auto refused = run_test(to(curious));
    REQUIRE(refused.error);
    CHECK(refused.error->error_class() == ErrorClass::auth);
    CHECK_THAT(refused.error->what(), Catch::Contains("Code of your device:"));
    const SshServer keys;
    const SftpServer both({"--also-key"});
    auto connection = to(both);
    CHECK_THAT(run_test(connection).error->what(), Catch::Contains("the server accepts a key"));
    connection.secrets["private_key"] = Secret(keys.private_key());
    CHECK(file_of(both, connection) == "content");
}

TEST_CASE("an SSH server that goes on for ever without a greeting ends at the connect limit") {
    const auto* const text = GENERATE("still here\r\n", "SSH-2.0-slow\r\n");
    RawServer server([&](RawConnection& connection) {
        if (std::string_view(text).starts_with("SSH-")) {
            connection.send(text);
            connection.wait_until_closed();
            return;
        }
        while (connection.send(text)) std::this_thread::yield();
    });
    Connection connection;
    connection.type = "SFTP";
    connection.host = "127.0.0.1";
    connection.port = server.port();
    connection.username = "tester";
    connection.password = Secret("secret word");
    connection.connect_timeout = std::chrono::milliseconds(700);
    const auto begin = std::chrono::steady_clock::now();
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::unreachable);
    CHECK_THAT(run.error->what(), Catch::Contains("no answer within 700 ms"));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
    SECTION("or when it is cancelled") {
        connection.connect_timeout = std::chrono::minutes(2);
        Cancellation cancellation;
        const auto source = sources::open_source(connection, cancellation);
        std::thread canceller([&] { cancellation.cancel(); });
        CHECK(error_of([&] { source->list(""); }).error_class() == ErrorClass::interrupted);
        canceller.join();
    }
}

TEST_CASE("a transfer that stands still ends at the idle limit, and when it is cancelled") {
    const SftpServer server({"--stall"});
    put(server.home() / "a", "content");
    Cancellation cancellation;
    sources::SftpSession session({.host = "127.0.0.1",
                                  .port = server.port(),
                                  .username = "tester",
                                  .password = Secret(server.password()),
                                  .idle_limit = std::chrono::milliseconds(300)},
                                 {}, cancellation);
    const auto error = error_of([&] { session.fetch("a", 0, [](std::string_view) { return true; }); });
    CHECK(error.error_class() == ErrorClass::unreachable);
    CHECK_THAT(error.what(), Catch::Contains("cannot read a at") && Catch::Contains("stood still"));
    const auto source = sources::open_source(to(server), cancellation);
    MemoryFile file;
    std::thread canceller([&] { cancellation.cancel(ErrorClass::terminated); });
    CHECK(error_of([&] { source->read({.path = "a"}, {}, file); }).error_class() == ErrorClass::terminated);
    canceller.join();
}

TEST_CASE("an SSH agent that does not answer ends at the connect limit") {
    SshServer server;
    auto connection = to(server);
    connection.secrets.erase("private_key");
    connection.connect_timeout = std::chrono::milliseconds(700);
    const auto socket = (server.process().folder() / "silent").string();
    // It takes the connection, and says nothing.
    ServerProcess silent("root");
    silent.start({"socat", "UNIX-LISTEN:" + socket + ",fork", "EXEC:sleep 60"});
    silent.wait_until([&] { return fs::exists(socket); });
    connection.environment = Environment({{"SSH_AUTH_SOCK", socket}});
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::auth);
    CHECK(run.last().name == "auth");
    CHECK(run.last().elapsed < std::chrono::seconds(10));
}

}  // namespace prevision::testing
