#include "snapshot/inspect/file_inspector.hpp"

#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "snapshot/inspect/inspection.hpp"

using namespace prevision;
using namespace std::string_literals;
using snapshot::FormatOverrides;
using testing::described;
using testing::inspect;

namespace {

struct Case {
    std::string name;
    std::string bytes;
    std::string findings;
};

void check(const std::vector<Case>& table) {
    for (const auto& [name, bytes, findings] : table) {
        CAPTURE(name, bytes);
        CHECK(described(inspect(name, bytes)) == findings);
    }
}

}  // namespace

TEST_CASE("a csv's separator, header, types and rows are told") {
    check({
        {"a.csv", "id,name\r\n1,x\r\n2,y\r\n", "csv||,\"h|utf-8|2|id integer, name text|"},
        {"a.csv", "id;name\n1;x\n2;y\n", "csv||;\"h|utf-8|2|id integer, name text|"},
        {"a.csv", "id|name\n1|x\n2|y\n", "csv|||\"h|utf-8|2|id integer, name text|"s},
        {"a.csv", "id\tname\n1\tx\n", "tsv||\t\"h|utf-8|1|id integer, name text|"},
        {"a.tsv", "id\tname\n1\tx,y\n", "tsv||\t\"h|utf-8|1|id integer, name text|"},
        {"a.csv", "x;y\n1,5;2,5\n3,5;4,5\n", "csv||;\"h|utf-8|2|x text, y text|"},
        {"a.csv", "d,t,b,f,r\n2024-01-01,2024-01-01T00:00:00Z,true,1.5,1e9\n",
         "csv||,\"h|utf-8|1|d date, t timestamp, b boolean, f decimal, r real|"},
        {"a.csv", "id,v\n1,\n2,3\n", "csv||,\"h|utf-8|2|id integer, v integer?|"},
        {"a.csv", "id,v\n1,\"\"\n2,x\n", "csv||,\"h|utf-8|2|id integer, v text|"},
        {"a.csv", "id,v\n1,\"\"\n2,3\n", "csv||,\"h|utf-8|2|id integer, v integer?|"},
        {"a.csv", "id,v\n1,2\n\n3,4",
         "csv||,\"h|utf-8|2|id integer, v integer|1 empty lines are not counted"},
        {"a.csv", "v\n1\n\n3\n", "csv||,\"h|utf-8|3|v integer?|"},
        {"a.csv", "v\nhello, world\nfoo\nbar\n",
         "csv||,\"h|utf-8|3|v text|1 of the rows have more or fewer values than columns, first row 1 in line 2"},
        {"a.csv", "v\n", "csv||,\"h|utf-8|0|v text?|"},
        {"a.csv", "a,b", "csv||,\"h|utf-8|0|a text?, b text?|"},
        {"a.csv", "", "csv||,\"h|utf-8|0||"},
        {"a.CSV", "a,b\n1,2\n", "csv||,\"h|utf-8|1|a integer, b integer|"},
        {"dir.tsv/a.csv", "a,b\n1,2\n", "csv||,\"h|utf-8|1|a integer, b integer|"},
    });
}

TEST_CASE("a csv may have no header") {
    check({
        {"a.csv", "1,x\n2,y\n", "csv||,\"-|utf-8|2|column_1 integer, column_2 text|"},
        {"a.csv", "1,2\n", "csv||,\"-|utf-8|1|column_1 integer, column_2 integer|"},
        {"a.csv", "x,y\nx,z\n", "csv||,\"h|utf-8|1|x text, y text|"},
        {"a.csv", "x,x\ny,z\n", "csv||,\"h|utf-8|1|x text, x text|"},
        {"a.csv", "x,,z\na,b,c\n", "csv||,\"-|utf-8|2|column_1 text, column_2 text?, column_3 text|"},
        {"a.csv", ",a,b\n0,x,1\n1,y,2\n", "csv||,\"h|utf-8|2| integer, a text, b integer|"},
        {"a.csv", "country,1990,1991\nx,a,b\n", "csv||,\"h|utf-8|1|country text, 1990 text, 1991 text|"},
        {"a.csv", "2024-01-01,5\n2024-01-02,\n", "csv||,\"-|utf-8|2|column_1 date, column_2 integer?|"},
        {"a.csv", "id,id\n1,2\n", "csv||,\"h|utf-8|1|id integer, id integer|"},
    });
}

