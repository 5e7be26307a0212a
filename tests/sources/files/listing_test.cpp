#include "sources/files/listing.hpp"

#include <functional>
#include <vector>

#include <catch2/catch.hpp>

namespace prevision::sources {

namespace {

using namespace std::chrono;

// A Sunday in March, noon.
constexpr sys_seconds now = sys_days(year(2026) / 3 / 15) + hours(12);

struct Accepted {
    std::string line;
    ListedEntry entry;
};

ListedEntry file(std::string name, std::uint64_t size, std::string modified) {
    return {.name = std::move(name), .kind = "file", .size = size, .modified = std::move(modified)};
}

ListedEntry entry(std::string name, std::string kind, std::string modified) {
    return {.name = std::move(name), .kind = std::move(kind), .size = {}, .modified = std::move(modified)};
}

void check(const std::vector<Accepted>& accepted,
           const std::function<std::optional<ListedEntry>(std::string_view)>& parse) {
    for (const auto& [line, expected] : accepted) {
        CAPTURE(line);
        const auto found = parse(line);
        REQUIRE(found);
        CHECK(found->name == expected.name);
        CHECK(found->kind == expected.kind);
        CHECK(found->size == expected.size);
        CHECK(found->modified == expected.modified);
    }
}

}  // namespace

TEST_CASE("MLSD lines that are taken") {
    check(
        {
            {"type=file;size=12;modify=20260131120000; a.txt", file("a.txt", 12, "2026-01-31T12:00:00Z")},
            {"Type=FILE;Size=0;Modify=20260131120000.250;UNIX.mode=0644; a b  c",
             file("a b  c", 0, "2026-01-31T12:00:00.250Z")},
            {"modify=20260131120000;type=dir;sizd=4096; folder",
             entry("folder", "folder", "2026-01-31T12:00:00Z")},
            {"type=file;size=18446744073709551615; large", file("large", 18446744073709551615U, "")},
            {"type=file;size=1;modify=20260230000000; no such day", file("no such day", 1, "")},
            {"type=file;size=x; odd size", entry("odd size", "file", "")},
            {"type=file;size=1;  leading space", file(" leading space", 1, "")},
            {"type=file;size=1; semi;colon=x; y", file("semi;colon=x; y", 1, "")},
            {"type=file;size=1; é漢", file("é漢", 1, "")},
            {"type=cdir;modify=20260131120000; /home/tester",
             entry("/home/tester", "", "2026-01-31T12:00:00Z")},
            {"type=pdir; ..", entry("..", "", "")},
            {"type=dir; ..", entry("..", "", "")},
            {"type=OS.unix=slink:/etc; link", entry("link", "link", "")},
            {"type=OS.unix=symlink;size=5; link", entry("link", "link", "")},
            {"type=OS.unix=chr-5/0; device", entry("device", "other", "")},
            {"size=5; no type", entry("no type", "other", "")},
            {" no fact", entry("no fact", "other", "")},
        },
        parse_mlsd_line);
}

TEST_CASE("MLSD lines that are refused") {
    for (const auto* line :
         {"", "a.txt", "type=file;size=1;", "type=file;size=1; ", "type=file a.txt",
          "drwxr-xr-x 2 a b 4096 Jan 31 12:00 folder", "type; a.txt", "220 welcome", "<html> <body>"}) {
        CAPTURE(line);
        CHECK_FALSE(parse_mlsd_line(line));
    }
}

TEST_CASE("LIST lines that are taken") {
    check(
        {
            {"-rw-r--r--   1 owner    group          12 Jan 31 12:00 a.txt",
             file("a.txt", 12, "2026-01-31T12:00:00Z")},
            {"-rw-r--r-- 1 owner group 12 Dec 31 23:59 a.txt", file("a.txt", 12, "2025-12-31T23:59:00Z")},
            {"-rw-r--r-- 1 owner group 12 Mar 16 11:00 a.txt", file("a.txt", 12, "2026-03-16T11:00:00Z")},
            {"-rw-r--r-- 1 owner group 12 Mar 17 12:00 a.txt", file("a.txt", 12, "2025-03-17T12:00:00Z")},
            {"-rw-r--r-- 1 owner group 12 Feb  3  2020 a.txt", file("a.txt", 12, "2020-02-03T00:00:00Z")},
            {"-rw-r--r-- 1 owner group 12 3 Feb 2020 a.txt", file("a.txt", 12, "2020-02-03T00:00:00Z")},
            {"-rw-r--r-- 1 owner group 12 2026-01-31 12:00 a.txt", file("a.txt", 12, "2026-01-31T12:00:00Z")},
            {"-rw-r--r-- 1 owner group 12 2026-01-31 12:00:07.123 a", file("a", 12, "2026-01-31T12:00:07Z")},
            {"-rw-r--r-- 1 group 12 Jan 31 12:00 a.txt", file("a.txt", 12, "2026-01-31T12:00:00Z")},
            {"-rw-r--r-- 1 12 Jan 31 12:00 a.txt", file("a.txt", 12, "2026-01-31T12:00:00Z")},
            {"-rw-r--r-- 1 May 7 12 Jan 31 12:00 a.txt", file("a.txt", 12, "2026-01-31T12:00:00Z")},
            {"-rw-r--r--+ 1 owner group 12 Jan 31 12:00 a.txt", file("a.txt", 12, "2026-01-31T12:00:00Z")},
            {"-rw-r--r-- 1 owner group 12 Jan 31 12:00   two spaces first",
             file("  two spaces first", 12, "2026-01-31T12:00:00Z")},
            {"-rw-r--r-- 1 owner group 12 Jan 31 12:00 Jan 1 00:00 x",
             file("Jan 1 00:00 x", 12, "2026-01-31T12:00:00Z")},
            {"-rw-r--r-- 1 owner group 12 Jan 31 12:00 a -> b", file("a -> b", 12, "2026-01-31T12:00:00Z")},
            {"-rw-r--r-- 1 owner group 12 Jan 31 12:00 new\nline",
             file("new\nline", 12, "2026-01-31T12:00:00Z")},
            {"-rw-r--r-- 1 owner group 99999999999 Jan 31 12:00 l",
             file("l", 99'999'999'999U, "2026-01-31T12:00:00Z")},
            {"drwxr-xr-x 2 owner group 4096 Jan 31 12:00 folder",
             entry("folder", "folder", "2026-01-31T12:00:00Z")},
            {"drwxrwxrwt 2 owner group 4096 Jan 31 12:00 .", entry(".", "", "2026-01-31T12:00:00Z")},
            {"lrwxrwxrwx 1 owner group 5 Jan 31 12:00 link -> /etc",
             entry("link", "link", "2026-01-31T12:00:00Z")},
            {"brw-rw---- 1 root disk 8, 0 Jan 31 12:00 sda", entry("sda", "other", "2026-01-31T12:00:00Z")},
            {"total 48", entry("", "", "")},
            {"01-31-26  12:00PM       <DIR>          a folder",
             entry("a folder", "folder", "2026-01-31T12:00:00Z")},
            {"01-31-2026  12:05AM                 1234 a  file",
             file("a  file", 1234, "2026-01-31T00:05:00Z")},
            {"12-01-99  23:45                 0 old", file("old", 0, "1999-12-01T23:45:00Z")},
            {"01-31-26  03:04PM 5  x", file(" x", 5, "2026-01-31T15:04:00Z")},
            {"01-31-26  12:00PM            1,234,567 big", file("big", 1'234'567, "2026-01-31T12:00:00Z")},
            {"01-31-26  12:00PM            1.234.567 big", file("big", 1'234'567, "2026-01-31T12:00:00Z")},
            {"01-31-26  12:00PM    <JUNCTION>     data [C:\\other\\data]",
             entry("data", "link", "2026-01-31T12:00:00Z")},
            {"01-31-26  12:00PM    <SYMLINKD>     data", entry("data", "link", "2026-01-31T12:00:00Z")},
            {"01/31/2026  12:00PM    <DIR>  data", entry("data", "folder", "2026-01-31T12:00:00Z")},
            {"2026-01-31  12:00       <DIR>          data", entry("data", "folder", "2026-01-31T12:00:00Z")},
            {"2026-01-31 12:00:07                 12 a b", file("a b", 12, "2026-01-31T12:00:07Z")},
            {"d [RWCEAFMS] supervisor            512 Jan 16 18:53    login",
             entry("login", "folder", "2026-01-16T18:53:00Z")},
            {"- [R----F--] rhesus             214059 Mar 10 15:27 cx.exe",
             file("cx.exe", 214'059, "2026-03-10T15:27:00Z")},
            {"total 0", entry("", "", "")},
            {"total 12K", entry("", "", "")},
        },
        [](std::string_view line) { return parse_list_line(line, now); });
}

TEST_CASE("a day that this year does not have was last in another one") {
    const auto found = parse_list_line("-rw-r--r-- 1 o g 1 Feb 29 10:00 a", sys_days(year(2025) / 3 / 1));
    REQUIRE(found);
    CHECK(found->modified == "2024-02-29T10:00:00Z");
}

TEST_CASE("LIST lines that are refused") {
    for (const auto* line : {"",
                             "a.txt",
                             "total",
                             "total many",
                             "-rw-r--r--",
                             "-rw-r--r-- 1 owner group 12 Jan 31 12:00",
                             "-rw-r--r-- 1 owner group 12 Jan 31 12:00 ",
                             "-rw-r--r-- 1 owner group 12 Foo 31 12:00 a",
                             "-rw-r--r-- 1 owner group 12 Jan 32 12:00 a",
                             "-rw-r--r-- 1 owner group 12 Jan 31 25:00 a",
                             "-rw-r--r-- 1 owner group Jan 31 12:00 a",
                             "xrw-r--r-- 1 owner group 12 Jan 31 12:00 a",
                             "-qw-r--r-- 1 owner group 12 Jan 31 12:00 a",
                             "01-31-26 12:00PM",
                             "13-31-26 12:00PM 5 a",
                             "01-31-26 13:00PM 5 a",
                             "01-31-26 12:00PM five a",
                             "01-31-26 12:00PM , a",
                             "01-31-26 12:00PM <DIR>",
                             "d [RW] supervisor",
                             "<html>",
                             "\x01\x02\x03",
                             "-rw-r--r-- 1 owner group 99999999999999999999999 Jan 31 12:00 a"}) {
        CAPTURE(line);
        CHECK_FALSE(parse_list_line(line, now));
    }
}

}  // namespace prevision::sources
