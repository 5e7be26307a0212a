#include <algorithm>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/file_source_contract.hpp"
#include "core/text.hpp"
#include "sources/files/fixture.hpp"
#include "sources/files/ssh_key.hpp"
#include "sources/registry.hpp"
#include "support/command.hpp"
#include "support/cutting_proxy.hpp"
#include "support/proftpd_server.hpp"
#include "support/ssh_server.hpp"

namespace prevision::testing {

namespace {

using sources::Connection;

ProftpdServer& proftpd() {
    static ProftpdServer one;
    return one;
}

SshServer& openssh() {
    static SshServer one;
    return one;
}

Connection with_password() {
    Connection connection;
    connection.type = "SFTP";
    connection.host = proftpd().host();
    connection.port = proftpd().sftp_port();
    connection.username = proftpd().username();
    connection.password = Secret(proftpd().password());
    return connection;
}

Connection with_key() {
    Connection connection;
    connection.type = "SFTP";
    connection.host = openssh().host();
    connection.port = openssh().port();
    connection.username = openssh().username();
    connection.secrets["private_key"] = Secret(openssh().private_key());
    return connection;
}

FolderFixture proftpd_fixture() { return {with_password(), proftpd().home()}; }

Error test_error(const Connection& connection) {
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.last().message == run.error->what());
    return *run.error;
}

/// An SSH agent that holds one key.
class Agent {
  public:
    explicit Agent(const std::filesystem::path& key) : process_("root") {
        process_.start({"ssh-agent", "-D", "-a", socket()});
        process_.wait_until([&] {
            return run_command({"ssh-add", key.string()}, {}, {"SSH_AUTH_SOCK=" + socket()}).exit_code == 0;
        });
    }

    [[nodiscard]] std::string socket() const { return (process_.folder() / "agent").string(); }

  private:
    ServerProcess process_;
};

}  // namespace

TEST_CASE("SFTP with a password keeps the promises of every source of files") {
    auto fixture = proftpd_fixture();
    check_file_source_contract(fixture);
}

TEST_CASE("SFTP with a key at OpenSSH keeps them too") {
    FolderFixture fixture(with_key(), openssh().home());
    check_file_source_contract(fixture);
}

TEST_CASE("an absolute path, too, names a file") {
    auto fixture = proftpd_fixture();
    fixture.clear();
    fixture.put("a b/~/c.txt", "content");
    for (const auto& path : {(proftpd().home() / "a b/~/c.txt").string(), std::string("a b/~/c.txt")}) {
        CHECK(read_file_whole(with_password(), {.path = path}).bytes == "content");
    }
    CHECK(browse_all(with_password(), (proftpd().home() / "a b").string() + "/").count("~") == 1);
    CHECK(browse_all(with_password(), "/").count("tmp") == 1);
}

TEST_CASE("a private key logs in, with its passphrase where it has one") {
    auto connection = with_password();
    connection.password = {};
    SECTION("a plain one") {
        connection.secrets["private_key"] = Secret(proftpd().private_key());
        CHECK_FALSE(run_test(connection).error);
    }
    SECTION("an encrypted one") {
        connection.secrets["private_key"] = Secret(proftpd().encrypted_private_key());
        connection.password = Secret(proftpd().passphrase());
        CHECK_FALSE(run_test(connection).error);
    }
    SECTION("an encrypted one with a wrong passphrase") {
        connection.secrets["private_key"] = Secret(proftpd().encrypted_private_key());
        connection.password = Secret("wrong phrase");
        const auto error = test_error(connection);
        CHECK(error.error_class() == ErrorClass::auth);
        CHECK_THAT(error.what(), !Catch::Contains("wrong phrase"));
        CHECK_THAT(error.hint(), Catch::Contains("passphrase"));
    }
    SECTION("an encrypted one without a passphrase is refused before the server is called") {
        connection.secrets["private_key"] = Secret(proftpd().encrypted_private_key());
        const auto run = run_test(connection);
        REQUIRE(run.error);
        CHECK(run.stages.empty());
        CHECK(run.error->error_class() == ErrorClass::invalid);
        CHECK_THAT(run.error->what(), Catch::Contains("private_key"));
    }
    SECTION("one that the server does not know") {
        connection.secrets["private_key"] = Secret(openssh().private_key());
        CHECK(test_error(connection).error_class() == ErrorClass::auth);
    }
    SECTION("a public key is none") {
        connection.secrets["private_key"] =
            Secret("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI tester@example.com");
        const auto run = run_test(connection);
        REQUIRE(run.error);
        CHECK(run.error->error_class() == ErrorClass::invalid);
        CHECK_THAT(run.error->what(), Catch::Contains("public key"));
    }
}