TEST_CASE("quotes hold separators and line ends, and stray ones do no harm") {
    check({
        {"a.csv", "a,b\n\"1,2\",\"x\ny\"\n", "csv||,\"h|utf-8|1|a text, b text|"},
        {"a.csv", "a,b\n\"1\",\"2\"\n", "csv||,\"h|utf-8|1|a integer, b integer|"},
        {"a.csv", "a,b\n\"\"\"\",\"x\"\"\"\n1,2\n", "csv||,\"h|utf-8|2|a text, b text|"},
        {"a.csv", "\"a\",\"b \"\"c\"\"\"\r\n1,2\r\n", "csv||,\"h|utf-8|1|a integer, b \"c\" integer|"},
        {"a.csv", "a,b\n5\" pipe,x\n6\",y\n", "csv||,\"h|utf-8|2|a text, b text|"},
        {"a.csv", "a,b\n\"the \"big\" one\",1\n\"a \"x\", b\",2\n",
         "csv||,\"h|utf-8|2|a text, b text|1 of the rows have more or fewer values than columns, first "
         "row 2 in line 3"},
        {"a.csv", "a,b\n1,\"x",
         "csv||,\"h|utf-8|1|a integer, b text|it ends inside of a quoted value, of the row that begins in line 2"},
        {"a.csv", "a,b\n1,\"",
         "csv||,\"h|utf-8|1|a integer, b text?|it ends inside of a quoted value, of the row that begins in line 2"},
        {"a.csv", "'a','b'\n'1,2','3'\n", "csv||,'h|utf-8|1|a text, b integer|"},
        {"a.csv", "a,b\n1,'tis\n2,'twas\n3,it\n4,that\n5,is\n", "csv||,\"h|utf-8|5|a integer, b text|"},
        {"a.csv", "a,b\r\n1,\"x\"\r\n2,\"y\"", "csv||,\"h|utf-8|2|a integer, b text|"},
    });
}

TEST_CASE("lines end with LF, CRLF or CR") {
    check({
        {"a.csv", "a,b\n1,2\n", "csv||,\"h|utf-8|1|a integer, b integer|"},
        {"a.csv", "a,b\r\n1,2\r\n", "csv||,\"h|utf-8|1|a integer, b integer|"},
        {"a.csv", "a,b\r1,2\r3,4\r", "csv||,\"h|utf-8|2|a integer, b integer|"},
        {"a.csv", "a,b\r\"1\n\",2\r", "csv||,\"h|utf-8|1|a text, b integer|"},
        {"a.csv", "a,b\r\n1,2\r\n3,4", "csv||,\"h|utf-8|2|a integer, b integer|"},
        {"a.csv", "a,b\n1,2\r\n3,4\r", "csv||,\"h|utf-8|2|a integer, b integer|"},
        {"a.csv", "a,b\n1,x\ry\n",
         "csv||,\"h|utf-8|1|a integer, b text|1 of the values hold a CR, first in line 2: if rows should end there, make "
         "all line ends the same"},
        {"a.csv", "\r\n\r\na,b\r\n1,2\r\n",
         "csv||,\"h|utf-8|1|a integer, b integer|2 empty lines are not counted"},
    });
}

TEST_CASE("rows with more or fewer values count, and are noted") {
    check({
        {"a.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n",
         "csv||,\"h|utf-8|4|a integer, b integer?|2 of the rows have more or fewer values than columns, "
         "first row 2 in line 3"},
    });
}

