#include "cli/file_system_suite.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/text.hpp"
#include "model/json.hpp"
#include "support/command.hpp"

namespace prevision::testing {

namespace {

std::string packed(const std::vector<std::string>& command, const std::string& bytes) {
    return run_command(command, bytes).output;
}

std::string sha256_of(const std::filesystem::path& file) {
    return shell("sha256sum '" + file.string() + "'").substr(0, 64);
}

/// A file, and what is to be told of it.
struct Form {
    std::string name;
    std::string bytes;
    std::string type;
    std::string compression;
    std::string separator;
    std::string rows;
    std::string schema;
};

const std::string csv = "id,name\n1,one\n2,\"two, \xC3\xA9\"\n";
const std::string csv_head = "id,name\r\n1,one\r\n2,\"two, \xC3\xA9\"\r\n";
const std::string schema = "id integer not null, name text not null";

std::vector<Form> forms() {
    return {
        {"sales.csv", csv, "csv", "", ",", "2", schema},
        {"sales.tsv", "id\tname\n1\tone\n2\ttwo, \xC3\xA9\n", "tsv", "", "\t", "2", schema},
        {"semicolons", "id;name\r\n1;one\r\n2;two, \xC3\xA9\r\n", "csv", "", ";", "2", schema},
        {"latin.csv", "id;name\n1;one\n2;two, \xE9\n", "csv", "", ";", "2", schema},
        {"sales.jsonl", "{\"id\":1,\"name\":\"one\"}\n{\"id\":2,\"name\":\"two, \xC3\xA9\"}\n", "jsonl", "",
         "", "2", schema},
        {"sales.csv.gz", packed({"gzip", "-c"}, csv), "csv", "gzip", ",", "2", schema},
        {"sales.csv.zst", packed({"zstd", "-c"}, csv), "csv", "zstd", ",", "2", schema},
        {"sales.zip", packed({"zip", "-q", "-", "-"}, csv), "csv", "zip", ",", "2", schema},
    };
}

void check_form(const LinkedFiles& files, const FileSystem& system, const Form& form) {
    CAPTURE(form.name);
    const auto path = "forms/" + form.name;
    system.put(path, form.bytes);
    files.link(path);
    CHECK(files({"datasource", "test", path}).exit_code == 0);
    CHECK(files.ok({"datasource", "preview", path, "-o", "csv"}) == csv_head);
    CHECK(files.ok({"datasource", "preview", path, "-n", "1", "-o", "csv"}) == "id,name\r\n1,one\r\n");
    CHECK(files.ok({"datasource", "schema", path, "-o", "csv", "--no-header", "--columns", "name,type"}) ==
          "id,integer\r\nname,text\r\n");
    CHECK((files.ok({"datasource", "cat", path}) == form.bytes));
    const auto id = files.take(path);
    CHECK(files.field("dataset", id, "file_type") == form.type);
    CHECK(files.field("dataset", id, "compression") == form.compression);
    CHECK(files.field("dataset", id, "separator") == form.separator);
    CHECK(files.field("dataset", id, "rows") == form.rows);
    CHECK(files.field("dataset", id, "bytes") == fmt::format("{}", form.bytes.size()));
    // What was judged rather than known is noted.
    CHECK(files.field("dataset", id, "note").empty() == (form.name != "latin.csv"));
    CHECK(files.field("dataset", id, "sha256") == system.sha256(path));
    CHECK_THAT(files.ok({"dataset", "show", id}), Catch::Contains(form.schema));
    CHECK(files.ok({"dataset", "head", id, "-o", "csv"}) == csv_head);
    CHECK(files.ok({"dataset", "head", id, "-n", "1", "-o", "csv"}) == "id,name\r\n1,one\r\n");
    files.ok({"dataset", "verify", id});
    const auto copy = files.file("copy");
    files.ok({"dataset", "download", id, "--to", copy.string(), "--force"});
    CHECK(sha256_of(copy) == system.sha256(path));
}

}  // namespace

LinkedFiles::LinkedFiles(FileSystem system) : system_(std::move(system)) {
    std::vector<std::string> arguments{"connector", "create", "files"};
    arguments.insert(arguments.end(), system_.connector.begin(), system_.connector.end());
    arguments.emplace_back("--password-stdin");
    ok(arguments, system_.password);
}

void LinkedFiles::link(const std::string& path, const std::vector<std::string>& options) const {
    std::vector<std::string> arguments{"datasource", "create", path, "--connector", "files"};
    const auto location = system_.location(path);
    arguments.insert(arguments.end(), location.begin(), location.end());
    arguments.insert(arguments.end(), options.begin(), options.end());
    ok(arguments);
}

std::string LinkedFiles::take(const std::string& datasource) const {
    return std::string(trim(ok({"dataset", "create", "--datasource", datasource, "-q"})));
}

std::string LinkedFiles::field(const std::string& noun, const std::string& name,
                               const std::string& field) const {
    const auto object = model::parse_json(ok({noun, "show", name, "-o", "json"}));
    return model::get_text(object, field);
}

void check_files(const FileSystem& system) {
    const LinkedFiles files(system);
    SECTION("a file of every form is a dataset with its rows told, byte for byte") {
        for (const auto& form : forms()) check_form(files, system, form);
    }
    SECTION("what is said of a file holds instead of what would be told") {
        system.put("said.csv", "1;2\n3;4\n");
        files.link("said.csv", {"--separator", "tab", "--header", "yes"});
        CHECK(files.ok({"datasource", "preview", "said.csv", "-o", "csv"}) == "1;2\r\n3;4\r\n");
        files.ok({"datasource", "update", "said.csv", "--separator", ";", "--encoding", "utf-8"});
        const auto id = files.take("said.csv");
        CHECK(files.field("dataset", id, "rows") == "1");
        CHECK(files.ok({"dataset", "head", id, "-o", "csv"}) == "1,2\r\n3,4\r\n");
        files.ok({"datasource", "update", "said.csv", "--separator", "auto", "--header", "auto"});
        CHECK(files.ok({"datasource", "preview", "said.csv", "-o", "csv"}) ==
              "column_1,column_2\r\n1,2\r\n3,4\r\n");
        // What was taken before is as it was.
        CHECK(files.ok({"dataset", "head", id, "-o", "csv"}) == "1,2\r\n3,4\r\n");
        CHECK(files({"datasource", "update", "said.csv", "--separator", "::"}).exit_code == 7);
    }
    SECTION("a file that is no table is kept, and says so") {
        const std::string bytes("PAR1\0\1\2\xFF\n", 9);
        system.put("a b.parquet", bytes);
        files.link("a b.parquet");
        const auto id = files.take("a b.parquet");
        CHECK(files.field("dataset", id, "file_type") == "other");
        CHECK(files.field("dataset", id, "note") == "it is a Parquet file");
        CHECK(files.field("dataset", id, "rows").empty());
        CHECK((files.ok({"dataset", "download", id, "--to", "-"}) == bytes));
        const auto head = files({"dataset", "head", id});
        CHECK(head.exit_code == 7);
        CHECK_THAT(head.err, Catch::Contains("it is a Parquet file"));
        CHECK(files({"datasource", "preview", "a b.parquet"}).exit_code == 7);
    }
    SECTION("an empty file is a dataset of no bytes") {
        system.put("empty", "");
        files.link("empty");
        const auto id = files.take("empty");
        CHECK(files.field("dataset", id, "bytes") == "0");
        CHECK(files.field("dataset", id, "note") == "it is empty");
        CHECK(files.ok({"dataset", "download", id, "--to", "-"}).empty());
    }
}

void check_file_failures(const FileSystem& system) {
    const LinkedFiles files(system);
    system.put("there.csv", csv);
    files.link("there.csv");
    files.link("missing.csv");
    // The stage that a test ends with, and the exit code.
    const auto ends = [&](const std::string& noun, const std::string& name) {
        const auto result = files({noun, "test", name, "-o", "json"});
        CHECK((result.out + result.err).find(system.wrong_password) == std::string::npos);
        const auto told = model::parse_json(result.out);
        const auto& last = told["stages"][told["stages"].Size() - 1];
        CHECK(last["ok"].GetBool() == (result.exit_code == 0));
        CHECK(last["ms"].GetDouble() >= 0);
        return fmt::format("{} {} of {}", model::get_text(last, "stage"), result.exit_code,
                           told["stages"].Size());
    };
    CHECK(ends("connector", "files") == "list 0 of 5");
    CHECK(ends("datasource", "there.csv") == "read 0 of 6");
    CHECK(ends("datasource", "missing.csv") == "read 3 of 6");
    for (const auto* verb : {"preview", "cat"}) {
        CAPTURE(verb);
        CHECK(files({"datasource", verb, "missing.csv"}).exit_code == 3);
    }
    const auto failed = files({"dataset", "create", "lost", "--datasource", "missing.csv"});
    CHECK(failed.exit_code == 3);
    CHECK_THAT(failed.err, Catch::Contains("missing.csv"));
    CHECK(files.ok({"dataset", "list", "--columns", "state", "-o", "csv", "--no-header"}) == "failed\r\n");
    CHECK(files({"dataset", "head", "lost"}).exit_code == 6);
    files.ok({"connector", "update", "files", "--password-stdin"}, system.wrong_password);
    CHECK(ends("connector", "files") == "auth 4 of 4");
    CHECK(files({"datasource", "cat", "there.csv"}).exit_code == 4);
    files.ok({"connector", "create", "closed", "--type", system.connector.at(1), "--host", "http://127.0.0.1",
              "--port", "1", "--username", "x", "--password-stdin"},
             "x");
    CHECK(ends("connector", "closed") == "connect 5 of 2");
    const auto all = files({"connector", "test", "--all", "-j", "8", "-o", "csv"});
    CHECK(all.exit_code == 8);
    CHECK(std::ranges::count(all.out, '\n') == 3);
    files.ok({"connector", "update", "closed", "--host", "http://no-such-host.invalid", "--password-stdin"},
             "x");
    CHECK(ends("connector", "closed") == "resolve 5 of 1");
}

void check_browsing(const FileSystem& system) {
    const LinkedFiles files(system);
    system.put("tree/a.csv", csv);
    system.put("tree/deep/b c.csv", csv + csv);
    system.put("tree/deep/er/\xC3\xA9.csv", "");
    const auto browse = [&](const std::string& folder, const std::vector<std::string>& options = {}) {
        std::vector<std::string> arguments{
            "connector", "browse",      "files",     system.folder(folder), "-o",
            "csv",       "--no-header", "--columns", "path,kind,size",      "--sort",
            "path"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        return files.ok(arguments);
    };
    CHECK(browse("tree") ==
          fmt::format("a.csv,file,{}\r\ndeep{},folder,\r\n", csv.size(), system.folder_end));
    CHECK(browse("tree/deep") ==
          fmt::format("b c.csv,file,{}\r\ner{},folder,\r\n", 2 * csv.size(), system.folder_end));
    const auto all = browse("tree", {"--recursive", "--filter", "kind=file"});
    CHECK(all == fmt::format("a.csv,file,{}\r\ndeep/b c.csv,file,{}\r\ndeep/er/\xC3\xA9.csv,file,0\r\n",
                             csv.size(), 2 * csv.size()));
    // TAB finds the way, folder by folder.
    const auto names = [&](const std::string& typed) {
        std::vector<std::string> words{"complete", "names",       "datasource", "create",
                                       "x",        "--connector", "files"};
        const auto location = system.location(typed);
        words.insert(words.end(), location.begin(), location.end());
        return files.ok(words);
    };
    const auto top = system.location("tree").back();
    CHECK(names("tree/") == fmt::format("{0}/a.csv\t{1} bytes\n{0}/deep/\tfolder\n", top, csv.size()));
    CHECK(names("tree/deep/b") ==
          fmt::format("{0}/deep/b c.csv\t{1} bytes\n{0}/deep/er/\tfolder\n", top, 2 * csv.size()));
    const auto times = files.ok({"connector", "browse", "files", system.folder("tree"), "--filter",
                                 "kind=file", "-o", "csv", "--no-header", "--columns", "modified"});
    CHECK_THAT(times, Catch::StartsWith("20") && Catch::EndsWith("Z\r\n"));
}

void check_schema_of_beginning(const FileSystem& system) {
    const LinkedFiles files(system);
    std::string bytes = "id;city;amount\n";
    for (int i = 1; i <= 60'000; ++i) bytes += fmt::format("{};Lyon;{:.1f}5\n", i, i * 1.25);
    system.put("long.csv", bytes);
    files.link("long.csv");
    // The part that is read for it ends somewhere within a row.
    CHECK(files.ok({"datasource", "schema", "long.csv", "-o", "csv"}) ==
          "name,type,nullable\r\nid,integer,no\r\ncity,text,no\r\namount,decimal,no\r\n");
    CHECK(files.ok({"datasource", "preview", "long.csv", "-n", "1", "-o", "csv"}) ==
          "id,city,amount\r\n1,Lyon,1.25\r\n");
}

void check_cuts(const FileSystem& system) {
    const LinkedFiles files(system);
    std::string bytes;
    while (bytes.size() < 6'000'000) bytes += fmt::format("{},row {}\n", bytes.size(), bytes.size() * 31);
    system.put("large.csv", bytes);
    files.link("large.csv");
    const auto go_by = [&](const CuttingProxy& proxy) {
        std::vector<std::string> arguments{"connector", "update", "files"};
        const auto change = system.at_port(proxy.port());
        arguments.insert(arguments.end(), change.begin(), change.end());
        arguments.emplace_back("--password-stdin");
        files.ok(arguments, system.password);
    };
    std::mt19937 numbers(Catch::rngSeed());
    SECTION("a dataset whose connections are cut at random bytes is whole, and hashed as the file is") {
        std::vector<std::uint64_t> cuts{400'000};
        for (int cut = 0; cut < 5; ++cut) cuts.push_back(numbers() % 900'000);
        CAPTURE(cuts);
        const CuttingProxy proxy(system.port, system.proxy, cuts);
        go_by(proxy);
        const auto id = files.take("large.csv");
        CHECK(files.field("dataset", id, "sha256") == system.sha256("large.csv"));
        // S3 asks over several connections, some of which fetch less than that.
        CHECK(proxy.cuts() >= 3);
        CHECK((files.ok({"dataset", "download", id, "--to", "-"}) == bytes));
    }
    SECTION("of a file that is replaced meanwhile there is no half dataset") {
        const CuttingProxy proxy(system.port, system.proxy, {100'000 + numbers() % 100'000},
                                 [&] { system.put("large.csv", bytes.substr(0, bytes.size() - 1000)); });
        go_by(proxy);
        const auto result = files({"dataset", "create", "half", "--datasource", "large.csv"});
        CAPTURE(result.err);
        CHECK(proxy.cuts() == 1);
        CHECK(result.exit_code == 9);
        CHECK(files.field("dataset", "half", "copy_state") == "failed");
        CHECK(files({"dataset", "download", "half", "--to", "-"}).exit_code == 6);
        // The lock and the file of a dataset are named after it.
        const auto kept = shell("ls '" + (files.home() / "datasets").string() + "'");
        CHECK(kept.empty());
        CHECK(files({"datasource", "cat", "large.csv"}).exit_code == 0);
    }
}

}  // namespace prevision::testing
