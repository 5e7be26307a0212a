// Many processes, and a server, work on one home at the same time.
#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "server/served.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;
using testing::ProgramResult;
using testing::RunningProgram;
using testing::Served;
using testing::shell;

namespace {

constexpr std::size_t process_count = 12;

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> all;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) all.push_back(line);
    return all;
}

struct Noun {
    std::string name;
    std::vector<std::string> flags;
    bool updates = true;  ///< whether --if-exists update is possible
};

const std::vector<Noun> nouns{
    {"project", {}, false},
    {"connector", {"--host", "mysql://db.example.com", "--username", "u"}},
    {"datasource", {"--connector", "shop", "--table", "orders"}},
    {"dataset", {"--datasource", "orders"}, false},
    {"exporter", {"--connector", "shop", "--table", "copy"}, false},
};

/// What a `create` needs that has to be there before.
void fill(const Prevision& prevision) {
    const auto database = prevision.file("some.db").string();
    shell("sqlite3 " + database +
          " 'CREATE TABLE orders (id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (1)'");
    prevision.ok({"connector", "create", "shop", "--host", "sqlite://" + database});
    prevision.ok({"datasource", "create", "orders", "--connector", "shop", "--table", "orders"});
}

using Environment = std::map<std::string, std::string>;

using Command = std::vector<std::string>;

/// Runs the commands at once, each in a process. `platform` are the variables that choose the platform.
std::vector<ProgramResult> run_together(const Prevision& prevision, std::vector<Command> commands,
                                        const Environment& platform) {
    Environment environment{{"PATH", "/usr/bin:/bin"}, {"PREVISION_HOME", prevision.home().string()}};
    environment.insert(platform.begin(), platform.end());
    std::vector<std::unique_ptr<RunningProgram>> running;
    for (auto& command : commands) {
        command.insert(command.begin(), Prevision::program());
        running.push_back(std::make_unique<RunningProgram>(command, environment, ""));
    }
    std::vector<ProgramResult> results;
    for (const auto& program : running) results.push_back(program->wait());
    return results;
}

std::size_t count_with_exit_code(const std::vector<ProgramResult>& results, int code) {
    return static_cast<std::size_t>(
        std::ranges::count(results, code, [](const ProgramResult& result) { return result.exit_code; }));
}

/// Creates one object of each noun in twelve processes at once, with each choice of --if-exists that keeps names unique.
void check_exactly_one(const Prevision& prevision, const Environment& platform) {
    for (const auto& noun : nouns) {
        for (const std::string choice : {"fail", "skip", "update"}) {
            if (choice == "update" && !noun.updates) continue;
            INFO(noun.name << " --if-exists " << choice);
            const auto name = "same-" + choice;
            Command command{noun.name, "create", name, "--if-exists", choice, "-q"};
            command.insert(command.end(), noun.flags.begin(), noun.flags.end());
            const auto results =
                run_together(prevision, std::vector<Command>(process_count, command), platform);
            for (const auto& result : results) {
                INFO("exit " << result.exit_code << " " << result.out << result.err);
                CHECK((result.exit_code == 0 || (choice == "fail" && result.exit_code == 6)));
            }
            CHECK(count_with_exit_code(results, 0) == (choice == "fail" ? 1 : process_count));

            const auto listed =
                prevision({noun.name, "list", "-q", "--filter", "name=" + name}, "", platform);
            INFO(listed.err);
            const auto ids = lines(listed.out);
            REQUIRE(ids.size() == 1);
            for (const auto& result : results) {
                if (result.exit_code == 0) CHECK(result.out == ids[0] + "\n");
            }
        }
    }
}

/// Gives one name to four objects of each noun, in four processes at once.
void check_one_is_renamed(const Prevision& prevision, const Environment& platform) {
    for (const auto& noun : nouns) {
        INFO(noun.name);
        std::vector<Command> creations;
        std::vector<Command> renames;
        for (const std::string name : {"a", "b", "c", "d"}) {
            auto& command = creations.emplace_back(Command{noun.name, "create", name, "-q"});
            command.insert(command.end(), noun.flags.begin(), noun.flags.end());
            renames.push_back({noun.name, "update", name, "--name", "renamed", "-q"});
        }
        CHECK(count_with_exit_code(run_together(prevision, creations, platform), 0) == creations.size());
        const auto results = run_together(prevision, renames, platform);
        CHECK(count_with_exit_code(results, 0) == 1);
        CHECK(count_with_exit_code(results, 6) == renames.size() - 1);
        const auto listed = prevision({noun.name, "list", "-q", "--filter", "name=renamed"}, "", platform);
        CHECK(lines(listed.out).size() == 1);
    }
}

}  // namespace

