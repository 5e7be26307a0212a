#include <fstream>
#include <functional>
#include <thread>

#include <catch2/catch.hpp>
#include <signal.h>

#include "cli/in_process_platform.hpp"
#include "model/json.hpp"
#include "support/program.hpp"

using namespace prevision;
using Prevision = testing::EmbeddedPrevision;
using testing::RunResult;

namespace {

struct Row {
    int exit_code;
    std::string error_class;  ///< as JSON names it; empty where nothing failed
    std::function<RunResult(const Prevision&)> run;
};

/// A dataset whose file was changed behind the platform's back.
RunResult verify_changed(const Prevision& prevision) {
    prevision.ok({"datasource", "create", "t", "--connector", "good", "--table", "t"});
    prevision.ok({"dataset", "create", "d", "--datasource", "t"});
    testing::shell("for file in " + (prevision.home() / "datasets").string() +
                   "/*; do printf X >> $file; done");
    return prevision({"dataset", "verify", "d", "-o", "json"});
}

RunResult diff(const Prevision& prevision) {
    std::ofstream(prevision.file("x.yaml")) << "connectors: [{name: new, type: FTP, host: h}]";
    return prevision({"diff", prevision.file("x.yaml").string(), "--exit-code", "-o", "json"});
}

/// An ordinary run.
std::function<RunResult(const Prevision&)> run(std::vector<std::string> arguments,
                                               const std::map<std::string, std::string>& environment = {}) {
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
    {10, "differs", diff}};

template <typename Program>
void make_connectors(const Program& prevision) {
    const auto database = prevision.file("a.db").string();
    testing::shell("sqlite3 " + database + " 'CREATE TABLE t (i); INSERT INTO t VALUES (1)'");
    prevision.ok({"connector", "create", "good", "--host", "sqlite://" + database});
    prevision.ok({"connector", "create", "bad", "--host", "mysql://127.0.0.1:1"});
}

/// `err` ends with the error as JSON; progress comes before it.
void check_error(const std::string& err, int exit_code, const std::string& error_class) {
    const auto lines = err.substr(0, err.find_last_not_of('\n') + 1);
    const auto begin = lines.rfind('\n');
    const auto document = model::parse_json(lines.substr(begin == std::string::npos ? 0 : begin + 1));
    const auto* error = model::find_member(document, "error");
    REQUIRE(error != nullptr);
    CHECK(model::get_text(*error, "class") == error_class);
    CHECK_FALSE(model::get_text(*error, "message").empty());
    CHECK(model::get_boolean(*error, "retryable") == (exit_code == 5));
}

}  // namespace

TEST_CASE("every exit code that the contract has, each with its class") {
    for (const auto& row : rows) {
        const Prevision prevision;
        make_connectors(prevision);
        const auto result = row.run(prevision);
        INFO(row.exit_code << ": " << result.err);
        CHECK(result.exit_code == row.exit_code);
        if (row.error_class.empty()) {
            CHECK(result.err.empty());
        } else {
            check_error(result.err, row.exit_code, row.error_class);
        }
    }
}

TEST_CASE("a signal has its own exit code and class") {
    // A terminal that closes sends SIGHUP.
    for (const auto& [signal, exit_code, error_class] : {std::tuple{SIGINT, 130, "interrupted"},
                                                         {SIGTERM, 143, "terminated"},
                                                         {SIGHUP, 143, "terminated"}}) {
        const testing::Prevision prevision;
        make_connectors(prevision);
        // A snapshot that would never end.
        prevision.ok({"datasource", "create", "endless", "--connector", "good", "--request",
                      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"});
        const auto running = prevision.start(
            {"dataset", "create", "half", "--datasource", "endless", "--progress", "json", "-o", "json"});
        while (running->err().find("\"rows\":") == std::string::npos) std::this_thread::yield();
        running->signal(signal);
        const auto result = running->wait();
        INFO(result.err);
        CHECK(result.exit_code == exit_code);
        check_error(result.err, exit_code, error_class);
        CHECK(prevision.ok({"dataset", "list", "-o", "json"}) == "[]\n");
    }
}
