#include <fstream>
#include <functional>
#include <thread>

#include <catch2/catch.hpp>
#include <signal.h>

#include "model/json.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;
using testing::ProgramResult;

namespace {

struct Row {
    int exit_code;
    std::string error_class;  ///< as JSON names it; empty where nothing failed
    std::function<ProgramResult(const Prevision&)> run;
};

/// Runs a snapshot that would never end, until a signal ends it.
ProgramResult interrupt(const Prevision& prevision, int signal) {
    prevision.ok({"datasource", "create", "endless", "--connector", "good", "--request",
                  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"});
    const auto running = prevision.start(
        {"dataset", "create", "half", "--datasource", "endless", "--progress", "json", "-o", "json"});
    while (running->err().find("\"rows\":") == std::string::npos) std::this_thread::yield();
    running->signal(signal);
    return running->wait();
}

/// A dataset whose file was changed behind the platform's back.
ProgramResult verify_changed(const Prevision& prevision) {
    prevision.ok({"datasource", "create", "t", "--connector", "good", "--table", "t"});
    prevision.ok({"dataset", "create", "d", "--datasource", "t"});
    testing::shell("for file in " + (prevision.home() / "datasets").string() +
                   "/*; do printf X >> $file; done");
    return prevision({"dataset", "verify", "d", "-o", "json"});
}

ProgramResult diff(const Prevision& prevision) {
    std::ofstream(prevision.file("x.yaml")) << "connectors: [{name: new, type: FTP, host: h}]";
    return prevision({"diff", prevision.file("x.yaml").string(), "--exit-code", "-o", "json"});
}

/// An ordinary run.
std::function<ProgramResult(const Prevision&)> run(
    std::vector<std::string> arguments, const std::map<std::string, std::string>& environment = {}) {
    arguments.insert(arguments.end(), {"-o", "json"});
    return [=](const Prevision& prevision) { return prevision(arguments, "", environment); };
}

const std::vector<Row> rows{
    {0, "", run({"dataset", "list"})},
    {1, "internal", run({"connector", "list"}, {{"PREVISION_HOME", "/dev/null/home"}})},
    {2, "usage", run({"connector", "list", "--nope"})},
    {3, "not_found", run({"connector", "show", "nowhere"})},
    {4, "auth", run({"connector", "list"}, {{"PREVISION_URL", "https://platform.invalid"}})},
    {5, "unreachable", run({"connector", "test", "bad"})},
    {6, "conflict", run({"connector", "create", "good", "--host", "mysql://db"})},
    {7, "invalid", run({"connector", "create", "x", "--host", "mysql://db", "--port", "0"})},
    {8, "partial", run({"connector", "test", "--all"})},
    {9, "integrity", verify_changed},
    {10, "differs", diff},
    {130, "interrupted", [](const Prevision& prevision) { return interrupt(prevision, SIGINT); }},
    {143, "terminated", [](const Prevision& prevision) { return interrupt(prevision, SIGTERM); }}};

}  // namespace

TEST_CASE("every exit code that the contract has, each with its class") {
    for (const auto& row : rows) {
        const Prevision prevision;
        const auto database = prevision.file("a.db").string();
        testing::shell("sqlite3 " + database + " 'CREATE TABLE t (i); INSERT INTO t VALUES (1)'");
        prevision.ok({"connector", "create", "good", "--host", "sqlite://" + database});
        prevision.ok({"connector", "create", "bad", "--host", "mysql://127.0.0.1:1"});
        const auto result = row.run(prevision);
        INFO(row.exit_code << ": " << result.err);
        CHECK(result.exit_code == row.exit_code);
        if (row.error_class.empty()) {
            CHECK(result.err.empty());
            continue;
        }
        // The last line: progress stands before it.
        const auto lines = result.err.substr(0, result.err.find_last_not_of('\n') + 1);
        const auto begin = lines.rfind('\n');
        const auto document = model::parse_json(lines.substr(begin == std::string::npos ? 0 : begin + 1));
        const auto* error = model::find_member(document, "error");
        REQUIRE(error != nullptr);
        CHECK(model::get_text(*error, "class") == row.error_class);
        CHECK_FALSE(model::get_text(*error, "message").empty());
        CHECK(model::get_boolean(*error, "retryable") == (row.exit_code == 5));
    }
}
