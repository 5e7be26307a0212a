// Files that are uploaded: as datasets, and through exporters.
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "cli/in_process_platform.hpp"
#include "core/file.hpp"
#include "support/program.hpp"

using namespace prevision;
using Prevision = testing::EmbeddedPrevision;

namespace {

std::string write(const Prevision& prevision, const std::string& name, const std::string& text) {
    const auto file = prevision.file(name);
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
}

}  // namespace

TEST_CASE("dataset create --file uploads a file, byte for byte") {
    const Prevision prevision;
    std::string text = "id;name\r\n";
    for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + ";\"a, \xc3\xa9\"\r\n";
    const auto file = write(prevision, "le\"ads.csv", text);
    CHECK(prevision.ok({"dataset", "create", "leads", "--file", file, "--separator", ";", "-o", "csv",
                        "--columns", "name,state,rows,bytes,separator"}) ==
          "name,state,rows,bytes,separator\r\nleads,done,100000," + std::to_string(text.size()) + ",;\r\n");
    prevision.ok({"dataset", "download", "leads", "--to", prevision.file("back").string()});
    CHECK(read_file(prevision.file("back"), text.size() + 1) == text);
    prevision.ok({"dataset", "verify", "leads"});
    CHECK(prevision.ok({"dataset", "head", "leads", "-n", "1", "-o", "csv"}) == "id,name\r\n0,\"a, é\"\r\n");
}

TEST_CASE("an uploaded file follows the rules of names") {
    const Prevision prevision;
    const auto file = write(prevision, "a.csv", "i\n1\n");
    prevision.ok({"dataset", "create", "a", "--file", file});
    CHECK(prevision({"dataset", "create", "a", "--file", file}).exit_code == 6);
    const auto first = prevision.ok({"dataset", "show", "a", "-q"});
    CHECK(prevision.ok({"dataset", "create", "a", "--file", file, "--if-exists", "skip", "-q"}) == first);
    CHECK(prevision.ok({"dataset", "create", "a", "--file", file, "--if-exists", "duplicate", "-q"}) !=
          first);
    CHECK(prevision.ok({"dataset", "create", "--file", file, "--columns", "name", "-o", "csv"})
              .starts_with("name\r\na-2"));
}

TEST_CASE("a pipe can be uploaded") {
    const Prevision prevision;
    const auto fifo = prevision.file("fifo").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    std::thread writer([&] { std::ofstream(fifo) << "i\n1\n2\n"; });
    CHECK(prevision.ok({"dataset", "create", "piped", "--file", fifo, "-o", "csv", "--columns", "rows"}) ==
          "rows\r\n2\r\n");
    writer.join();
}

TEST_CASE("stdin can be uploaded") {
    const testing::Prevision prevision;
    CHECK(prevision.ok({"dataset", "create", "piped", "--file", "-", "-o", "csv", "--columns", "rows"},
                       "i\n1\n2\n3\n") == "rows\r\n3\r\n");
    CHECK(prevision({"dataset", "create", "--file", "-"}, "i\n").exit_code == 2);
}

TEST_CASE("an uploaded file is judged as that of a datasource, and its options win") {
    const Prevision prevision;
    const auto head = [&](const std::string& text, std::vector<std::string> options) {
        const auto file = write(prevision, "a.csv", text);
        options.insert(options.begin(), {"dataset", "create", "a", "--file", file, "-q"});
        prevision.ok(options);
        const auto rows = prevision.ok({"dataset", "head", "a", "-o", "csv"});
        prevision.ok({"dataset", "delete", "a", "--yes"});
        return rows;
    };
    CHECK(head("1,x\n2,y\n", {}) == "column_1,column_2\r\n1,x\r\n2,y\r\n");
    CHECK(head("1,x\n2,y\n", {"--header", "yes"}) == "1,x\r\n2,y\r\n");
    CHECK(head("a,b\n1,x\n", {"--header", "no"}) == "column_1,column_2\r\na,b\r\n1,x\r\n");
    CHECK(head("of,May\nid,name\n1,x\n", {"--skip", "1"}) == "id,name\r\n1,x\r\n");
    CHECK(head("id,name\n%2,y\n1,x\n", {"--comment", "%"}) == "id,name\r\n1,x\r\n");
    CHECK(head("id,name\n1,'x'\n2,\"y\"\n", {"--quote", "'"}) == "id,name\r\n1,x\r\n2,\"\"\"y\"\"\"\r\n");
    CHECK(head("id,path\n1,x\\N\n2,\\N\n", {"--escape", "none"}) == "id,path\r\n1,x\\N\r\n2,\\N\r\n");
    const auto file = write(prevision, "b.csv", "id\n1\n");
    CHECK(prevision({"dataset", "create", "b", "--file", file, "--skip", "x"}).exit_code == 2);
}

