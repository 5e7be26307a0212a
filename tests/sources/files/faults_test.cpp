// What servers do that are none, or none that is in order: each ends in an Error that says so, soon.
#include <chrono>
#include <mutex>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/file_source_contract.hpp"
#include "core/wait.hpp"
#include "sources/files/ftp_script.hpp"
#include "sources/registry.hpp"

namespace prevision::testing {

TEST_CASE("what is no FTP or SSH server is told, and no password goes there") {
    const std::vector<std::pair<std::string, std::string>> greetings{
        {"nothing", ""},
        {"rubbish", std::string("\x00\x01\xff\xfe rubbish \r\n", 14)},
        {"a web server", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"},
        {"an endless line", std::string(200'000, 'x')},
        {"a server that is full", "421 too many users\r\n"},
    };
    for (const auto& [name, greeting] : greetings) {
        for (const auto* type : {"FTP", "SFTP"}) {
            CAPTURE(name, type);
            std::string heard;
            std::mutex mutex;
            RawServer server([&, &text = greeting](RawConnection& connection) {
                connection.send(text);
                if (text.size() > 100'000) return;
                const auto line = connection.read_until("\n");
                const std::lock_guard lock(mutex);
                heard += line;
            });
            const auto run = run_test(connection_to(type, server.port()));
            REQUIRE(run.error);
            CHECK(run.error->error_class() == ErrorClass::unreachable);
            CHECK(run.stages.size() >= 3);
            CHECK_FALSE(run.last().ok);
            const std::lock_guard lock(mutex);
            CHECK_THAT(heard, !Catch::Contains("s3cret"));
        }
    }
}

TEST_CASE("a server that says nothing is given up in time") {
    RawServer server([](RawConnection& connection) { connection.wait_until_closed(); });
    for (const auto* type : {"FTP", "SFTP"}) {
        const auto run = run_test(connection_to(type, server.port()));
        REQUIRE(run.error);
        CHECK(run.error->error_class() == ErrorClass::unreachable);
        CHECK_THAT(run.error->what(), Catch::Contains("no answer within 2000 ms"));
    }
}

TEST_CASE("an FTP server that is silent after the login, or never ends a reply, is given up in time") {
    for (const std::string repeated : {"", "200-more\r\n"}) {
        for (const std::string at : {"SIZE", "MDTM", "EPSV", "PASV"}) {
            CAPTURE(repeated, at);
            Cancellation closing;
            RawServer server([&](RawConnection& connection) {
                FtpScript script(connection);
                for (auto command = script.next(); !command.empty(); command = script.next()) {
                    if (!command.starts_with(at)) {
                        script.say(command.starts_with("SIZE") ? "213 8" : "500 what?");
                        continue;
                    }
                    if (repeated.empty()) return connection.wait_until_closed();
                    while (connection.send(repeated)) wait_for(std::chrono::milliseconds(5), closing);
                }
            });
            auto connection = connection_to("FTP", server.port());
            connection.wait_limit = std::chrono::milliseconds(300);
            const auto begun = std::chrono::steady_clock::now();
            const auto listing = error_of([&] {
                Cancellation none;
                sources::open_source(connection, none)->browse("/", false, [](const auto&) {});
            });
            const auto reading = error_of([&] { read_file_whole(connection, {.path = "/a.csv"}); });
            CHECK(listing.error_class() == ErrorClass::unreachable);
            CHECK(reading.error_class() == ErrorClass::unreachable);
            CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(20));
        }
    }
}

TEST_CASE("an FTP server whose data never come is given up in time") {
    FtpServer server(
        [](const std::string& command) {
            if (command.starts_with("SIZE")) return std::string("213 8");
            const bool sends =
                command.starts_with("MLSD") || command.starts_with("LIST") || command.starts_with("RETR");
            return std::string(sends ? "150 they come" : "500 what?");
        },
        [](RawConnection& data) { data.wait_until_closed(); });
    auto connection = connection_to("FTP", server.port());
    connection.wait_limit = std::chrono::milliseconds(100);
    const auto begun = std::chrono::steady_clock::now();
    const auto listing = error_of([&] {
        Cancellation none;
        sources::open_source(connection, none)->browse("/", false, [](const auto&) {});
    });
    CHECK(listing.error_class() == ErrorClass::unreachable);
    const auto reading = error_of([&] { read_file_whole(connection, {.path = "/a.csv"}); });
    CHECK(reading.error_class() == ErrorClass::unreachable);
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(20));
}

TEST_CASE("a port that refuses, and one that is silent, fail in the stage connect") {
    const ClosedPort closed;
    const SilentPort silent;
    for (const int port : {closed.port(), silent.port()}) {
        const auto run = run_test(connection_to("SFTP", port));
        REQUIRE(run.error);
        CHECK(run.error->error_class() == ErrorClass::unreachable);
        CHECK(run.last().name == "connect");
    }
}

TEST_CASE("a name or a password that would be a command of its own is refused") {
    for (const auto* text : {"a\r\nDELE x", "a\nb", "a\rb"}) {
        auto connection = connection_to("FTP", 21);
        connection.username = text;
        CHECK(run_test(connection).error->error_class() == ErrorClass::invalid);
        connection.username = "a";
        connection.password = Secret(text);
        CHECK(run_test(connection).error->error_class() == ErrorClass::invalid);
        connection.password = Secret("b");
        const auto error = error_of([&] { read_file_whole(connection, {.path = text}); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK(error_of([&] { browse_all(connection, text); }).error_class() == ErrorClass::invalid);
    }
}

TEST_CASE("options that contradict each other are refused by their field") {
    auto connection = connection_to("FTP", 21);
    connection.host = "ftps://127.0.0.1";
    CHECK_THAT(run_test(connection).error->what(), Catch::Contains("invalid tls"));
    connection.host = "127.0.0.1/folder";
    CHECK_THAT(run_test(connection).error->what(), Catch::Contains("invalid host"));
    connection.host = "sftp://127.0.0.1";
    CHECK(run_test(connection).error->error_class() == ErrorClass::invalid);
    connection.host = "127.0.0.1";
    connection.options["mode"] = "sideways";
    CHECK_THAT(run_test(connection).error->what(), Catch::Contains("invalid mode"));
    connection.options["mode"] = "active";
    connection.options["tls"] = "require";
    CHECK_THAT(run_test(connection).error->what(), Catch::Contains("invalid mode"));
    auto nameless = connection_to("SFTP", 22);
    nameless.username = "";
    CHECK_THAT(run_test(nameless).error->what(), Catch::Contains("invalid username"));
}

}  // namespace prevision::testing
