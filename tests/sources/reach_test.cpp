#include "sources/reach.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "sources/registry.hpp"
#include "support/http_server.hpp"
#include "support/raw_server.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using namespace prevision::sources;
using testing::TemporaryDirectory;

namespace {

void write(const std::filesystem::path& file) { std::ofstream(file) << "x"; }

/// The class of the refusal; nothing when the file may be opened.
std::optional<ErrorClass> refusal(const Reach& reach, const std::filesystem::path& path) {
    try {
        check_local_file(reach, path);
        return std::nullopt;
    } catch (const Error& error) {
        return error.error_class();
    }
}

}  // namespace

TEST_CASE("only files below the allowed folders may be opened, by the path that their links lead to") {
    const TemporaryDirectory folder;
    for (const auto* name : {"open", "open/deep", "openly", "shut"})
        std::filesystem::create_directory(folder / name);
    for (const auto* name : {"open/a.db", "open/deep/b.db", "openly/c.db", "shut/d.db"}) write(folder / name);
    std::filesystem::create_symlink(folder / "shut/d.db", folder / "open/link.db");
    std::filesystem::create_directory_symlink(folder / "shut", folder / "open/way");
    std::filesystem::create_symlink("/proc/self/root" + (folder / "shut/d.db").string(),
                                    folder / "open/root.db");
    std::filesystem::create_symlink(folder / "open/a.db", folder / "shut/back.db");
    const Reach reach{.folders = std::vector{std::filesystem::canonical(folder / "open")}};
    for (const auto* name :
         {"open/a.db", "open/deep/b.db", "open/missing.db", "shut/../open/a.db", "shut/back.db"}) {
        CAPTURE(name);
        CHECK_FALSE(refusal(reach, folder / name));
    }
    for (const auto* name :
         {"shut/d.db", "open/link.db", "open/way/d.db", "openly/c.db", "open/../shut/d.db", "open/root.db",
          "shut/missing.db", "open/way/missing.db", "open/way/../shut/d.db"}) {
        CAPTURE(name);
        CHECK(refusal(reach, folder / name) == ErrorClass::auth);
    }
    CHECK(refusal({.folders = std::vector<std::filesystem::path>()}, folder / "open/a.db") ==
          ErrorClass::auth);
    CHECK(check_local_file(reach, folder / "shut/back.db") ==
          std::filesystem::canonical(folder / "open/a.db"));
}

TEST_CASE("the platform's own files are never opened, by no link and under no other name") {
    const TemporaryDirectory folder;
    std::filesystem::create_directories(folder / "home/datasets");
    for (const auto* name : {"home/prevision.db", "home/datasets/1.csv", "vault.key", "other.db"})
        write(folder / name);
    std::filesystem::create_symlink(folder / "home/prevision.db", folder / "link.db");
    std::filesystem::create_directory_symlink(folder / "home", folder / "way");
    std::filesystem::create_hard_link(folder / "home/prevision.db", folder / "hard.db");
    std::filesystem::create_hard_link(folder / "home/datasets/1.csv", folder / "data.db");
    std::filesystem::create_hard_link(folder / "vault.key", folder / "key.db");
    std::filesystem::create_hard_link(folder / "other.db", folder / "twin.db");
    const Reach reach{.own = {folder / "home", folder / "vault.key"}};
    for (const auto* name : {"home/prevision.db", "home/new.db", "vault.key", "link.db", "way/prevision.db",
                             "hard.db", "data.db", "key.db", "home/datasets/1.csv"}) {
        CAPTURE(name);
        CHECK(refusal(reach, folder / name) == ErrorClass::invalid);
    }
    CHECK_FALSE(refusal(reach, folder / "other.db"));
    CHECK_FALSE(refusal(reach, folder / "twin.db"));
}

TEST_CASE("no engine connects to an address that the rules refuse") {
    testing::RawServer server([](testing::RawConnection& client) { client.wait_until_closed(); });
    struct Case {
        std::string type;
        std::string engine;
    };
    const auto [type, engine] = GENERATE(values<Case>({{"SQL", "mysql"},
                                                       {"SQL", "postgres"},
                                                       {"SQL", ""},
                                                       {"FTP", "ftp"},
                                                       {"SFTP", "sftp"},
                                                       {"S3", "s3"}}));
    CAPTURE(type, engine);
    const std::string host = GENERATE("127.0.0.1", "localhost", "2130706433");
    CAPTURE(host);
    Connection connection{
        .type = type, .engine = engine, .host = host, .port = server.port(), .username = "u"};
    connection.password = Secret("p");
    connection.reach.hosts = net::HostRules({"!loopback"});
    if (type == "S3") connection.host.insert(0, "http://");
    Cancellation cancellation;
    const auto refused = [&](const auto& action) {
        try {
            action();
        } catch (const Error& error) {
            return std::string(error.what()).find("does not connect to") != std::string::npos;
        }
        return false;
    };
    CHECK(refused([&] { open_source(connection, cancellation)->test(std::nullopt, [](const Stage&) {}); }));
    CHECK(refused([&] { open_source(connection, cancellation)->list(""); }));
    CHECK(server.connections() == 0);
}