TEST_CASE("what is uploaded and is no table is refused with what it is") {
    const Prevision prevision;
    const auto refused = [&](const std::string& text, const std::string& what) {
        const auto result = prevision({"dataset", "create", "a", "--file", write(prevision, "a.csv", text)});
        CAPTURE(text);
        CHECK(result.exit_code != 0);
        CHECK_THAT(result.err, Catch::Contains(what));
    };
    refused("<!DOCTYPE html><html><head><title>Sign in</title></head></html>\n",
            "an HTML page, titled 'Sign in'");
    refused("<?xml version=\"1.0\"?>\n<Error><Message>Gone</Message></Error>\n",
            "an XML document, of <Error>: Gone");
    refused("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 12\n", "a Git LFS pointer");
    refused("{\n  \"error\": \"no such file\"\n}\n", "it is a JSON document");
    testing::shell("cd " + prevision.file("").string() +
                   " && python3 -c \"import zipfile; z=zipfile.ZipFile('book.zip','w'); "
                   "[z.writestr(n,'<x/>') for n in ('[Content_Types].xml','xl/workbook.xml')]; z.close()\"");
    const auto book = prevision({"dataset", "create", "a", "--file", prevision.file("book.zip").string()});
    CHECK_THAT(book.err, Catch::Contains("an Excel workbook"));
}

TEST_CASE("what is uploaded is named exactly once") {
    const Prevision prevision;
    const auto file = write(prevision, "a.csv", "i\n1\n");
    CHECK(prevision({"dataset", "create", "a"}).exit_code == 2);
    CHECK(prevision({"dataset", "create", "a", "--file", file, "--datasource", "d"}).exit_code == 2);
    CHECK(prevision({"dataset", "create", "a", "--datasource", "d", "--separator", ";"}).exit_code == 2);
    CHECK(prevision({"dataset", "create", "a", "--file", ""}).exit_code == 2);
    CHECK(prevision({"dataset", "create", "a", "--file", prevision.file("nowhere").string()}).exit_code == 3);
}

TEST_CASE("exporter run --file writes a file's rows, and exports lists the runs with their logs") {
    const Prevision prevision;
    const auto database = prevision.file("a.db").string();
    testing::shell("sqlite3 " + database + " 'CREATE TABLE t (i INTEGER, n TEXT)'");
    prevision.ok({"connector", "create", "shop", "--host", "sqlite://" + database});
    prevision.ok({"exporter", "create", "out", "--connector", "shop", "--table", "t"});
    const auto file = write(prevision, "rows.csv", "i;n\n1;x\n2;y\n");
    CHECK(prevision.ok({"exporter", "run", "out", "--file", file, "--separator", ";", "-o", "csv",
                        "--columns", "status,rows"}) == "status,rows\r\ndone,2\r\n");
    CHECK(testing::shell("sqlite3 " + database + " 'SELECT * FROM t'") == "1|x\n2|y\n");
    // The table has no such column.
    CHECK(
        prevision({"exporter", "run", "out", "--file", write(prevision, "other.csv", "z\n1\n")}).exit_code ==
        7);
    const auto runs =
        prevision.ok({"exporter", "exports", "out", "-o", "csv", "--columns", "status,rows,logs"});
    CHECK(runs.starts_with("status,rows,logs\r\ndone,2,2 rows written\r\nfailed,,"));
    CHECK(prevision({"exporter", "run", "out"}).exit_code == 2);
}
