// What `serve` writes to stderr, and what it does without one.
#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include "core/file.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "server/served.hpp"

using namespace prevision;
using testing::Prevision;
using testing::RunningProgram;
using testing::Served;

namespace {

/// A port that was free a moment ago.
int free_port() {
    const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin_port);
}

}  // namespace

TEST_CASE("the log as JSON is JSON from the first line to the last") {
    const auto flags =
        GENERATE(std::vector<std::string>{"--log", "json"}, std::vector<std::string>{"-o", "json"});
    Served served(flags);
    CHECK(served.get("/projects").status == 200);
    served.process().signal(SIGTERM);
    const auto result = served.process().wait();
    CHECK(result.exit_code == 0);
    std::vector<std::string> events;
    for (const auto& line : split(result.err, '\n')) {
        if (line.empty()) continue;
        INFO(line);
        const auto object = model::parse_json_object(line);
        CHECK_FALSE(model::get_text(object, "time").empty());
        events.push_back(model::get_text(object, "event"));
    }
    REQUIRE(events.size() == 3);
    CHECK(events.front() == "serving");
    CHECK(events.back() == "stopped");
}

TEST_CASE("a failure to serve is JSON in a log of JSON") {
    const Prevision prevision;
    const std::vector<std::vector<std::string>> mistakes{{"--listen", "nowhere"},
                                                         {"--tls-key", "x"},
                                                         {"--max-body", "big"},
                                                         {"--idle-timeout=never"},
                                                         {"--no-such-flag"},
                                                         {"one too many"},
                                                         {"--color", "pink"},
                                                         {"--allow-files", "/no/folder"},
                                                         {"--listen"},
                                                         {"--insecure-http=x"}};
    const std::vector<std::vector<std::string>> forms{{"--log", "json"}, {"-o", "json"}};
    for (const auto& form : forms) {
        for (const auto& mistake : mistakes) {
            std::vector<std::string> command{"serve"};
            command.insert(command.end(), form.begin(), form.end());
            command.insert(command.end(), mistake.begin(), mistake.end());
            const auto result = prevision(command);
            INFO(form.front() << " " << mistake.front() << ": " << result.err);
            CHECK(result.exit_code != 0);
            const auto object = model::parse_json_object(result.err);
            CHECK(model::find_member(object, "error") != nullptr);
        }
    }
    CHECK(prevision({"serve", "--log", "text", "-o", "json"}).exit_code == 2);
}

TEST_CASE("without a stderr that takes anything, calls are answered all the same") {
    for (const std::string stderr_to : {"2>&-", "2>/dev/full"}) {
        INFO(stderr_to);
        const Prevision prevision;
        const auto port = free_port();
        RunningProgram server(
            {"/bin/bash", "-c",
             fmt::format("exec '{}' serve --listen 127.0.0.1:{} {}", Prevision::program(), port, stderr_to)},
            {{"PATH", "/usr/bin:/bin"}, {"PREVISION_HOME", prevision.home().string()}}, "");
        const auto status = [&] {
            return testing::shell(fmt::format(
                "curl -s -o /dev/null -w '%{{http_code}}' http://127.0.0.1:{}/healthz || true", port));
        };
        testing::wait_until([&] { return status() == "200"; });
        CHECK(status() == "200");
        server.signal(SIGTERM);
        CHECK(server.wait().exit_code == 0);
    }
}
