#include <csignal>

#include <catch2/catch.hpp>

#include "server/served.hpp"

using namespace prevision;
using testing::Prevision;
using testing::RunningProgram;

namespace {

/// Starts `prevision serve --listen systemd` as systemd does: with what `opened`, in Python, opens as descriptor 3.
std::unique_ptr<RunningProgram> start_activated(const Prevision& prevision, const std::string& opened) {
    const auto script = "import os, socket, sys\n" + opened +
                        "\nos.dup2(opened.fileno(), 3)\nos.set_inheritable(3, True)\n"
                        "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')\n"
                        "os.execv(sys.argv[1], sys.argv[1:] + ['serve', '--listen', 'systemd'])\n";
    return std::make_unique<RunningProgram>(
        std::vector<std::string>{"python3", "-c", script, Prevision::program()},
        std::map<std::string, std::string>{{"PATH", "/usr/bin:/bin"},
                                           {"PREVISION_HOME", prevision.home().string()}},
        "");
}

}  // namespace

TEST_CASE("a socket that systemd opened is served") {
    const Prevision prevision;
    const auto running = start_activated(prevision, "opened = socket.create_server(('127.0.0.1', 0))");
    const auto url = testing::wait_for_url(*running);
    CHECK(url.starts_with("http://127.0.0.1:"));
    CHECK(testing::shell("curl -s " + url + "/healthz") == R"({"status":"ok"})");
    running->signal(SIGTERM);
    CHECK(running->wait().exit_code == 0);
}

TEST_CASE("a socket of systemd beyond this machine needs TLS or leave too") {
    const Prevision prevision;
    const auto result = start_activated(prevision, "opened = socket.create_server(('0.0.0.0', 0))")->wait();
    CHECK(result.exit_code == 2);
    CHECK(result.err.find("cannot listen on 0.0.0.0:") != std::string::npos);
    CHECK(result.err.find("--insecure-http") != std::string::npos);
}

TEST_CASE("what is no socket that listens cannot be served") {
    const Prevision prevision;
    for (const auto* opened :
         {"opened = open('/dev/null')", "opened = socket.socket()", "opened = socket.socketpair()[0]"}) {
        CAPTURE(opened);
        const auto result = start_activated(prevision, opened)->wait();
        CHECK(result.exit_code == 7);
        CHECK(result.err.find("ListenStream=") != std::string::npos);
    }
}

TEST_CASE("without a socket for this very process, serving systemd's is refused") {
    const Prevision prevision;
    using Variables = std::map<std::string, std::string>;
    for (const auto& variables : {Variables{}, Variables{{"LISTEN_FDS", "1"}, {"LISTEN_PID", "1"}},
                                  Variables{{"LISTEN_FDS", "1"}}, Variables{{"LISTEN_FDS", "x"}}}) {
        const auto result = prevision({"serve", "--listen", "systemd"}, {}, variables);
        CHECK(result.exit_code == 2);
        CHECK(result.err.find("systemd passed no socket") != std::string::npos);
    }
}