TEST_CASE("the keys of the SSH agent log in where neither password nor key is given") {
    auto connection = with_key();
    connection.secrets["private_key"] = {};
    {
        const Agent agent(openssh().private_key_file());
        connection.environment = Environment({{"SSH_AUTH_SOCK", agent.socket()}});
        CHECK_FALSE(run_test(connection).error);
    }
    const auto error = test_error(connection);
    CHECK(error.error_class() == ErrorClass::auth);
    CHECK_THAT(error.what(), Catch::Contains("SSH agent"));
}

TEST_CASE("the server's key is learned at the first contact, as ssh-keygen shows it") {
    Cancellation cancellation;
    const auto learn = [&](const Connection& connection) {
        const auto source = sources::open_source(connection, cancellation);
        CHECK_FALSE(source->host_key());
        std::string shown;
        source->test(std::nullopt, [&](const auto& stage) {
            if (stage.name == "tls") shown = stage.message;
        });
        const auto learned = source->host_key().value_or("none");
        CHECK_THAT(shown, Catch::Contains(learned));
        return learned;
    };
    CHECK(learn(with_password()) == proftpd().host_key());
    const auto learned = learn(with_key());
    CHECK((learned == openssh().host_key("ed25519") || learned == openssh().host_key("ecdsa")));
}

TEST_CASE("a server with the given key is taken, and one with another is refused before the login") {
    auto connection = with_password();
    connection.options["host_key"] = proftpd().host_key();
    CHECK_FALSE(run_test(connection).error);
    connection.options["host_key"] += "=";
    CHECK_FALSE(run_test(connection).error);
    connection.options["host_key"] = openssh().host_key("ed25519");
    connection.password = Secret("not looked at");
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::unreachable);
    CHECK(run.last().name == "tls");
    CHECK_THAT(run.error->what(), Catch::Contains(proftpd().host_key()) &&
                                      Catch::Contains(openssh().host_key("ed25519") + " is expected"));
    CHECK_THAT(run.error->hint(), Catch::Contains("--host-key"));
    connection.options["host_key"] = "SHA256:short";
    const auto invalid = run_test(connection);
    REQUIRE(invalid.error);
    CHECK(invalid.error->error_class() == ErrorClass::invalid);
    CHECK_THAT(invalid.error->what(), Catch::Contains("host_key"));
}

TEST_CASE("fingerprints are taken in the forms that tools write, and in no other") {
    const std::string digits = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg";
    for (const auto& text : {"SHA256:" + digits, "SHA256:" + digits + "=", " SHA256:" + digits + "\n"}) {
        CHECK(sources::parse_fingerprint(text) == "SHA256:" + digits);
    }
    for (const auto& text :
         {digits, "sha256:" + digits, "SHA256:" + digits.substr(1), "SHA256:" + digits + "A", "MD5:" + digits,
          std::string("SHA256:"), std::string("SHA256:!") + digits.substr(1)}) {
        CAPTURE(text);
        CHECK(error_of([&] { sources::parse_fingerprint(text); }).error_class() == ErrorClass::invalid);
    }
}

TEST_CASE("a wrong password is an error of auth") {
    auto connection = with_password();
    connection.password = Secret("wrong p@ss");
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::auth);
    CHECK(run.last().name == "auth");
    CHECK_THAT(run.error->what(), !Catch::Contains("wrong p@ss"));
}

