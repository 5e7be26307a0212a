#include <catch2/catch.hpp>

#include "core/text.hpp"
#include "server/served.hpp"

using namespace prevision;
using testing::CurlAnswer;
using testing::Served;
using testing::shell;

namespace {

CurlAnswer upload(const Served& served, const std::vector<std::string>& parts) {
    std::vector<std::string> arguments{"-H", "Authorization: " + served.admin()};
    for (const auto& part : parts) arguments.insert(arguments.end(), {"-F", part});
    return served.curl("/ext/v1/projects/" + served.project() + "/datasets/file", arguments);
}

std::string make_file(const Served& served, const std::string& name, const std::string& printf_text) {
    const auto path = served.file(name).string();
    shell("printf '" + printf_text + "' > " + path);
    return path;
}

/// Python's zip library is another than ours.
void make_zip(const std::string& path, const std::string& entries) {
    shell("python3 -c \"import zipfile; z=zipfile.ZipFile('" + path +
          "','w',zipfile.ZIP_DEFLATED); [z.writestr(n,d) for n,d in " + entries + "]; z.close()\"");
}

}  // namespace

TEST_CASE("a csv file becomes a dataset, byte for byte") {
    const Served served;
    const auto path = make_file(served, "a.csv", "x;y\\n1;\"a;b\"\\n2;\\n");
    const auto answer = upload(served, {"name=Prices, \xC3\xA9", "file=@" + path, "origin=pipeline_output"});
    REQUIRE(answer.status == 200);
    CHECK(answer.text("name") == "Prices, \xC3\xA9");
    CHECK(answer.text("copy_state") == "done");
    CHECK(answer.text("separator") == ";");
    CHECK(answer.text("file_type") == "csv");
    CHECK(answer.text("rows") == "2");
    CHECK(shell("sha256sum < " + path).starts_with(answer.text("sha256")));
    const auto csv = served.get("/datasets/" + answer.id() + "/download?extension=csv");
    CHECK(csv.body == "x;y\n1;\"a;b\"\n2;\n");
    const auto sample = served.get("/datasets/" + answer.id() + "/sample").body;
    CHECK(sample.find(R"("columns":[{"name":"x","type":"integer","nullable":false},)"
                      R"({"name":"y","type":"text","nullable":true}])") != std::string::npos);
    CHECK(sample.find(R"([["1","a;b"],["2",null]])") != std::string::npos);
}

TEST_CASE("a zip with one csv file becomes a dataset") {
    const Served served;
    const auto path = served.file("a.zip").string();
    make_zip(path, "[('folder/a.csv','x,y\\n1,2\\n')]");
    const auto answer = upload(served, {"name=n", "file=@" + path});
    REQUIRE(answer.status == 200);
    CHECK(served.get("/datasets/" + answer.id() + "/download?extension=csv").body == "x,y\n1,2\n");
}

TEST_CASE("the first row of an upload has the names, unless its form says otherwise") {
    const Served served;
    const auto file = make_file(served, "numbers.csv", "1,2\\n3,4\\n");
    const auto rows = [&](const std::vector<std::string>& fields) {
        std::vector<std::string> parts{"name=n", "file=@" + file};
        parts.insert(parts.end(), fields.begin(), fields.end());
        const auto answer = upload(served, parts);
        CAPTURE(answer.body);
        CHECK(answer.status == 200);
        return answer.text("rows");
    };
    CHECK(rows({}) == "1");
    CHECK(rows({"header=true"}) == "1");
    CHECK(rows({"header=false"}) == "2");
    CHECK(rows({"header=auto"}) == "2");
    CHECK(rows({"header=auto", "skip=1"}) == "1");
    CHECK(upload(served, {"name=n", "file=@" + file, "header=perhaps"}).status == 400);
    CHECK(upload(served, {"name=n", "file=@" + file, "skip=-1"}).status == 400);
}

TEST_CASE("what is no table is refused, says why, and leaves nothing") {
    const Served served;
    const auto good = make_file(served, "good.csv", "x,y\\n1,2\\n");
    const auto refused = [&](const std::vector<std::string>& parts, const std::string& why) {
        const auto answer = upload(served, parts);
        CAPTURE(answer.body);
        CHECK(answer.status == 400);
        CHECK(answer.text("message").find(why) != std::string::npos);
    };
    refused({"name=n"}, "file");
    refused({"file=@" + good}, "name");
    refused({"name=", "file=@" + good}, "name");
    refused({"name=n", "file=@" + good, "file=@" + good}, "two files");
    refused({"name=n", "file=@" + good, "separator=::"}, "separator");
    refused({"name=n", "file=@" + good, "decimal=x"}, "decimal");
    refused({"name=n", "file=@" + make_file(served, "empty.csv", "")}, "empty");
    refused({"name=n", "file=@" + make_file(served, "ragged.csv", "x,y\\n1,2,3\\n")},
            "more or fewer values than columns, first row 1");
    refused({"name=n", "file=@" + make_file(served, "open.csv", "x,y\\n1,\"2\\n")}, "quote");
    refused({"name=n", "file=@" + make_file(served, "noise.csv", "x\\n\\000\\002\\003\\004\\005\\n")},
            "binary");
    refused({"name=n", "file=@" + make_file(served, "page.csv", "<html><body>x,y</body></html>\\n")},
            "it is an HTML page");
    const auto zip = served.file("bad.zip").string();
    make_zip(zip, "[('a.csv','x\\n1\\n'),('b.csv','x\\n1\\n')]");
    refused({"name=n", "file=@" + zip}, "more than one file");
    make_zip(zip, "[('a.exe','x\\n1\\n')]");
    refused({"name=n", "file=@" + zip}, "not a csv");
    make_zip(zip, "[]");
    refused({"name=n", "file=@" + zip}, "invalid zip");
    make_zip(zip, "[('a.csv','x\\n'+'1\\n'*100000)]");
    shell("truncate -s 100 " + zip);
    refused({"name=n", "file=@" + zip}, "invalid zip");
    CHECK(served.get("/projects/" + served.project() + "/datasets").json()["items"].Empty());
    CHECK(shell("ls " + (served.home() / "datasets").string()).empty());
}

