// What FTP servers say before they let anybody in.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/file_source_contract.hpp"
#include "sources/files/ftp_script.hpp"

namespace prevision::testing {

TEST_CASE("a server without TLS is refused where TLS is required, before the name is told") {
    std::string commands;
    RawServer server([&](RawConnection& connection) {
        connection.send("220 ready\r\n");
        for (auto line = connection.read_until("\r\n"); !line.empty(); line = connection.read_until("\r\n")) {
            commands += line;
            connection.send("502 not here\r\n");
        }
    });
    auto connection = connection_to("FTP", server.port());
    connection.options["tls"] = "require";
    const auto run = run_test(connection);
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::unreachable);
    CHECK(run.last().name == "tls");
    CHECK_THAT(run.error->what(), Catch::Contains("offers no TLS"));
    CHECK_THAT(commands, !Catch::Contains("USER"));
}

TEST_CASE("a reply over many lines comes in one, and without the password that is in it") {
    RawServer server([](RawConnection& connection) {
        connection.send("220-welcome\r\n220-\r\n  to us\r\n220 go on\r\n");
        connection.read_until("\r\n");
        connection.send("331 password?\r\n");
        connection.read_until("\r\n");
        connection.send("530-No, s3cret word\r\n530-is not it.\r\n 530 or so\r\n530 Good bye.\r\n");
        connection.wait_until_closed();
    });
    const auto run = run_test(connection_to("FTP", server.port()));
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::auth);
    CHECK_THAT(run.error->what(), Catch::Contains("as 'tester': 530-No, *** is not it. 530 or so Good bye."));
}

TEST_CASE("a greeting that asks to wait is waited for, and one that never comes is not") {
    bool greets = true;
    // Each is followed by "220 ready".
    const auto* const greeting =
        GENERATE("120-Please wait\r\n120 Service ready in 1 minute\r\n",
                 "120-Please\r\nwait\r\n-\r\n120 for a minute\r\n", "120 wait\r\n120 wait more\r\n",
                 "220-welcome\r\n331 Main Street\r\n", "220-welcome\r\n120 of us\r\n421 of you\r\n",
                 "220-\r\n230 in?\r\n", "120 wait\r\n220-welcome\r\n230 Main Street\r\n");
    CAPTURE(greeting);
    RawServer server([&](RawConnection& connection) {
        connection.send(greeting);
        if (!greets) {
            connection.wait_until_closed();
            return;
        }
        FtpScript script(connection);
        for (auto command = script.next(); !command.empty(); command = script.next())
            script.say(command == "QUIT" ? "221 bye" : "502 not here");
    });
    auto connection = connection_to("FTP", server.port());
    connection.connect_timeout = std::chrono::milliseconds(500);
    const auto run = run_test(connection);
    CHECK(run.names() == std::vector<std::string>{"resolve", "connect", "tls", "auth", "list"});
    CHECK(run.stages.at(3).ok);
    greets = false;
    const auto waited = run_test(connection);
    REQUIRE(waited.error);
    CHECK(waited.error->error_class() == ErrorClass::unreachable);
    CHECK_THAT(waited.error->what(), Catch::Contains("asks to wait") || Catch::Contains("no greeting"));
}

TEST_CASE("a reply whose end cannot be found is refused, and not taken for another one") {
    RawServer server([](RawConnection& connection) {
        connection.send("220 ready\r\n");
        connection.read_until("\r\n");
        connection.send("331 password?\r\n");
        connection.read_until("\r\n");
        connection.send("230-Welcome to\r\n257 Main Street\r\n230 go on\r\n");
        connection.wait_until_closed();
    });
    const auto run = run_test(connection_to("FTP", server.port()));
    REQUIRE(run.error);
    CHECK(run.error->error_class() == ErrorClass::unreachable);
    CHECK(run.last().name == "auth");
    CHECK_THAT(run.error->what(), Catch::Contains("230-Welcome to 257 Main Street"));
    CHECK_FALSE(run.error->hint().empty());
}

TEST_CASE("a server that has too many clients is unreachable, and not a refused password") {
    for (const auto* reply :
         {"530 Sorry, the maximum number of clients (3) for this user are already connected.",
          "530 Too many users logged in for this account", "421 Too many connections, try again later"}) {
        CAPTURE(reply);
        RawServer server([&](RawConnection& connection) {
            connection.send("220 ready\r\n");
            connection.read_until("\r\n");
            connection.send("331 password?\r\n");
            connection.read_until("\r\n");
            connection.send(fmt::format("{}\r\n", reply));
            connection.wait_until_closed();
        });
        const auto run = run_test(connection_to("FTP", server.port()));
        REQUIRE(run.error);
        CHECK(run.error->retryable());
        CHECK_THAT(run.error->what(), Catch::Contains(reply));
        // A password that is within a word is not shown, and does not change what the reply says.
        auto short_password = connection_to("FTP", server.port());
        short_password.password = Secret("m");
        const auto again = run_test(short_password);
        REQUIRE(again.error);
        CHECK(again.error->retryable());
        CHECK_THAT(again.error->what(), Catch::Contains("***"));
    }
}

}  // namespace prevision::testing
