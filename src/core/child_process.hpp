#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "core/file.hpp"

namespace prevision {

/// How a program is started. It inherits this process's environment and working directory; no signal is
/// blocked in it, and SIGPIPE and SIGXFSZ have their default action.
struct ChildCommand {
    enum class Stream { inherited, null, pipe };
    enum class Group { inherited, own, session };

    std::string program;                 ///< the path of an executable; no search in PATH
    std::vector<std::string> arguments;  ///< with the name that it is called by
    Stream input = Stream::inherited;    ///< `pipe` is for output only
    Stream output = Stream::inherited;
    Stream error = Stream::inherited;
    Group group = Group::inherited;  ///< `session` detaches it from the terminal
};

/// A program that runs. The caller waits for it by `wait_for_child`; it may outlive this process.
struct ChildProcess {
    pid_t id = 0;
    FileDescriptor output;  ///< what it writes to stdout, where that is a pipe
};

/// Starts a program. Error internal when the system cannot, with its reason as the message.
ChildProcess start_child(const ChildCommand& command);

/// Waits until the child has ended; gives its status as waitpid does.
int wait_for_child(pid_t id);

}  // namespace prevision
