#include <algorithm>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <malloc.h>

#include "contract/file_source_contract.hpp"
#include "sources/files/fixture.hpp"
#include "sources/registry.hpp"
#include "support/cutting_proxy.hpp"
#include "support/proftpd_server.hpp"

namespace prevision::testing {

namespace {

using sources::Connection;
using sources::Location;

ProftpdServer& server() {
    static ProftpdServer one;
    return one;
}

/// Of the same server, as one that knows no MLSD.
int old_port() {
    static CuttingProxy one(server().ftp_port(), CuttingProxy::Kind::old_ftp, {});
    return one.port();
}

Connection connection_to(int port, const std::string& tls = "disable") {
    Connection connection;
    connection.type = "FTP";
    connection.host = server().host();
    connection.port = port;
    connection.username = server().username();
    connection.password = Secret(server().password());
    connection.options["tls"] = tls;
    return connection;
}

FolderFixture fixture_of(const Connection& connection) {
    FolderFixture fixture(connection, server().home());
    // No command of FTP can hold a control character.
    fixture.nameable = [](const std::string& name) {
        return std::ranges::none_of(name, [](char c) { return c > 0 && c < ' '; });
    };
    return fixture;
}

Error read_error(const Connection& connection, const std::string& path) {
    return error_of([&] { static_cast<void>(read_file_whole(connection, {.path = path})); });
}

}  // namespace

TEST_CASE("FTP keeps the promises of every source of files") {
    auto fixture = fixture_of(connection_to(server().ftp_port()));
    check_file_source_contract(fixture);
}

TEST_CASE("FTP with explicit TLS keeps them too") {
    auto fixture = fixture_of(connection_to(server().ftp_port(), "require"));
    check_file_source_contract(fixture);
}

TEST_CASE("FTP with a server that has no MLSD keeps them too") {
    auto fixture = fixture_of(connection_to(old_port()));
    // Its LIST shows such files only when it is asked for them by an option, which other servers do not know.
    fixture.nameable = [](const std::string& name) {
        return !name.starts_with('.') && std::ranges::none_of(name, [](char c) { return c > 0 && c < ' '; });
    };
    check_file_source_contract(fixture);
}

TEST_CASE("a file comes whole, whatever the way") {
    auto fixture = fixture_of(connection_to(server().ftp_port()));
    fixture.clear();
    const auto content = make_bytes(3'000'000);
    fixture.put("some folder/a.bin", content);
    auto connection = connection_to(server().ftp_port());
    std::string encryption = "not used";
    SECTION("active") { connection.options["mode"] = "active"; }
    SECTION("implicit TLS by the option") {
        connection = connection_to(server().ftps_port(), "implicit");
        encryption = "implicit, certificate not checked";
    }
    SECTION("implicit TLS by the scheme") {
        connection = connection_to(server().ftps_port(), "");
        connection.host = "ftps://127.0.0.1";
        encryption = "implicit, certificate not checked";
    }
    SECTION("TLS where the server offers it") {
        connection.options.erase("tls");
        encryption = "explicit, certificate not checked";
    }
    CHECK((read_file_whole(connection, {.path = "some folder/a.bin"}).bytes == content));
    const auto absolute = (server().home() / "some folder/a.bin").string();
    CHECK((read_file_whole(connection, {.path = absolute}).bytes == content));
    const auto entries = browse_all(connection, (server().home() / "some folder").string() + "/");
    REQUIRE(entries.size() == 1);
    CHECK(entries.at("a.bin").size == 3'000'000U);
    CHECK(browse_all(connection, "/").count("tmp") == 1);
    const auto run = run_test(connection, Location{.path = "some folder/a.bin"});
    REQUIRE_FALSE(run.error);
    CHECK(run.stages.at(2).message == encryption);
}

TEST_CASE("a source goes from one folder to another and back") {
    auto fixture = fixture_of(connection_to(server().ftp_port()));
    fixture.clear();
    fixture.put("x/a", "1");
    fixture.put("y/b", "22");
    fixture.put("c", "333");
    Cancellation cancellation;
    const auto source = sources::open_source(fixture.connection(), cancellation);
    const auto read = [&](const std::string& path) {
        MemoryFile file;
        source->read({.path = path}, {}, file);
        return file.bytes;
    };
    const auto names = [&](const std::string& folder) {
        std::vector<std::string> found;
        source->browse(folder, false, [&](const auto& entry) { found.push_back(entry.name); });
        std::ranges::sort(found);
        return found;
    };
    using Names = std::vector<std::string>;
    CHECK(names("x") == Names{"a"});
    CHECK(read("y/b") == "22");
    CHECK(names((server().home() / "y").string()) == Names{"b"});
    CHECK(read("c") == "333");
    CHECK(names("") == Names{"c", "x", "y"});
    CHECK(read((server().home() / "x/a").string()) == "1");
    CHECK(names("y") == Names{"b"});
}

TEST_CASE("a certificate that nobody vouches for is refused where it is checked") {
    const auto run = run_test(connection_to(server().ftp_port(), "verify"));
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::unreachable);
    CHECK(run.last().name == "tls");
    CHECK_THAT(run.error->what(), Catch::Contains("certificate is not trusted"));
    CHECK_THAT(run.error->hint(), Catch::Contains("--tls require"));
}

