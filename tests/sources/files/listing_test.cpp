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
            {"-rw-r--r-- 1 u g 6 2024-01-02 10:11:12.123456789 +0100 b.csv",
             file("b.csv", 6, "2024-01-02T09:11:12Z")},
            {"-rw-r--r-- 1 u g 6 2024-01-02 10:11 -0500 c.csv", file("c.csv", 6, "2024-01-02T15:11:00Z")},
            {"-rw-r--r-- 1 u g 6 2024-01-01 00:11:12 +05:30 d", file("d", 6, "2023-12-31T18:41:12Z")},
            {"-rw-r--r-- 1 u g 6 2024-01-02 10:11 +0100", file("+0100", 6, "2024-01-02T10:11:00Z")},
            {"-rw-r--r-- 1 u g 6 2024-01-02T10:11:12Z d.csv", file("d.csv", 6, "2024-01-02T10:11:12Z")},
            {"-rw-r--r-- 1 u g 6 2024-01-02T10:11:12+02:00 d", file("d", 6, "2024-01-02T08:11:12Z")},
            {"-rw-r--r-- 1 u g 8 2024/01/02 10:11 s.csv", file("s.csv", 8, "2024-01-02T10:11:00Z")},
            {"drwxr-xr-x 1 u g 6 2024-01-02 dd", entry("dd", "folder", "2024-01-02T00:00:00Z")},
            {"-rw-r--r-- 1 u g 6 Jan 31 12:00:07 2025 a b", file("a b", 6, "2025-01-31T12:00:07Z")},
            {"02.01.2024 15:04 77 dot.csv", file("dot.csv", 77, "2024-01-02T15:04:00Z")},
            {"2024/01/02  15:04       <DIR>          data", entry("data", "folder", "2024-01-02T15:04:00Z")},
            {"total 0", entry("", "", "")},
            {"total 12K", entry("", "", "")},
        },
        [](std::string_view line) { return parse_list_line(line, now); });
}

TEST_CASE("LIST lines with a size or a time that cannot be are taken without it") {
    check(
        {
            {"-rw-r--r-- 1 u g 99999999999999999999999 Jan 31 12:00 a",
             entry("a", "file", "2026-01-31T12:00:00Z")},
            {"-rw-r--r-- 1 u g -1 Jan 1 2024 neg.csv", entry("neg.csv", "file", "2024-01-01T00:00:00Z")},
            {"-rw-r--r-- 1 u g 1.5K Jan 1 2024 large", entry("large", "file", "2024-01-01T00:00:00Z")},
            {"d--------- 1 u g ? Jan 1 2024 q", entry("q", "folder", "2024-01-01T00:00:00Z")},
            {"-rw-r--r-- 1 owner group 12 Jan 32 12:00 a", file("a", 12, "")},
            {"-rw-r--r-- 1 owner group 12 Jan 31 25:00 a", file("a", 12, "")},
            {"-rw-r--r-- 1 owner group 12 Feb 30 2024 a", file("a", 12, "")},
            {"-rw-r--r-- 1 owner group 12 2024-02-30 10:00 a b", file("a b", 12, "")},
            {"-rw-r--r-- 1 owner group 12 2024-13-01 a", file("a", 12, "")},
            {"-rw-r--r-- 1 owner group 12 Foo 31 12:00 a", file("a", 12, "")},
            {"-rw-r--r-- 1 u 5 2048 Mär 01 12:00 a.csv", file("a.csv", 2048, "")},
            {"-rw-r--r-- 1 u g 5 1. Jan 10:00 b.csv", file("b.csv", 5, "")},
            {"-rw-r--r-- 1 u g 5 1月 1日 10:00 c.csv", file("c.csv", 5, "")},
            {"-rw-r--r-- 1 u g 5 févr. 2 2024 e.csv", file("e.csv", 5, "")},
            {"13-31-26 12:00PM 5 a", file("a", 5, "")},
            {"01-31-26 13:00PM 5 a", file("a", 5, "")},
            {"31.02.2024 12:00 5 a", file("a", 5, "")},
            {"01-31-26 12:00PM -1 a", entry("a", "file", "2026-01-31T12:00:00Z")},
            {"01-31-26 12:00PM 99999999999999999999999 a", entry("a", "file", "2026-01-31T12:00:00Z")},
        },
        [](std::string_view line) { return parse_list_line(line, now); });
}

TEST_CASE("the name of an entry is what is in its folder") {
    struct Case {
        std::string name;
        std::string folder;
        std::optional<std::string> expected;
    };
    const std::vector<Case> cases{
        {"a", "/x", "a"},
        {"a/", "/x", "a"},
        {"./a", "/x", "a"},
        {"/x/a", "/x", "a"},
        {"/x/a", "/x/", "a"},
        {"/x/a/", "//x", "a"},
        {"/a", "/", "a"},
        {"x/a", "./x", "a"},
        {".", "/x", "."},
        {"./..", "/x", ".."},
        {"/a", "/x", std::nullopt},
        {"x/a", "/x", std::nullopt},
        {"/a", "./", std::nullopt},
        {"../a", "/x", std::nullopt},
        {"/x/y/a", "/x", std::nullopt},
    };
    for (const auto& [name, folder, expected] : cases) {
        CAPTURE(name, folder);
        CHECK(name_in_folder(name, folder) == expected);
    }
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
                             "-rw-r--r-- 1 owner group Jan 31 12:00 a",
                             "xrw-r--r-- 1 owner group 12 Jan 31 12:00 a",
                             "-qw-r--r-- 1 owner group 12 Jan 31 12:00 a",
                             "01-31-26 12:00PM",
                             "01-31-26 12:00PM five a",
                             "01-31-26 12:00PM , a",
                             "01-31-26 12:00PM <DIR>",
                             "d [RW] supervisor",
                             "<html>",
                             "\x01\x02\x03",
                             "-rw-r--r-- 1 owner group 12 2024-01-02 10:11",
                             "-rw-r--r-- 1 owner group 12 1 31 12:00 a",
                             "-rw-r--r-- 1 owner group many Jan 31 12:00 a",
                             "02.01.2024 77 a",
                             "02.01.2024 15:04 77"}) {
        CAPTURE(line);
        CHECK_FALSE(parse_list_line(line, now));
    }
}

}  // namespace prevision::sources
