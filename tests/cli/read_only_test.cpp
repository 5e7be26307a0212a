// A home that the caller may read and not write.
#include <filesystem>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;
using testing::shell;

namespace {

constexpr int nobody = 65534;

/// Runs the program on the home as a user without the right to write it.
testing::ProgramResult run_without_rights(const Prevision& prevision,
                                          const std::vector<std::string>& arguments) {
    std::vector<std::string> command;
    if (::geteuid() == 0) {
        command = {"/usr/bin/setpriv", fmt::format("--reuid={}", nobody), fmt::format("--regid={}", nobody),
                   "--clear-groups"};
    }
    command.emplace_back(Prevision::program());
    command.insert(command.end(), arguments.begin(), arguments.end());
    return testing::RunningProgram(
               command, {{"PATH", "/usr/bin:/bin"}, {"PREVISION_HOME", prevision.home().string()}}, "")
        .wait();
}

void forbid_writing(const Prevision& prevision) {
    const auto home = prevision.home().string();
    shell(fmt::format("chmod -R a-w '{}'", home));
    if (::geteuid() == 0)
        shell(fmt::format("chown -R {0}:{0} '{1}' && chmod a+x '{2}'", nobody, home,
                          prevision.home().parent_path().string()));
}

void allow_writing(const Prevision& prevision) {
    shell(fmt::format("chmod -R u+w '{}'", prevision.home().string()));
}

}  // namespace

TEST_CASE("a home that cannot be written can be read, and a change says why it fails") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "shop", "--host", "mysql://db"});
    forbid_writing(prevision);
    const auto list =
        run_without_rights(prevision, {"connector", "list", "--columns", "name", "--no-header"});
    INFO(list.err);
    CHECK(list.exit_code == 0);
    CHECK(list.out == "shop\n");
    CHECK(run_without_rights(prevision, {"connector", "show", "shop", "-q"}).exit_code == 0);
    CHECK(run_without_rights(prevision, {"dataset", "list"}).exit_code == 0);
    CHECK(run_without_rights(prevision, {"dump"}).exit_code == 0);
    const auto change =
        run_without_rights(prevision, {"connector", "create", "other", "--host", "mysql://db"});
    CHECK(change.exit_code == 1);
    CHECK(change.err.find("cannot write the store") != std::string::npos);
    allow_writing(prevision);
}

TEST_CASE("of a home that cannot be written, changes that wait in the store's log are read too") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "shop", "--host", "mysql://db"});
    const auto store = (prevision.home() / "prevision.db").string();
    // A process that was killed leaves its last changes in the log.
    shell(fmt::format(
        "sqlite3 '{}' '.dbconfig no_ckpt_on_close on' \"UPDATE connectors SET name = 'renamed'\"", store));
    REQUIRE(std::filesystem::file_size(store + "-wal") > 0);
    forbid_writing(prevision);
    const auto list =
        run_without_rights(prevision, {"connector", "list", "--columns", "name", "--no-header"});
    INFO(list.err);
    CHECK(list.out == "renamed\n");
    allow_writing(prevision);
}