TEST_CASE("what may not be read, what is missing and what is a folder are told apart") {
    const bool first = GENERATE(true, false);
    const auto connection = first ? with_password() : with_key();
    const auto home = first ? proftpd().home() : openssh().home();
    FolderFixture fixture(connection, home);
    fixture.clear();
    fixture.put("closed.txt", "x");
    fixture.put("folder/a", "x");
    fixture.put("closed/a", "x");
    std::filesystem::permissions(home / "closed.txt", std::filesystem::perms::none);
    std::filesystem::permissions(home / "closed", std::filesystem::perms::none);
    const auto read_error = [&](const std::string& path) {
        return error_of([&] { read_file_whole(connection, {.path = path}); }).error_class();
    };
    const auto list_error = [&](const std::string& path) {
        return error_of([&] { browse_all(connection, path); }).error_class();
    };
    CHECK(read_error("closed.txt") == ErrorClass::auth);
    CHECK(read_error("folder") == ErrorClass::invalid);
    CHECK(read_error("missing") == ErrorClass::not_found);
    CHECK(list_error("closed") == ErrorClass::auth);
    CHECK(list_error("missing") == ErrorClass::not_found);
    std::filesystem::permissions(home / "closed", std::filesystem::perms::all);
}

TEST_CASE("a connection that is cut at any byte is resumed to the same bytes") {
    auto fixture = proftpd_fixture();
    fixture.clear();
    const auto content = make_bytes(5'000'000);
    fixture.put("large.bin", content);
    // The login and the first look at the file come whole.
    std::mt19937 numbers(Catch::rngSeed());
    std::vector<std::uint64_t> cuts;
    for (int cut = 0; cut < 6; ++cut) cuts.push_back(20'000 + numbers() % 700'000);
    CAPTURE(cuts);
    CuttingProxy proxy(proftpd().sftp_port(), CuttingProxy::Kind::plain, cuts);
    auto connection = with_password();
    connection.port = proxy.port();
    const auto file = read_file_whole(connection, {.path = "large.bin"});
    CHECK((file.bytes == content));
    CHECK(proxy.cuts() == static_cast<int>(cuts.size()));
}

TEST_CASE("a file comes whole though no connection lasts for more than some packets") {
    auto fixture = proftpd_fixture();
    fixture.clear();
    const auto content = make_bytes(1'000'000);
    fixture.put("large.bin", content);
    const std::vector<std::uint64_t> cuts(10, 100'000);
    CuttingProxy proxy(proftpd().sftp_port(), CuttingProxy::Kind::plain, cuts);
    auto connection = with_password();
    connection.port = proxy.port();
    CHECK((read_file_whole(connection, {.path = "large.bin"}).bytes == content));
    CHECK(proxy.cuts() == static_cast<int>(cuts.size()));
}

TEST_CASE("a file that is replaced while it is read is refused") {
    auto fixture = proftpd_fixture();
    fixture.clear();
    fixture.put("large.bin", make_bytes(4'000'000));
    MemoryFile file;
    bool replaced = false;
    file.on_write = [&] {
        if (std::exchange(replaced, true)) return true;
        fixture.put("new.bin", make_bytes(3'000'000));
        std::filesystem::rename(proftpd().home() / "new.bin", proftpd().home() / "large.bin");
        return true;
    };
    Cancellation cancellation;
    const auto source = sources::open_source(with_password(), cancellation);
    const auto error = error_of([&] { source->read({.path = "large.bin"}, {}, file); });
    CHECK(error.error_class() == ErrorClass::integrity);
}

TEST_CASE("a server that is killed in the middle is unreachable, within seconds") {
    ProftpdServer victim;
    auto connection = with_password();
    connection.port = victim.sftp_port();
    FolderFixture fixture(connection, victim.home());
    fixture.put("large.bin", make_bytes(64'000'000));
    MemoryFile file;
    file.keep = false;
    file.on_write = [&] {
        victim.process().stop();
        return true;
    };
    Cancellation cancellation;
    const auto source = sources::open_source(connection, cancellation);
    const auto begin = std::chrono::steady_clock::now();
    const auto error = error_of([&] { source->read({.path = "large.bin"}, {}, file); });
    CHECK(error.error_class() == ErrorClass::unreachable);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("a listing of 100,000 entries comes as it streams") {
    auto fixture = proftpd_fixture();
    fixture.clear();
    for (int number = 0; number < 100'000; ++number) fixture.put(fmt::format("many/file {:06}", number), "");
    Cancellation cancellation;
    const auto source = sources::open_source(with_password(), cancellation);
    std::size_t count = 0;
    source->browse("many", false, [&](const auto&) { ++count; });
    CHECK(count == 100'000);
    fixture.clear();
}

}  // namespace prevision::testing