TEST_CASE("a proxy is not asked for a host whose address could not be checked") {
    const testing::HttpServer proxy(
        [](const testing::HttpRequest&) { return testing::HttpAnswer{.status = 403}; });
    testing::RawServer socks([](testing::RawConnection& client) { client.wait_until_closed(); });
    Connection connection{.type = "S3", .username = "key"};
    connection.password = Secret("secret");
    connection.connect_timeout = std::chrono::milliseconds(500);
    Cancellation cancellation;
    const auto call = [&](const std::string& host) {
        connection.host = host;
        CHECK_THROWS_AS(open_source(connection, cancellation)->list(""), Error);
        CHECK_THROWS_AS(open_source(connection, cancellation)->test(std::nullopt, [](const Stage&) {}),
                        Error);
    };
    connection.environment = Environment({{"http_proxy", proxy.url()}, {"https_proxy", proxy.url()}});
    // The proxy itself is at a loopback address.
    connection.reach.hosts = net::HostRules({"*.allowed.invalid", "10.0.0.0/8", "loopback"});
    for (const auto* host : {"http://metadata.invalid", "https://metadata.invalid", "http://169.254.169.254",
                             "http://allowed.invalid.evil.invalid"})
        call(host);
    CHECK(proxy.requests().empty());
    connection.environment =
        Environment({{"all_proxy", "socks5h://127.0.0.1:" + std::to_string(socks.port())}});
    call("http://metadata.invalid");
    CHECK(socks.connections() == 0);
    connection.environment = Environment({{"http_proxy", proxy.url()}});
    for (const auto* host : {"http://s3.allowed.invalid", "http://10.1.2.3"}) {
        const auto before = proxy.requests().size();
        call(host);
        CHECK(proxy.requests().size() > before);
    }
}

TEST_CASE("a redirect leads to no host that the rules refuse, though they allow the one that redirects") {
    const testing::HttpServer there([](const testing::HttpRequest&) { return testing::HttpAnswer{}; });
    const testing::HttpServer here([&](const testing::HttpRequest&) {
        testing::HttpAnswer answer{.status = 307};
        answer.headers.emplace_back("Location", there.url() + "/b/k");
        return answer;
    });
    Connection connection{
        .type = "S3", .host = "http://localhost:" + std::to_string(here.port()), .username = "key"};
    connection.password = Secret("secret");
    connection.reach.hosts = net::HostRules({"localhost"});
    Cancellation cancellation;
    try {
        open_source(connection, cancellation)->list("");
        FAIL("the redirect was followed");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::auth);
        CHECK_THAT(error.what(), Catch::Contains("does not connect to the address 127.0.0.1"));
    }
    CHECK(here.requests().size() == 1);
    CHECK(there.requests().empty());
}

TEST_CASE("a local socket outside of the allowed folders is refused like a file") {
    const TemporaryDirectory folder;
    for (const auto& [engine, host] : {std::pair("mysql", (folder / "mysqld.sock").string()),
                                       std::pair("postgres", folder.path().string())}) {
        CAPTURE(engine);
        Connection connection{.type = "SQL", .engine = engine, .host = host, .username = "u"};
        Cancellation cancellation;
        CHECK_NOTHROW(open_source(connection, cancellation));
        connection.reach.folders.emplace();
        CHECK_THROWS_WITH(open_source(connection, cancellation),
                          Catch::Contains("does not open files there"));
        connection.reach.folders->push_back(std::filesystem::canonical(folder.path()));
        CHECK_NOTHROW(open_source(connection, cancellation));
    }
}

TEST_CASE("a link in an allowed folder does not lead to a local socket outside of it") {
    const TemporaryDirectory folder;
    std::filesystem::create_directory(folder / "open");
    for (const auto* name : {"mysqld.sock", ".s.PGSQL.5432"}) {
        write(folder / name);
        std::filesystem::create_symlink(folder / name, folder / "open" / name);
    }
    for (const auto& [engine, host] : {std::pair("mysql", (folder / "open/mysqld.sock").string()),
                                       std::pair("postgres", (folder / "open").string())}) {
        CAPTURE(engine);
        Connection connection{.type = "SQL", .engine = engine, .host = host, .username = "u"};
        connection.reach.folders.emplace().push_back(std::filesystem::canonical(folder / "open"));
        Cancellation cancellation;
        CHECK_THROWS_WITH(open_source(connection, cancellation),
                          Catch::Contains("does not open files there"));
    }
}

TEST_CASE("of the environment, only what holds no credentials is lent") {
    const auto kept = without_credentials(Environment({{"PGPASSWORD", "x"},
                                                       {"PGSSLKEY", "x"},
                                                       {"AWS_SECRET_ACCESS_KEY", "x"},
                                                       {"SSH_AUTH_SOCK", "x"},
                                                       {"HOME", "/root"},
                                                       {"https_proxy", "http://user:word@proxy"},
                                                       {"http_proxy", "http://proxy:3128"},
                                                       {"no_proxy", "localhost"},
                                                       {"SSL_CERT_FILE", "/certs.pem"}}));
    CHECK(kept.names() == std::vector<std::string>{"SSL_CERT_FILE", "http_proxy", "no_proxy"});
}

TEST_CASE("without the caller's own credentials an SFTP connector needs a password or a key") {
    Connection connection{.type = "SFTP", .host = "files.example.com", .username = "u"};
    Cancellation cancellation;
    CHECK_NOTHROW(open_source(connection, cancellation));
    connection.reach.ambient_credentials = false;
    CHECK_THROWS_WITH(open_source(connection, cancellation), Catch::Contains("SSH agent"));
    connection.password = Secret("p");
    CHECK_NOTHROW(open_source(connection, cancellation));
}
