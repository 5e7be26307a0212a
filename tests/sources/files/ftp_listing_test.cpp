// Listings of FTP servers that are odd, or none.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "contract/file_source_contract.hpp"
#include "sources/files/ftp_script.hpp"
#include "sources/registry.hpp"

namespace prevision::testing {

namespace {

struct Listed {
    std::vector<std::string> names;
    std::vector<std::string> notes;
};

Listed list(const sources::Connection& connection, const std::string& folder) {
    Cancellation cancellation;
    const auto source = sources::open_source(connection, cancellation);
    Listed listed;
    source->browse(folder, false, [&](const auto& entry) { listed.names.push_back(entry.name); });
    listed.notes = source->notes();
    return listed;
}

Error list_error(const sources::Connection& connection) {
    return error_of([&] { browse_all(connection, ""); });
}

}  // namespace

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

TEST_CASE("a name with its folder in front is shown without it, and one of another folder is counted") {
    const bool is_new = GENERATE(true, false);
    std::string listing;
    for (const auto* name :
         {"a.csv", "./b.csv", "/c.csv", "sub/d.csv", "/x/e.csv", "../f.csv", "/sub/g.csv", "./..", "./"})
        listing +=
            (is_new ? "type=file;size=5; " : "-rw-r--r-- 1 u g 5 Jan 01 2024 ") + std::string(name) + "\r\n";
    listing += is_new ? "type=dir; folder/\r\n" : "drwxr-xr-x 1 u g 5 Jan 01 2024 folder/\r\n";
    const FtpServer server(
        [&](const std::string& command) -> std::string {
            const bool listed = is_new ? command == "MLSD" : command.starts_with("LIST");
            return listed ? "150 here it comes\r\n226 done" : "502 not here";
        },
        [&](RawConnection& connection) { connection.send(listing); });
    CAPTURE(is_new);
    const auto connection = connection_to("FTP", server.port());
    // The login folder is "/".
    const auto login = list(connection, "");
    CHECK(login.names == std::vector<std::string>{"a.csv", "b.csv", "c.csv", "folder"});
    REQUIRE(login.notes.size() == 1);
    CHECK_THAT(login.notes.front(), Catch::StartsWith("4 names") && Catch::Contains("'sub/d.csv'"));
    const auto sub = list(connection, "sub");
    CHECK(sub.names == std::vector<std::string>{"a.csv", "b.csv", "g.csv", "folder"});
    CHECK_THAT(sub.notes.front(), Catch::StartsWith("4 names") && Catch::Contains("'/c.csv'"));
    const auto x = list(connection, "/x/");
    CHECK(x.names == std::vector<std::string>{"a.csv", "b.csv", "e.csv", "folder"});
}

TEST_CASE("a listing that the server ends without sending one is empty, with a note") {
    const FtpServer server([](const std::string& command) -> std::string {
        return command == "MLSD" || command.starts_with("LIST") ? "226 Transfer complete." : "502 not here";
    });
    const auto listed = list(connection_to("FTP", server.port()), "folder");
    CHECK(listed.names.empty());
    REQUIRE(listed.notes.size() == 1);
    CHECK_THAT(listed.notes.front(),
               Catch::Contains("folder at 127.0.0.1") && Catch::Contains("shown as empty"));
}

TEST_CASE("a file lists as itself, in whatever words the server refuses to enter it") {
    const std::string reply =
        GENERATE("550 a.csv: No such file or directory", "550 CWD failed. \"/a.csv\": directory not found.",
                 "550 Failed to change directory.", "550 a.csv: Not a directory", "550 Permission denied.");
    const bool has_sizes = GENERATE(true, false);
    FtpServer server(
        [&](const std::string& command) -> std::string {
            if (command.starts_with("LIST")) return "150 here it comes\r\n226 done";
            if (!has_sizes || !command.starts_with("SIZE")) return "502 not here";
            return command == "SIZE a.csv" ? "213 5" : "550 no such file";
        },
        [](RawConnection& connection) { connection.send("-rw-r--r-- 1 u g 5 Jan 01 2024 a.csv\r\n"); });
    server.refuse_folder("a.csv", reply);
    CAPTURE(reply, has_sizes);
    const auto connection = connection_to("FTP", server.port());
    const auto entries = browse_all(connection, "a.csv");
    REQUIRE(entries.size() == 1);
    CHECK(entries.at("a.csv").kind == "file");
    if (has_sizes) CHECK(entries.at("a.csv").size == 5U);
    const auto error = error_of([&] { browse_all(connection, "a.csv/"); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.what(), Catch::Contains("it is a file"));
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

}  // namespace prevision::testing
