// Lists of any length, in bounded memory; what reads them may end early.
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/http_server.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::HttpAnswer;
using testing::HttpRequest;
using testing::HttpServer;
using testing::Prevision;
using testing::shell;

namespace {

constexpr int objects = 200'000;
// What the program takes for a short list is about 20 MiB; an id that was shown takes about 80 bytes more.
#ifdef __SANITIZE_ADDRESS__
constexpr int held_back = 512 * 1024;  // of what is freed, by the address sanitizer
#else
constexpr int held_back = 0;
#endif
constexpr int most_kibibytes = 48 * 1024 + held_back;

struct Run {
    int lines = 0;
    int peak = 0;  ///< kibibytes
};

// Not measured from here: a process begins with the peak of the one that starts it.
constexpr auto measure =
    "import resource, subprocess, sys\n"
    "subprocess.run(sys.argv[1:], check=True)\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n";

/// Runs a command line whose stdout goes through `wc -l`.
Run run(const Prevision& prevision, const std::string& environment, const std::string& arguments) {
    const auto peak = prevision.file("peak").string();
    const auto command =
        fmt::format("PREVISION_HOME={} {} python3 -c '{}' {} {} 2>{} | wc -l", prevision.home().string(),
                    environment, measure, Prevision::program(), arguments, peak);
    Run result;
    result.lines = std::stoi(shell(command));
    result.peak = std::stoi(shell("cat " + peak));
    return result;
}

/// A page of a thousand connectors.
std::string page(int number) {
    constexpr int size = 1000;
    std::string items;
    for (int i = (number - 1) * size; i < number * size; ++i) {
        items +=
            fmt::format(R"({}{{"_id":"{:024x}","name":"connector {}","type":"SQL","host":"db.example.com"}})",
                        items.empty() ? "" : ",", i, i);
    }
    return fmt::format(
        R"({{"items":[{}],"metaData":{{"totalItems":{},"rowsPerPage":{},"page":{},"nextPage":{}}}}})", items,
        objects, size, number, number * size < objects);
}

void fill(const Prevision& prevision) {
    prevision.ok({"project", "list"});
    shell("sqlite3 " + (prevision.home() / "prevision.db").string() +
          " \"INSERT INTO connectors(id, project_id, type, name, host, username, options, created_at) WITH "
          "RECURSIVE "
          "c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 200000) SELECT printf('%024x', i), (SELECT "
          "id FROM "
          "projects), 'SQL', 'connector ' || i, 'mysql://db', '', '{}', '2026-01-01T00:00:00Z' FROM c\"");
}

void check_formats(const Prevision& prevision, const std::string& environment) {
    for (const std::string format : {"jsonl", "csv", "tsv", "id"}) {
        const auto result = run(prevision, environment, "connector list --no-header -o " + format);
        INFO(format << ": " << result.peak << " KiB");
        CHECK(result.lines == objects);
        CHECK(result.peak < most_kibibytes);
    }
}

}  // namespace

TEST_CASE("two hundred thousand objects of the embedded platform are listed in bounded memory") {
    const Prevision prevision;
    fill(prevision);
    check_formats(prevision, "");
    const auto result =
        run(prevision, "", "connector list -o csv --no-header --filter 'name=*99' --columns name");
    CHECK(result.lines == objects / 100);
    CHECK(result.peak < most_kibibytes);
    // `head` has enough after one line, and nothing is said about that.
    CHECK(shell(fmt::format(
              "bash -c 'set -o pipefail; PREVISION_HOME={} {} connector list -q 2>&1 | head -n 1'",
              prevision.home().string(), Prevision::program())) == "000000000000000000000001\n");
}

TEST_CASE("two hundred thousand objects of a platform across the network are listed in bounded memory") {
    const HttpServer server([](const HttpRequest& request) -> HttpAnswer {
        return {.body = page(std::stoi(request.target.substr(request.target.find("page=") + 5)))};
    });
    const Prevision prevision;
    check_formats(prevision, "PREVISION_URL=" + server.url() +
                                 " PREVISION_MASTER_TOKEN=t PREVISION_PROJECT=00000000000000000000000a");
}
