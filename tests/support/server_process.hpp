#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "core/file.hpp"

namespace prevision::testing {

/// A real server that a test runs, in a private folder of its own. A supervisor, a child of the test, kills
/// the server with all its children and removes the folder when this goes, or when the test process ends in
/// whatever way. The server is killed without notice: what it holds is thrown away.
class ServerProcess {
  public:
    /// Makes the folder, which belongs to the user that the server will run as.
    explicit ServerProcess(std::string user);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

    /// Starts the server in the folder; its output goes to the file `log` there. Throws std::runtime_error
    /// when the program is not installed.
    void start(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {});

    /// Asks `is_ready` again and again until it says so. Throws std::runtime_error, with the end of the log,
    /// when the server ends or `limit` goes by before that.
    void wait_until(const std::function<bool()>& is_ready,
                    std::chrono::seconds limit = std::chrono::minutes(1));

    /// Whether the server still runs.
    [[nodiscard]] bool is_running() const;

    /// Kills it and removes the folder, now.
    void stop();

    /// What the server wrote.
    [[nodiscard]] std::string log() const;

  private:
    std::filesystem::path folder_;
    std::string user_;
    FileDescriptor life_;    // closed, or written to, by us: the supervisor ends the server
    FileDescriptor status_;  // closed by the supervisor when the server has ended
    pid_t supervisor_ = -1;
};

/// What execve takes: a pointer to each text, and a null pointer. They live as long as the texts.
std::vector<char*> pointers_to(std::vector<std::string>& texts);

/// A program's path, from PATH and the folders where servers are. Throws std::runtime_error when it is not
/// installed: such a test fails rather than be skipped.
std::string find_program(const std::string& name);

/// A TCP port of 127.0.0.1 that was free a moment ago.
int find_free_port();

}  // namespace prevision::testing