TEST_CASE("of processes that give one name to several objects at once exactly one succeeds") {
    const Prevision prevision;
    fill(prevision);
    check_one_is_renamed(prevision, {});
}

TEST_CASE("twelve processes that create one name in one home make exactly one object") {
    const Prevision prevision;
    fill(prevision);
    check_exactly_one(prevision, {});
}

TEST_CASE("twelve processes that create the first object of a home at once use one store and one key") {
    for (int round = 0; round < 5; ++round) {
        const Prevision prevision;
        std::vector<std::unique_ptr<RunningProgram>> running;
        for (std::size_t i = 0; i < process_count; ++i) {
            running.push_back(
                prevision.start({"connector", "create", "c" + std::to_string(i), "--host",
                                 "mysql://db.example.com", "--username", "u", "--password", "p"}));
        }
        for (const auto& program : running) {
            const auto result = program->wait();
            INFO(result.err);
            CHECK(result.exit_code == 0);
        }
        CHECK(lines(prevision.ok({"connector", "list", "-q"})).size() == process_count);
        CHECK(lines(prevision.ok({"project", "list", "-q"})).size() == 1);
    }
}

TEST_CASE("twelve clients of a server that create one name make exactly one object") {
    const Served served({"--allow-files", "/"});
    fill(served);
    check_exactly_one(served, {{"PREVISION_URL", served.url()},
                               {"PREVISION_MASTER_TOKEN", served.admin()},
                               {"PREVISION_PROJECT", "default"}});
}

TEST_CASE("of clients of a server that give one name to several objects at once exactly one succeeds") {
    const Served served({"--allow-files", "/"});
    fill(served);
    check_one_is_renamed(served, {{"PREVISION_URL", served.url()},
                                  {"PREVISION_MASTER_TOKEN", served.admin()},
                                  {"PREVISION_PROJECT", "default"}});
}

TEST_CASE("processes and a server that change one home for ten seconds lose nothing") {
    const Served served({"--allow-files", "/"});
    fill(served);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    std::vector<std::vector<std::string>> kept(process_count);
    std::vector<std::string> failures(process_count);
    std::vector<std::thread> threads;
    for (std::size_t worker = 0; worker < process_count; ++worker) {
        threads.emplace_back([&, worker] {
            // Half of them work on the home itself, half through the server.
            const auto run = [&](const std::vector<std::string>& command) {
                const auto result = worker % 2 == 1 ? served.client(command) : served(command);
                if (result.exit_code != 0)
                    failures[worker] += command[0] + " " + command[1] + ": " + result.err;
                return result.exit_code == 0;
            };
            for (int round = 0; std::chrono::steady_clock::now() < end; ++round) {
                const auto name = "w" + std::to_string(worker) + "-" + std::to_string(round);
                if (run({"dataset", "create", name, "--datasource", "orders"})) kept[worker].push_back(name);
                run({"connector", "create", name, "--host", "mysql://db.example.com", "--username", "u"});
                run({"connector", "update", name, "--username", "v"});
                run({"connector", "delete", name, "--yes"});
            }
        });
    }
    for (auto& thread : threads) thread.join();
    for (const auto& failure : failures) {
        INFO(failure);
        CHECK(failure.empty());
    }

    std::set<std::string> expected;
    for (const auto& names : kept) expected.insert(names.begin(), names.end());
    CHECK(expected.size() >= process_count);
    const auto found =
        lines(served.ok({"dataset", "list", "-o", "tsv", "--columns", "name", "--filter", "state=done"}));
    CHECK(std::set<std::string>(found.begin() + 1, found.end()) == expected);
    CHECK(lines(served.ok({"connector", "list", "-q"})).size() == 1);
    CHECK(shell("sqlite3 " + (served.home() / "prevision.db").string() + " 'PRAGMA integrity_check'") ==
          "ok\n");
}
