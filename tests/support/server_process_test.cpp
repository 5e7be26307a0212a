#include "support/server_process.hpp"

#include <csignal>
#include <fstream>

#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/command.hpp"

using namespace prevision::testing;

namespace {

// A "server" with a child of its own; both write their ids.
const std::string forking_server =
    "sh -c 'echo $$ > child; exec tail -f /dev/null' & echo $$ > parent; exec tail -f /dev/null";

pid_t read_id(const std::filesystem::path& file) {
    pid_t id = -1;
    std::ifstream(file) >> id;
    return id;
}

bool has_ids(const ServerProcess& server) {
    return read_id(server.folder() / "parent") > 0 && read_id(server.folder() / "child") > 0;
}

// A process that was killed may be a zombie for a moment before it is gone.
bool is_gone(pid_t id) {
    std::ifstream status("/proc/" + std::to_string(id) + "/stat");
    std::string number;
    std::string name;
    std::string state;
    return !(status >> number >> name >> state) || state == "Z";
}

}  // namespace

TEST_CASE("a server runs in a folder of its own until it is stopped, and its children go with it") {
    ServerProcess server("nobody");
    server.start({"sh", "-c", forking_server});
    server.wait_until([&] { return has_ids(server); });
    CHECK(server.is_running());
    const auto parent = read_id(server.folder() / "parent");
    const auto child = read_id(server.folder() / "child");
    CHECK_FALSE(is_gone(parent));
    server.stop();
    CHECK(is_gone(parent));
    CHECK(is_gone(child));
    CHECK_FALSE(std::filesystem::exists(server.folder()));
    CHECK_FALSE(server.is_running());
}

TEST_CASE("a child that leaves the server's process group goes with the server") {
    ServerProcess server("nobody");
    server.start({"sh", "-c",
                  "setsid sh -c 'setsid tail -f /dev/null & echo $! > child; wait' & echo $$ > parent; exec "
                  "tail -f /dev/null"});
    server.wait_until([&] { return has_ids(server); });
    const auto child = read_id(server.folder() / "child");
    CHECK_FALSE(is_gone(child));
    server.stop();
    CHECK(is_gone(child));
    CHECK_FALSE(std::filesystem::exists(server.folder()));
}

TEST_CASE("two servers are stopped one by one") {
    ServerProcess first("nobody");
    first.start({"sh", "-c", forking_server});
    ServerProcess second("nobody");
    second.start({"sh", "-c", forking_server});
    second.wait_until([&] { return has_ids(second); });
    first.stop();
    CHECK(second.is_running());
}

TEST_CASE("a server goes when its test is killed") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t test = ::fork();
    if (test == 0) {
        ServerProcess server("nobody");
        server.start({"sh", "-c", forking_server});
        server.wait_until([&] { return has_ids(server); });
        const auto folder = server.folder().string();
        if (::write(ends[1], folder.data(), folder.size()) < 0) _exit(1);
        for (;;) ::pause();
    }
    ::close(ends[1]);
    std::string folder(1000, '\0');
    const auto size = ::read(ends[0], folder.data(), folder.size());
    REQUIRE(size > 0);
    folder.resize(static_cast<std::size_t>(size));
    const auto parent = read_id(folder + "/parent");
    const auto child = read_id(folder + "/child");
    REQUIRE(parent > 0);
    REQUIRE(child > 0);
    ::kill(test, SIGKILL);
    ::waitpid(test, nullptr, 0);
    // The supervisor is no child of ours: ask until it has done its work.
    for (int tries = 0; tries < 1000 && std::filesystem::exists(folder); ++tries) ::poll(nullptr, 0, 10);
    CHECK_FALSE(std::filesystem::exists(folder));
    CHECK(is_gone(parent));
    CHECK(is_gone(child));
    ::close(ends[0]);
}

TEST_CASE("a server that ends at once says why") {
    ServerProcess server("nobody");
    server.start({"sh", "-c", "echo no config >&2; exit 1"});
    CHECK_THROWS_WITH(server.wait_until([] { return false; }), Catch::Contains("no config"));
    CHECK_FALSE(server.is_running());
}

TEST_CASE("a server that is not installed fails its test") {
    ServerProcess server("nobody");
    CHECK_THROWS_WITH(server.start({"no-such-server"}), Catch::Contains("no-such-server is not installed"));
    CHECK_THROWS_WITH(run_command({"no-such-client"}), Catch::Contains("no-such-client is not installed"));
}

TEST_CASE("a server is not root, and has none of our files open") {
    ServerProcess server("nobody");
    server.start({"sh", "-c", "id -u > user; ls /proc/$$/fd | tr '\\n' ' ' > files; exec tail -f /dev/null"});
    server.wait_until([&] {
        return std::filesystem::exists(server.folder() / "files") &&
               std::filesystem::file_size(server.folder() / "files") > 0;
    });
    CHECK(read_id(server.folder() / "user") > 0);
    std::string files;
    std::getline(std::ifstream(server.folder() / "files"), files);
    CHECK_THAT(files, Catch::StartsWith("0 1 2 "));
    CHECK(files.size() <= std::string("0 1 2 10 ").size());
}

TEST_CASE("a command's streams and its end are kept") {
    const auto result = run_command({"sh", "-c", "cat; echo \"$WORD\" >&2; exit 3"},
                                    std::string(1 << 20, 'x'), {"WORD=given"});
    CHECK(result.output == std::string(1 << 20, 'x'));
    CHECK(result.errors == "given\n");
    CHECK(result.exit_code == 3);
}