TEST_CASE("a zip bomb is refused") {
    const Served served;
    const auto zip = served.file("bomb.zip").string();
    // 200 MB of one byte: a thousand times smaller as it is sent.
    shell("python3 -c \"import zipfile; z=zipfile.ZipFile('" + zip +
          "','w',zipfile.ZIP_DEFLATED); z.writestr('a.csv', b'x\\n'+b'1'*200000000); z.close()\"");
    const auto answer = upload(served, {"name=n", "file=@" + zip});
    CHECK(answer.status == 400);
    CHECK(answer.text("message").find("unpacks to far more") != std::string::npos);
}

TEST_CASE("forms that are none are refused") {
    const Served served;
    const auto path = "/ext/v1/projects/" + served.project() + "/datasets/file";
    const auto post = [&](const std::string& type, const std::string& body) {
        return served
            .curl(path, {"-H", "Authorization: " + served.admin(), "-H", "Content-Type: " + type,
                         "--data-binary", body})
            .status;
    };
    CHECK(post("application/json", "{}") == 400);
    CHECK(post("multipart/form-data", "x") == 400);
    CHECK(post("multipart/form-data; boundary=b", "--b") == 400);
    CHECK(post("multipart/form-data; boundary=b", "--b\r\n\r\nx\r\n--b--") == 400);
    CHECK(post("multipart/form-data; boundary=b",
               "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n") == 400);
    CHECK(post("multipart/form-data; boundary=\"b\"",
               "--b\r\nContent-Disposition: form-data; name=name\r\n\r\nn\r\n--b\r\nContent-Disposition: "
               "form-data; name=\"file\"; filename=\"a;b.csv\"\r\nContent-Type: "
               "text/csv\r\n\r\nx\n1\n\r\n--b--\r\n") == 200);
}

TEST_CASE("a download without an extension is a zip that holds one csv file") {
    const Served served;
    const auto datasource = served.make_datasource(served.make_connector());
    const auto id = served
                        .call("POST", "/projects/" + served.project() + "/datasets/data-source",
                              R"({"name":"Pr/ices \u00e9","datasource_id":")" + datasource + R"("})")
                        .id();
    REQUIRE(served.wait_for_dataset(id) == "done");
    for (const auto* query : {"", "?extension=zip"}) {
        const auto path = served.file("out.zip").string();
        const auto answer = served.curl("/ext/v1/datasets/" + id + "/download" + query,
                                        {"-H", "Authorization: " + served.admin(), "-o", path});
        CHECK(answer.status == 200);
        CHECK(answer.head.find("Content-Type: application/zip") != std::string::npos);
        CHECK(shell("python3 -c \"import zipfile; z=zipfile.ZipFile('" + path +
                    "'); print(z.testzip(), ascii(z.namelist()), z.read(z.namelist()[0]))\"") ==
              "None ['Pr_ices \\xe9.csv'] b'id,name,total\\r\\n1,a,1.5\\r\\n2,,2\\r\\n3,\"\",\\r\\n'\n");
    }
    const auto parquet = served.get("/datasets/" + id + "/download?extension=parquet");
    CHECK(parquet.status == 400);
    CHECK(parquet.text("message").find("parquet") != std::string::npos);
}

TEST_CASE("a download whose client does not read ends after the time for a piece, and leaves its worker") {
    const Served served({"--write-timeout", "300ms"});
    const auto path = served.file("large.csv").string();
    shell("seq -f 'row %030.0f' 1 1000000 > " + path);  // more than two sockets hold
    const auto answer = upload(served, {"name=large", "file=@" + path});
    REQUIRE(answer.status == 200);
    const testing::RawClient idle(served.port());
    idle.send("GET /ext/v1/datasets/" + answer.id() +
              "/download?extension=csv HTTP/1.1\r\nHost: x\r\nAuthorization: " + served.admin() + "\r\n\r\n");
    CHECK_FALSE(idle.read_until("\r\n\r\n").empty());
    testing::wait_until(
        [&] { return served.curl("/metrics").body.find("prevision_long_calls 0\n") != std::string::npos; });
    const auto received = idle.read_all().size();
    CHECK(received > 0);
    CHECK(received < std::filesystem::file_size(path));
    CHECK(served.get("/datasets/" + answer.id() + "/download?extension=csv").body.size() ==
          std::filesystem::file_size(path));
}
