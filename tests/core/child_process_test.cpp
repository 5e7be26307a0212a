#include "core/child_process.hpp"

#include <csignal>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"

using namespace prevision;

namespace {

struct Ended {
    std::string output;
    int status = 0;
};

Ended run(ChildCommand command) {
    command.output = ChildCommand::Stream::pipe;
    const auto child = start_child(command);
    Ended ended;
    std::string buffer(4096, '\0');
    while (const auto count = read_some(child.output, buffer, "the pipe"))
        ended.output.append(buffer, 0, count);
    ended.status = wait_for_child(child.id);
    return ended;
}

ChildCommand shell(const std::string& line) {
    return {.program = "/bin/sh", .arguments = {"sh", "-c", line}};
}

}  // namespace

TEST_CASE("a child's output comes through the pipe, and its exit code from the wait") {
    const auto ended = run(shell("printf 'a\\nb'; exit 7"));
    CHECK(ended.output == "a\nb");
    CHECK(WEXITSTATUS(ended.status) == 7);
}

TEST_CASE("a child gets its arguments as they are") {
    const auto ended =
        run({.program = "/usr/bin/printf", .arguments = {"printf", "%s|", "a b", "", "$HOME"}});
    CHECK(ended.output == "a b||$HOME|");
}

TEST_CASE("a child's input can be empty") {
    auto command = shell("cat; echo end");
    command.input = ChildCommand::Stream::null;
    CHECK(run(command).output == "end\n");
}

TEST_CASE("a child ends by SIGPIPE though this process ignores it") {
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    const auto ended = run(shell("kill -PIPE $$; echo alive"));
    ::signal(SIGPIPE, before);
    CHECK(ended.output.empty());
    CHECK(WTERMSIG(ended.status) == SIGPIPE);
}

TEST_CASE("a child in a session of its own leads it") {
    auto command = shell("test \"$(cut -d' ' -f6 /proc/$$/stat)\" = $$ && echo leader");
    command.group = ChildCommand::Group::session;
    CHECK(run(command).output == "leader\n");
}

TEST_CASE("a program that is not there is an error with the system's reason") {
    CHECK_THROWS_WITH(start_child({.program = "/nowhere", .arguments = {"nowhere"}}),
                      Catch::Contains("No such file"));
}