TEST_CASE("a certificate that the environment vouches for is taken, for the name that it is made for") {
    auto connection = connection_to(server().ftp_port(), "verify");
    connection.environment = Environment({{"SSL_CERT_FILE", server().certificate().string()}});
    const auto run = run_test(connection);
    REQUIRE_FALSE(run.error);
    CHECK(run.stages.at(2).message == "explicit, certificate checked");
    connection.host = "localhost";
    const auto refused = run_test(connection);
    REQUIRE(refused.error);
    CHECK(refused.last().name == "tls");
}

TEST_CASE("a wrong password is an error of auth, and is not repeated") {
    auto connection = connection_to(server().ftp_port());
    connection.password = Secret("wrong p@ss");
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::auth);
    CHECK(run.last().name == "auth");
    CHECK_THAT(run.error->what(), Catch::Contains("530 Login incorrect") && !Catch::Contains("wrong p@ss"));
    CHECK(read_error(connection, "a").error_class() == ErrorClass::auth);
}

TEST_CASE("a server that wants TLS says so where it gets none") {
    const auto run = run_test(connection_to(server().strict_ftp_port(), "disable"));
    REQUIRE(run.error);
    CHECK(run.last().name == "auth");
    CHECK_THAT(run.error->what(), Catch::Contains("SSL/TLS required"));
    CHECK_THAT(run.error->hint(), Catch::Contains("--tls"));
}

TEST_CASE("what may not be read, what is missing and what is a folder are told apart") {
    auto fixture = fixture_of(connection_to(server().ftp_port()));
    fixture.clear();
    fixture.put("permission denied", "x");
    fixture.put("folder/no such file or directory", "x");
    fixture.put("closed/a", "x");
    const auto home = server().home();
    std::filesystem::permissions(home / "permission denied", std::filesystem::perms::none);
    std::filesystem::permissions(home / "folder/no such file or directory", std::filesystem::perms::none);
    std::filesystem::permissions(home / "closed", std::filesystem::perms::none);
    const auto connection = connection_to(GENERATE(0, 1) == 0 ? server().ftp_port() : old_port());
    CHECK(read_error(connection, "permission denied").error_class() == ErrorClass::auth);
    CHECK(read_error(connection, "folder/no such file or directory").error_class() == ErrorClass::auth);
    CHECK(read_error(connection, "folder").error_class() == ErrorClass::invalid);
    CHECK(read_error(connection, "permission denied, and missing").error_class() == ErrorClass::not_found);
    const auto list_error = [&](const std::string& path) {
        return error_of([&] { browse_all(connection, path); }).error_class();
    };
    CHECK(list_error("closed") == ErrorClass::auth);
    CHECK(list_error("missing") == ErrorClass::not_found);
    CHECK(list_error("folder/missing/below") == ErrorClass::not_found);
    CHECK(browse_all(connection, "permission denied").count("permission denied") == 1);
    std::filesystem::permissions(home / "closed", std::filesystem::perms::all);
}

