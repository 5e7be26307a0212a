#include "sources/files/ftp_reply.hpp"

#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

namespace prevision::sources {

TEST_CASE("why a server refuses a path is told from its words, and not from the path in them") {
    using Class = std::optional<ErrorClass>;
    const std::vector<std::tuple<std::string, std::string, Class>> table{
        {"550 a.txt: No such file or directory", "a.txt", ErrorClass::not_found},
        {"550 The system cannot find the file specified.", "a.txt", ErrorClass::not_found},
        {"550 File not found", "a.txt", ErrorClass::not_found},
        {"550 /x/a.txt: Permission denied", "/x/a.txt", ErrorClass::auth},
        {"550 Access is denied.", "a.txt", ErrorClass::auth},
        {"553 Operation not permitted", "a.txt", ErrorClass::auth},
        {"550 sub: not a regular file", "sub", ErrorClass::invalid},
        {"550 Permission Denied.txt: No such file or directory", "x/Permission Denied.txt",
         ErrorClass::not_found},
        {"550 not found: Permission denied", "not found", ErrorClass::auth},
        {"550 Failed to open file.", "a.txt", std::nullopt},
        {"550 Could not get file size.", "a.txt", std::nullopt},
        {"550 permission denied", "permission denied", std::nullopt},
        {"", "a.txt", std::nullopt},
    };
    for (const auto& [reply, path, expected] : table) {
        CAPTURE(reply, path);
        CHECK(refusal_in_reply(reply, path) == expected);
    }
}

TEST_CASE("a login that is refused for now is told from one that is refused for good") {
    const std::vector<std::pair<std::string, bool>> table{
        {"530 Sorry, the maximum number of clients (3) for this user are already connected.", true},
        {"530 Too many users logged in for this account", true},
        {"530 Too many connections, try again later", true},
        {"530 User limit reached, please try later", true},
        {"530 The maximum number of concurrent connections for this account has been reached", true},
        {"530 Only 10 connections per IP allowed", true},
        {"530 Only (2) sessions for each user", true},
        {"530 Login denied: max sessions reached", true},
        {"530 Login failed: too many connections from your address", true},
        {"530 Server is full, try later", true},
        {"530 Not logged in. Max connections per ip reached", true},
        {"530 Login incorrect.", false},
        {"530 User max cannot log in.", false},
        {"530 User account is locked after too many failed logins", false},
        {"530 Too many failed login attempts, try again later", false},
        {"530 Password expired, limit of 90 days reached", false},
        {"530 Login incorrect: maximum password attempts exceeded", false},
        {"530 Only SSL/TLS connections are allowed", false},
        {"530 Only anonymous users may log in", false},
        {"530 Access is limited to the users of a group", false},
        {"", false},
    };
    for (const auto& [reply, full] : table) {
        CAPTURE(reply);
        CHECK(says_full(reply) == full);
    }
}

TEST_CASE("a size is taken from an answer that has one and nothing else") {
    using Size = std::optional<std::uint64_t>;
    const std::vector<std::pair<std::string, Size>> table{
        {"213 0", 0},
        {"213 1234", 1234},
        {"213  12 ", 12},
        {"213 9223372036854775807", 9223372036854775807U},
        {"213 9223372036854775808", std::nullopt},
        {"213 99999999999999999999999", std::nullopt},
        {"213 -1", std::nullopt},
        {"213 -0", std::nullopt},
        {"213 banana", std::nullopt},
        {"213 1,234", std::nullopt},
        {"213 12 345", std::nullopt},
        {"213", std::nullopt},
        {"213 ", std::nullopt},
        {"550 12", std::nullopt},
        {"", std::nullopt},
    };
    for (const auto& [reply, size] : table) {
        CAPTURE(reply);
        CHECK(size_in_reply(reply) == size);
    }
}

TEST_CASE("a line within a reply that begins with another number is not its end") {
    FtpReply reply;
    reply.take_line("220-welcome\r\n");
    CHECK_FALSE(reply.misleads());
    reply.take_line(" 331 behind a space\r\n");
    CHECK_FALSE(reply.misleads());
    reply.take_line("331-goes on\r\n");
    CHECK_FALSE(reply.misleads());
    CHECK(reply.is_first());
    reply.take_line("331 Main Street\r\n");
    CHECK(reply.misleads());
    reply.take_line("220 ready\r\n");
    CHECK_FALSE(reply.misleads());
    CHECK_FALSE(reply.is_first());
    CHECK_THAT(reply.text(), Catch::StartsWith("220-welcome") && Catch::EndsWith("ready"));
}

}  // namespace prevision::sources