TEST_CASE("the encoding is told, and names are in UTF-8 whatever it is") {
    check({
        {"a.csv",
         "\xef\xbb\xbf"
         "a,b\n1,2\n",
         "csv||,\"h|utf-8|1|a integer, b integer|"},
        {"a.csv", "prénom,b\nx,2\n", "csv||,\"h|utf-8|1|prénom text, b integer|"},
        {"a.csv", "pr\xe9nom,b\nx,2\n",
         "csv||,\"h|windows-1252|1|prénom text, b integer|its encoding is perhaps windows-1252, judged by 1 bytes beyond ASCII"},
        {"a.csv", "a,b\n1,\xfe\xff\n",
         "csv||,\"h|windows-1252|1|a integer, b text|its encoding is perhaps windows-1252, judged by 2 bytes beyond ASCII"},
        {"a.csv", "\x80,b\nx,2\n",
         "csv||,\"h|windows-1252|1|€ text, b integer|its encoding is perhaps windows-1252, judged by 1 bytes beyond ASCII"},
        {"a.csv", "é,b\nà,\xff\nü,3\n", "csv||,\"h|utf-8|2|é text, b text|1 bytes are not UTF-8"},
        {"a.csv",
         "\xff\xfe"
         "a\0;\0\xe9\0\n\0"
         "1\0;\0"
         "2\0\n\0"s,
         "csv||;\"h|utf-16le|1|a integer, é integer|"},
        {"a.csv",
         "\xfe\xff\0a\0;\0\xe9\0\n\0"
         "1\0;\0"
         "2\0\n"s,
         "csv||;\"h|utf-16be|1|a integer, é integer|"},
        {"a.csv",
         "a\0;\0b\0\n\0"
         "1\0;\0"
         "2\0\n\0"s,
         "csv||;\"h|utf-16le|1|a integer, b integer|"},
    });
}

TEST_CASE("what the user says goes over what is told") {
    const std::string text = "1;x,y\n2;z,w\n";
    const std::vector<std::pair<FormatOverrides, std::string>> table{
        {{.separator = ','}, "csv||,\"h|utf-8|1|1;x text, y text|"},
        {{.separator = ';'}, "csv||;\"-|utf-8|2|column_1 integer, column_2 text|"},
        {{.separator = ';', .header = true}, "csv||;\"h|utf-8|1|1 integer, x,y text|"},
        {{.separator = ':'}, "csv||:\"h|utf-8|1|1;x,y text|"},
        {{.separator = ',', .header = false}, "csv||,\"-|utf-8|2|column_1 text, column_2 text|"},
    };
    for (const auto& [format, findings] : table) CHECK(described(inspect("a", text, format)) == findings);

    CHECK(described(inspect("a.csv", "a,b\n\"1,2\n", {.quote = '\0', .header = true})) ==
          "csv||,"s + '\0' + "h|utf-8|1|a text, b integer|");
    CHECK(described(inspect("a.csv", "\xe9,b\nx,1\n", {.encoding = "latin1"})) ==
          "csv||,\"h|iso-8859-1|1|é text, b integer|");
    CHECK(described(inspect("a.csv",
                            "a\x01"
                            "b\n1\x01"
                            "2\n",
                            {.separator = '\x01'})) == "csv||\x01\"h|utf-8|1|a integer, b integer|");
}

TEST_CASE("a character that the user gave one meaning is not found with another") {
    for (const char c : {',', '"', '\'', '\\', '#', ';', '\t'}) {
        for (const auto& format :
             std::vector<FormatOverrides>{{.separator = c}, {.quote = c}, {.escape = c}, {.comment = c}}) {
            const auto found = inspect("a.csv", "sep=,\n#x\n\"a\\\"\",'b';c\n1,2;3\n", format);
            CAPTURE(c);
            CHECK_NOTHROW(snapshot::check_file_format({.separator = found.separator,
                                                       .quote = found.quote,
                                                       .escape = found.escape,
                                                       .comment = found.comment}));
        }
    }
}

TEST_CASE("a format that cannot be is refused, and the field named") {
    const std::vector<std::pair<FormatOverrides, std::string>> table{
        {{.separator = '\n'}, "separator"},          {{.separator = '\0'}, "separator"},
        {{.separator = '\xe9'}, "separator"},        {{.quote = '\r'}, "quote"},
        {{.separator = '"', .quote = '"'}, "quote"}, {{.encoding = "ebcdic"}, "encoding"},
    };
    for (const auto& [format, field] : table) {
        try {
            const snapshot::FileInspector inspector("a.csv", format);
            FAIL("no error for " << field);
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::invalid);
            CHECK_THAT(error.what(), Catch::Contains(field));
        }
    }
}

