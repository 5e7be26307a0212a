// Files of FTP servers that say something else than they send.
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/file_source_contract.hpp"
#include "sources/files/ftp_script.hpp"
#include "sources/registry.hpp"

namespace prevision::testing {

TEST_CASE("a server that knows neither size nor time is believed") {
    const FtpServer server(
        [](const std::string& command) -> std::string {
            return command.starts_with("RETR") ? "150 here it comes\r\n226 done" : "502 not here";
        },
        [&](RawConnection& connection) { connection.send("all of it"); });
    const auto file = read_file_whole(connection_to("FTP", server.port()), {.path = "a"});
    CHECK(file.bytes == "all of it");
    REQUIRE(file.info);
    CHECK_FALSE(file.info->size);
    CHECK(file.info->modified.empty());
}

TEST_CASE("an answer to SIZE that is no size of a file leaves the size unknown") {
    const auto* const said = GENERATE("banana", "-1", "99999999999999999999999", "12 bananas");
    const FtpServer server(
        [&](const std::string& command) -> std::string {
            if (command.starts_with("SIZE")) return fmt::format("213 {}", said);
            if (command.starts_with("MDTM")) return "213 20260131120000";
            return command.starts_with("RETR") ? "150 here it comes\r\n226 done" : "502 not here";
        },
        [](RawConnection& connection) { connection.send("all of it"); });
    CAPTURE(said);
    const auto file = read_file_whole(connection_to("FTP", server.port()), {.path = "a"});
    CHECK(file.bytes == "all of it");
    REQUIRE(file.info);
    CHECK_FALSE(file.info->size);
    CHECK(file.info->modified == "2026-01-31T12:00:00Z");
}

TEST_CASE("an empty file may come without the beginning of a transfer") {
    const FtpServer server([](const std::string& command) -> std::string {
        if (command.starts_with("SIZE")) return "213 0";
        return command.starts_with("RETR") ? "226 Transfer complete." : "502 not here";
    });
    const auto file = read_file_whole(connection_to("FTP", server.port()), {.path = "a"});
    CHECK(file.bytes.empty());
    CHECK(file.files == 1);
}

TEST_CASE("fewer or more bytes than the server said are not taken for the file, and no byte is cut off") {
    std::string size;
    const std::string content = "eleven byte";
    const FtpServer server(
        [&](const std::string& command) -> std::string {
            if (command.starts_with("SIZE")) return "213 " + size;
            return command.starts_with("RETR") ? "150 here it comes\r\n226 done" : "502 not here";
        },
        [&](RawConnection& connection) { connection.send(content); });
    for (const auto* said : {"1000", "5", "0"}) {
        CAPTURE(said);
        size = said;
        MemoryFile file;
        Cancellation cancellation;
        const auto source = sources::open_source(connection_to("FTP", server.port()), cancellation);
        const auto error = error_of([&] { source->read({.path = "a"}, {}, file); });
        CHECK(error.error_class() == ErrorClass::integrity);
        CHECK_THAT(error.what(), Catch::Contains("sends 11"));
        CHECK(file.bytes == content);
    }
    size = "11";
    CHECK(read_file_whole(connection_to("FTP", server.port()), {.path = "a"}).bytes == content);
}

namespace {

/// Text without a period.
std::string numbered_lines(std::size_t size) {
    std::string text;
    for (int number = 0; text.size() < size; ++number) text += fmt::format("{}\n", number);
    return text;
}

}  // namespace

TEST_CASE("an FTP server that says it goes on, and begins again or refuses, yields the file") {
    const auto content = numbered_lines(300'000);
    const std::string rest_reply = GENERATE("350 go on", "502 no REST here", "421 good bye");
    const std::string retr_reply = GENERATE("150 here it comes\r\n226 done", "551 not from the middle");
    bool asked_to_go_on = false;
    const FtpServer server(
        [&](const std::string& command) -> std::string {
            if (command.starts_with("SIZE")) return fmt::format("213 {}", content.size());
            if (command == "REST 0") return "350 fine";
            if (command.starts_with("REST")) {
                asked_to_go_on = true;
                return rest_reply;
            }
            if (command.starts_with("RETR"))
                return std::exchange(asked_to_go_on, false) ? retr_reply : "150 here it comes\r\n226 done";
            return "502 not here";
        },
        [&](RawConnection& connection) {
            if (connection.number() > 0) {
                connection.send(content);
                return;
            }
            connection.send(std::string_view(content).substr(0, 120'000));
            connection.reset_at_end();
        });
    CAPTURE(rest_reply, retr_reply);
    CHECK((read_file_whole(connection_to("FTP", server.port()), {.path = "a"}).bytes == content));
}

namespace {

/// What is to be sent on the data connections, each of which is made before the command that decides it.
class DataContents {
  public:
    /// The server was asked for another data connection.
    void expect_connection() {
        const std::lock_guard lock(mutex_);
        ++expected_;
    }
    /// For the connection that was asked for last.
    void put(std::string text) {
        const std::lock_guard lock(mutex_);
        texts_[expected_] = std::move(text);
        changed_.notify_all();
    }
    /// For the connection of that number, from 0. Empty when none comes for a while.
    std::string take(int number) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(5), [&] { return texts_.contains(number); });
        return texts_[number];
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<int, std::string> texts_;
    int expected_ = -1;
};

}  // namespace

TEST_CASE("a server that refuses to tell a size is asked for its listing, and for the file") {
    const auto* const refusal =
        GENERATE("550 SIZE not allowed in ASCII mode", "550 Could not get file size.");
    std::string listing = "-rw-r--r-- 1 a b 4 Jan 31 2025 there.csv\r\n";
    DataContents data;
    const FtpServer server(
        [&](const std::string& command) -> std::string {
            if (command == "EPSV") data.expect_connection();
            if (command.starts_with("SIZE")) return refusal;
            const bool lists = command.starts_with("LIST");
            if (command == "MLSD") data.put("");
            if (!lists && !command.starts_with("RETR")) return "502 not here";
            const bool there = lists || command == "RETR there.csv";
            data.put(lists ? listing : there ? "a\n1\n" : "");
            return there ? "150 here it comes\r\n226 done" : "550 Failed to open file.";
        },
        [&](RawConnection& connection) { connection.send(data.take(connection.number())); });
    const auto connection = connection_to("FTP", server.port());
    CHECK(read_file_whole(connection, {.path = "there.csv"}).bytes == "a\n1\n");
    const auto missing = error_of([&] { read_file_whole(connection, {.path = "missing.csv"}); });
    CHECK(missing.error_class() == ErrorClass::not_found);
    listing = "-rw------- 1 a b 4 Jan 31 2025 closed.csv\r\n";
    const auto closed = error_of([&] { read_file_whole(connection, {.path = "closed.csv"}); });
    CHECK(closed.error_class() == ErrorClass::auth);
}

}  // namespace prevision::testing