TEST_CASE("a transfer that is cut at any byte is resumed to the same bytes") {
    auto fixture = fixture_of(connection_to(server().ftp_port()));
    fixture.clear();
    const auto content = make_bytes(5'000'000);
    fixture.put("large.bin", content);
    std::mt19937 numbers(Catch::rngSeed());
    std::vector<std::uint64_t> cuts{0, 1};
    for (int cut = 0; cut < 6; ++cut) cuts.push_back(numbers() % 900'000);
    CAPTURE(cuts);
    CuttingProxy proxy(server().ftp_port(), CuttingProxy::Kind::ftp, cuts);
    const auto file = read_file_whole(connection_to(proxy.port()), {.path = "large.bin"});
    CHECK((file.bytes == content));
    CHECK(file.files == 1);
    CHECK(proxy.cuts() == static_cast<int>(cuts.size()));
}

TEST_CASE("a connection that is cut again and again is given up, with how far it came") {
    auto fixture = fixture_of(connection_to(server().ftp_port()));
    fixture.clear();
    fixture.put("large.bin", make_bytes(1'000'000));
    CuttingProxy proxy(server().ftp_port(), CuttingProxy::Kind::ftp, {1000, 0, 0, 0, 0, 0, 0, 0});
    const auto error = read_error(connection_to(proxy.port()), "large.bin");
    CHECK(error.error_class() == ErrorClass::unreachable);
    CHECK_THAT(error.what(), Catch::Contains("cut off after 1,000 of 1,000,000 bytes"));
}

TEST_CASE("a file that is replaced while it is read is refused") {
    auto fixture = fixture_of(connection_to(server().ftp_port()));
    fixture.clear();
    fixture.put("large.bin", make_bytes(4'000'000));
    Cancellation cancellation;
    MemoryFile file;
    bool replaced = false;
    const auto replace = [&](std::size_t size) {
        return [&, size] {
            if (std::exchange(replaced, true)) return true;
            // Another file in its place: what was opened goes on.
            fixture.put("new.bin", make_bytes(size));
            std::filesystem::rename(server().home() / "new.bin", server().home() / "large.bin");
            std::filesystem::last_write_time(
                server().home() / "large.bin",
                std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
            return true;
        };
    };
    SECTION("found at the end, by its time") {
        file.on_write = replace(4'000'000);
        const auto source = sources::open_source(fixture.connection(), cancellation);
        const auto error = error_of([&] { source->read({.path = "large.bin"}, {}, file); });
        CHECK(error.error_class() == ErrorClass::integrity);
        CHECK_THAT(error.what(), Catch::Contains("changed while it was read"));
    }
    SECTION("found when the reading goes on, by its size") {
        file.on_write = replace(2'000'000);
        CuttingProxy proxy(server().ftp_port(), CuttingProxy::Kind::ftp, {1'000'000});
        const auto source = sources::open_source(connection_to(proxy.port()), cancellation);
        const auto error = error_of([&] { source->read({.path = "large.bin"}, {}, file); });
        CHECK(error.error_class() == ErrorClass::integrity);
        // What was on its way when the connection was cut may be lost; nothing of the other file comes.
        CHECK(file.count <= 1'000'000);
    }
}

TEST_CASE("a server that is killed in the middle is unreachable, within seconds") {
    ProftpdServer victim;
    FolderFixture fixture(connection_to(victim.ftp_port()), victim.home());
    fixture.put("large.bin", make_bytes(64'000'000));
    MemoryFile file;
    file.keep = false;
    file.on_write = [&] {
        victim.process().stop();
        return true;
    };
    Cancellation cancellation;
    const auto source = sources::open_source(fixture.connection(), cancellation);
    const auto begin = std::chrono::steady_clock::now();
    const auto error = error_of([&] { source->read({.path = "large.bin"}, {}, file); });
    CHECK(error.error_class() == ErrorClass::unreachable);
    CHECK_THAT(error.what(), Catch::Contains("cut off after"));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("a listing of 100,000 entries comes as it streams") {
    auto fixture = fixture_of(connection_to(server().ftp_port()));
    fixture.clear();
    for (int number = 0; number < 100'000; ++number) fixture.put(fmt::format("many/file {:06}", number), "");
    Cancellation cancellation;
    const auto source = sources::open_source(fixture.connection(), cancellation);
    const auto in_use = [] { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; };
    const auto before = in_use();
    std::size_t most = before;
    std::size_t count = 0;
    source->browse("many", true, [&](const sources::Entry& entry) {
        ++count;
        if (count % 100 == 0) most = std::max(most, in_use());
        if (!entry.name.starts_with("file ")) FAIL(entry.name);
    });
    CHECK(count == 100'000);
    CHECK(most - before < 2'000'000);
    fixture.clear();
}

TEST_CASE("links are told, and not followed") {
    auto fixture = fixture_of(connection_to(server().ftp_port()));
    fixture.clear();
    fixture.put("folder/a", "x");
    std::filesystem::create_directory_symlink("..", server().home() / "folder/up");
    std::filesystem::create_symlink("a", server().home() / "folder/other");
    auto entries = browse_all(connection_to(server().ftp_port()), "", true);
    CHECK(entries.size() == 4);
    CHECK(entries.at("folder/up").kind == "link");
    CHECK(entries.at("folder/other").kind == "link");
    // Of a link to a folder this server's LIST does not tell.
    entries = browse_all(connection_to(old_port()), "", true);
    CHECK(entries.size() == 3);
    CHECK(entries.at("folder/other").kind == "link");
    // What a link leads to can be read and listed by its name.
    for (const int port : {server().ftp_port(), old_port()}) {
        CHECK(browse_all(connection_to(port), "folder/other").at("other").size == 1U);
        CHECK(browse_all(connection_to(port), "folder/up").count("folder") == 1);
    }
    CHECK(read_file_whole(connection_to(server().ftp_port()), {.path = "folder/other"}).bytes == "x");
}

}  // namespace prevision::testing
