// What the command line promises, by the whole program: descriptors, pipes, children and signals are those of a process.
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

#include "core/file.hpp"
#include "core/text.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;
using testing::shell;

namespace {

/// Runs a shell command line that calls the program as $P; gives what it wrote to stdout.
std::string run(const Prevision& prevision, const std::string& command) {
    return shell(fmt::format("export PREVISION_HOME={}; P={}; cd {}; {}", prevision.home().string(),
                             Prevision::program(), prevision.file("").string(), command));
}

/// A dataset `d` of one row.
void make_dataset(const Prevision& prevision) {
    std::ofstream(prevision.file("d.csv")) << "i\n7\n";
    prevision.ok({"dataset", "create", "d", "--file", prevision.file("d.csv").string()});
}

}  // namespace

TEST_CASE("an empty value is empty, and the flag after it is still a flag") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "a", "--host", "mysql://h", "--username=", "--port", "1"});
    const auto changed = prevision({"connector", "update", "a", "--username=", "--password-stdin",
                                    "--port=", "-o", "csv", "--columns", "username,port"},
                                   "s3cret\n");
    INFO(changed.err);
    CHECK(changed.exit_code == 0);
    CHECK(changed.out == "username,port\r\n,\r\n");
}

TEST_CASE(
    "what is written goes where it is told: through links, FIFOs and devices, with mode and owner kept") {
    const Prevision prevision;
    make_dataset(prevision);
    CHECK(run(prevision, "$P dataset download d --to - | cat") == "i\n7\n");
    CHECK(run(prevision, "$P dataset download d --to /dev/stdout | cat") == "i\n7\n");
    CHECK(run(prevision,
              "mkfifo f; cat f & $P dataset download d --to f -q >/dev/null; wait; test -p f && echo fifo") ==
          "i\n7\nfifo\n");
    CHECK(run(prevision,
              "$P dataset download d --to /dev/null -q >/dev/null; test -c /dev/null && echo device") ==
          "device\n");
    CHECK(run(prevision,
              "mkdir real; echo old > real/x; chmod 640 real/x; ln -s real/x link;"
              "$P dataset download d --to link --force -q >/dev/null;"
              "test -h link && cat real/x && stat -c %a real/x && ls real") == "i\n7\n640\nx\n");
    CHECK(run(prevision, "$P dataset download d --to real/x 2>/dev/null; echo $?") == "6\n");
    CHECK(run(prevision, "echo before > all; $P dataset download d --to /dev/stdout -q >> all; cat all") ==
          "before\ni\n7\n");
    const auto junit = run(prevision,
                           "$P connector create c --host sqlite:///nowhere -q >/dev/null;"
                           "$P connector test --all --junit - 2>/dev/null; echo $?");
    CHECK(junit.starts_with("<?xml "));
    CHECK(junit.ends_with("</testsuites>\n8\n"));
}

TEST_CASE("a backup goes where it is told, for its owner alone, and comes back through a pipe") {
    const Prevision prevision;
    make_dataset(prevision);
    CHECK(run(prevision, "$P backup - 2>err | PREVISION_HOME=$PWD/one $P restore - -o csv; cat err") ==
          "datasets,secrets,has_key\r\n1,0,no\r\n");
    CHECK(
        run(prevision,
            "mkfifo f; PREVISION_HOME=$PWD/two $P restore f -q >/dev/null & $P backup f -q >/dev/null; wait;"
            "test -p f && PREVISION_HOME=$PWD/two $P dataset download d --to -") == "i\n7\n");
    CHECK(run(prevision, "$P backup /dev/null -q >/dev/null; test -c /dev/null && echo device") ==
          "device\n");
    CHECK(
        run(prevision,
            "mkdir kept; echo old > kept/x; chmod 644 kept/x; ln -s kept/x link; $P backup link -q >/dev/null;"
            "test -h link && stat -c %a kept/x && tar -tf kept/x | grep -c csv; ls kept; umask 0;"
            "$P backup new -q >/dev/null; stat -c %a new") == "600\n1\nx\n600\n");
}

TEST_CASE("where nobody can be asked, nothing is deleted without --yes") {
    const Prevision prevision;
    make_dataset(prevision);
    CHECK(run(prevision, "$P dataset delete d </dev/null 2>&1; echo $?") ==
          "prevision: nothing was done, because nobody can be asked: Delete the dataset 'd'?\n"
          "hint: --yes goes on without asking\n2\n");
    CHECK(run(prevision, "$P dataset list -q | xargs $P dataset delete --yes 2>&1") ==
          "deleted the dataset 'd'\n");
}

TEST_CASE("a name of several objects is an error with every id, and none of them is touched") {
    const Prevision prevision;
    for (int i = 0; i < 2; ++i)
        prevision.ok({"connector", "create", "x", "--host", "mysql://h", "--if-exists", "duplicate"});
    const auto ids = prevision.ok({"connector", "list", "-q"});
    const auto refused =
        prevision({"connector", "create", "x", "--host", "mysql://other", "--if-exists", "update"});
    CHECK(refused.exit_code == 2);
    for (const auto& id : split(std::string(trim(ids)), '\n'))
        CHECK(refused.err.find(id) != std::string::npos);
    CHECK(prevision.ok({"connector", "list", "-q"}) == ids);
}

TEST_CASE("a secret's command leaves the loop's stdin alone") {
    const Prevision prevision;
    run(prevision,
        "printf 'a\\nb\\nc\\n' | while read name; do"
        "  $P connector create $name --host mysql://h --username u --password-command 'cat; echo s' -q; done");
    CHECK(prevision.ok({"connector", "list", "--columns", "name", "--no-header"}) == "a\nb\nc\n");
}

TEST_CASE("a secret's command ends with the time limit and with what it started") {
    const Prevision prevision;
    // `cat` ends when all that hold the FIFO for writing have ended.
    CHECK(
        run(prevision,
            "mkfifo alive; cat alive & "
            "$P connector create x --host mysql://h --username u --timeout 200ms "
            "--password-command 'exec 3>alive; sleep 600 & sleep 600' 2>&1; echo $?; wait") ==
        "prevision: --password-command failed: no answer within 0.2 s\nhint: --timeout gives it longer\n5\n");
    CHECK(run(prevision,
              "$P connector create x --host mysql://h --username u --password-command true 2>/dev/null;"
              "echo $?") == "7\n");
    CHECK(prevision.ok({"connector", "list", "-q"}).empty());
}
