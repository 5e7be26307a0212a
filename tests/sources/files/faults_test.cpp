// What servers do that are none, or none that is in order: each ends in an Error that says so, soon.
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "contract/file_source_contract.hpp"
#include "sources/registry.hpp"
#include "support/raw_server.hpp"

namespace prevision::testing {

namespace {

using sources::Connection;

Connection connection_to(const std::string& type, int port) {
    Connection connection;
    connection.type = type;
    connection.host = "127.0.0.1";
    connection.port = port;
    connection.username = "tester";
    connection.password = Secret("s3cret word");
    if (type == "FTP") connection.options["tls"] = "disable";
    connection.connect_timeout = std::chrono::milliseconds(2'000);
    return connection;
}

/// Answers commands as a small FTP server does, until the script takes over.
class FtpScript {
  public:
    explicit FtpScript(RawConnection& connection) : connection_(connection) { say("220 ready"); }

    void say(const std::string& line) { connection_.send(line + "\r\n"); }

    /// The next command, after the usual ones were answered; empty at the end.
    std::string next() {
        for (;;) {
            auto command = connection_.read_until("\r\n");
            if (command.empty()) return {};
            command.resize(command.size() - std::min<std::size_t>(2, command.size()));
            const auto verb = command.substr(0, command.find(' '));
            if (verb == "USER") {
                say("331 password, please");
            } else if (verb == "PASS") {
                say("230 welcome");
            } else if (verb == "PWD") {
                say("257 \"/\"");
            } else if (verb == "TYPE" || verb == "OPTS" || verb == "CWD") {
                say("200 fine");
            } else {
                return command;
            }
        }
    }

  private:
    RawConnection& connection_;
};

/// An FTP server whose data are what a script says.
class FtpServer {
  public:
    explicit FtpServer(std::function<std::string(const std::string& command)> answer,
                       RawServer::Script data = {})
        : data_(data ? std::move(data) : [](RawConnection&) {}),
          control_([this, answer = std::move(answer)](RawConnection& connection) {
              FtpScript script(connection);
              for (auto command = script.next(); !command.empty(); command = script.next()) {
                  if (command == "EPSV") {
                      answer(command);
                      script.say(fmt::format("229 fine (|||{}|)", data_.port()));
                  } else {
                      script.say(answer(command));
                  }
              }
          }) {}
    [[nodiscard]] int port() const { return control_.port(); }

  private:
    RawServer data_;
    RawServer control_;
};

Error list_error(const Connection& connection) {
    return error_of([&] { browse_all(connection, ""); });
}

}  // namespace

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

TEST_CASE("a listing that is none is refused, and one with an odd line in it is not") {
    std::string listing;
    const FtpServer server(
        [](const std::string& command) -> std::string {
            if (command != "MLSD") return "502 not here";
            return "150 here it comes\r\n226 done";
        },
        [&](RawConnection& connection) { connection.send(listing); });
    const auto connection = connection_to("FTP", server.port());
    listing = "<html>\r\n<b>no</b>\r\n";
    auto error = list_error(connection);
    CHECK(error.error_class() == ErrorClass::unreachable);
    CHECK_THAT(error.what(), Catch::Contains("not understood: '<html>'"));
    listing = std::string(500'000, 'x');
    CHECK(list_error(connection).error_class() == ErrorClass::unreachable);
    listing = "type=file;size=1; a\r\nodd\r\ntype=dir; ../../etc\r\ntype=file;size=2; b";
    const auto entries = browse_all(connection, "");
    CHECK(entries.size() == 2);
    CHECK(entries.at("b").size == 2U);
    listing = "";
    CHECK(browse_all(connection, "").empty());
}

TEST_CASE("folders without end are not followed without end") {
    const FtpServer server(
        [](const std::string& command) -> std::string {
            return command == "MLSD" ? "150 here it comes\r\n226 done" : "502 not here";
        },
        [&](RawConnection& connection) { connection.send("type=dir; again\r\n"); });
    const auto error = error_of([&] { browse_all(connection_to("FTP", server.port()), "", true); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.what(), Catch::Contains("100 folders"));
}

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

TEST_CASE("a greeting that asks to wait is waited for, and one that never comes is not") {
    bool greets = true;
    RawServer server([&](RawConnection& connection) {
        connection.send("120-Please wait\r\n120 Service ready in 1 minute\r\n");
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
    CHECK_THAT(waited.error->what(), Catch::Contains("120") && Catch::Contains("asks to wait"));
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
    }
}

TEST_CASE("a folder that a server lets us into and refuses to list is empty, unless it forbids it") {
    std::string reply = "550 No files found.";
    const FtpServer server([&](const std::string& command) -> std::string {
        if (command.starts_with("LIST") || (command == "MLSD" && reply.starts_with("550"))) return reply;
        return "502 not here";
    });
    const auto connection = connection_to("FTP", server.port());
    CHECK(browse_all(connection, "").empty());
    CHECK(browse_all(connection, "folder").empty());
    reply = "550 Permission denied.";
    CHECK(error_of([&] { browse_all(connection, "folder"); }).error_class() == ErrorClass::auth);
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

TEST_CASE("lines of a listing that are not understood are counted beside those that are shown") {
    const FtpServer server(
        [](const std::string& command) -> std::string {
            return command.starts_with("LIST") ? "150 here it comes\r\n226 done" : "502 not here";
        },
        [](RawConnection& connection) {
            connection.send(
                "total 0\r\n-rw-r--r-- 1 a b 4 Jan 31 2025 a.csv\r\nwhat is this\r\n"
                "01-31-26  12:00PM    <JUNCTION>     b [C:\\b]\r\nand this\r\n");
        });
    Cancellation cancellation;
    const auto source = sources::open_source(connection_to("FTP", server.port()), cancellation);
    std::vector<std::string> names;
    source->browse("", false, [&](const auto& entry) { names.push_back(entry.name); });
    CHECK(names == std::vector<std::string>{"a.csv", "b"});
    REQUIRE(source->notes().size() == 1);
    CHECK_THAT(source->notes().front(), Catch::StartsWith("2 lines") && Catch::Contains("'what is this'"));
}

TEST_CASE("names in Latin-1 are used as they are shown") {
    const std::string raw = "caf\xe9";
    std::string folder;
    const FtpServer server(
        [&](const std::string& command) -> std::string {
            if (command == "MLSD" || command == "RETR " + raw + "/" + raw) return "150 here\r\n226 done";
            if (command.starts_with("SIZE"))
                return command == "SIZE " + raw + "/" + raw ? "213 4" : "550 No such file";
            return "502 not here";
        },
        [&](RawConnection& connection) { connection.send("type=dir; " + raw + "\r\n"); });
    const auto connection = connection_to("FTP", server.port());
    CHECK(browse_all(connection, "").count("café") == 1);
    // What comes is the listing, as long as it is no file of four bytes.
    const auto error = error_of([&] { read_file_whole(connection, {.path = "café/café"}); });
    CHECK(error.error_class() == ErrorClass::integrity);
    CHECK_THAT(error.what(), Catch::Contains("cannot read café/café at "));
    CHECK(error_of([&] { read_file_whole(connection, {.path = "café/the"}); }).error_class() ==
          ErrorClass::not_found);
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