TEST_CASE("a file without a telling name is a csv when it looks like one") {
    check({
        {"data", "a,b\n1,2\n3,4\n", "csv||,\"h|utf-8|2|a integer, b integer|"},
        {"data.txt", "a\tb\n1\t2\n", "tsv||\t\"h|utf-8|1|a integer, b integer|"},
        {"readme.txt", "Hello, world.\nThis is a text.\n",
         "other|||0||it is a text, but no separator cuts its lines into columns"s},
        {"data", "a,b\n", "other|||0||it is a text, but no separator cuts its lines into columns"},
        {"data", "", "other|||0||it is empty"},
        {"data", "{\"a\":1}\n", "jsonl||utf-8|1|a integer|"},
        {"data.json", "{\"a\":1}\n{\"a\":2}", "jsonl||utf-8|2|a integer|"},
        {"data.json", "{\n \"a\": 1\n}\n", "other|||0||it is JSON, but not an object a line"},
        {"data.json", "[1,2]", "other|||0||it is JSON, but not an object a line"},
    });
}

TEST_CASE("a file that is no text is other, and it is said what it is") {
    check({
        {"a.csv", "PAR1\0\0xyz"s, "other|||0||it is a Parquet file"},
        {"a.csv", "SQLite format 3\0..."s, "other|||0||it is an SQLite database"},
        {"a.pdf", "%PDF-1.7\n", "other|||0||it is a PDF document"},
        {"a.csv", "<!DOCTYPE html>\n<html>", "other|||0||it is an HTML page"},
        {"a.csv", "<?xml version=\"1.0\"?>\n<a/>", "other|||0||it is an XML document, of <a>"},
        {"a.csv", "a,b\n\0\2\3\4\5\n"s, "other|||0||it is binary"},
        {"a.csv", std::string(257, '\0') + "ustar", "other|||0||it is a tar archive"},
        {"a.csv", "ORCID,PAR1\n1,2\n", "csv||,\"h|utf-8|1|ORCID integer, PAR1 integer|"},
    });
}

TEST_CASE("a jsonl's columns are the keys of all objects, in order of appearance") {
    check({
        {"a.jsonl", "{\"a\":1,\"b\":\"x\"}\n{\"b\":null,\"c\":true,\"a\":2.5}\n",
         "jsonl||utf-8|2|a decimal, b text?, c boolean?|"},
        {"a.ndjson", "{\"a\":{\"x\":[1]},\"b\":[]}\r\n\r\n{}", "jsonl||utf-8|2|a json?, b json?|"},
        {"a.jsonl", "{\"d\":\"2024-01-01\",\"t\":\"2024-01-01T00:00:00Z\",\"n\":\"12\",\"e\":1e5}\n",
         "jsonl||utf-8|1|d date, t timestamp, n text, e real|"},
        {"a.jsonl", "{\"a\":1}\n{\"a\":\"1\"}\n{\"a\":[]}\n", "jsonl||utf-8|3|a text|"},
        {"a.jsonl", "{\"a\":1,\"a\":2}\n{}\n", "jsonl||utf-8|2|a integer?|"},
        {"a.jsonl", "{\"\\u00e9\\ud83d\\ude00\":1}\n", "jsonl||utf-8|1|é😀 integer|"},
        {"a.jsonl", "{\"a\":123456789012345678901234567890}\n", "jsonl||utf-8|1|a integer|"},
        {"a.jsonl", "", "jsonl||utf-8|0||"},
        {"a.jsonl", "\n \n", "jsonl||utf-8|0||"},
    });
}

TEST_CASE("a jsonl whose first line is no object is other, and a later such line is named and not counted") {
    check({
        {"a.jsonl", "{}\n[]\n", "jsonl||utf-8|1||line 2 is not a JSON object"},
        {"a.jsonl", "{\"a\":1}\n{\"b\":2,\n\n{\"a\":\"x\"}\n1\n",
         "jsonl||utf-8|2|a text|line 2 is not a JSON object: Missing a name for object member.; 2 such lines are not "
         "counted"},
        {"a.jsonl", "1\n", "other|||0||line 1 is not a JSON object"},
        {"a.jsonl", "null\n", "other|||0||line 1 is not a JSON object"},
        {"a.jsonl", "\"x\"\n", "other|||0||line 1 is not a JSON object"},
        {"a.jsonl", "\n\n{} {}\n",
         "other|||0||line 3 is not a JSON object: The document root must not be followed by other values."},
        {"a.jsonl",
         "{\"a\":1}\n{\"a\":", "jsonl||utf-8|1|a integer|line 2 is not a JSON object: Invalid value."},
        {"a.jsonl", "a,b\n1,2\n", "other|||0||line 1 is not a JSON object: Invalid value."},
    });
}
