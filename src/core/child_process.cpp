#include "core/child_process.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"

namespace prevision {

namespace {

/// The child's descriptors, as posix_spawn takes them.
class Descriptors {
  public:
    Descriptors() { posix_spawn_file_actions_init(&actions_); }
    ~Descriptors() { posix_spawn_file_actions_destroy(&actions_); }
    Descriptors(const Descriptors&) = delete;
    Descriptors& operator=(const Descriptors&) = delete;

    void set(int descriptor, ChildCommand::Stream stream, const FileDescriptor& pipe) {
        if (stream == ChildCommand::Stream::null)
            posix_spawn_file_actions_addopen(&actions_, descriptor, "/dev/null", O_RDWR, 0);
        if (stream == ChildCommand::Stream::pipe)
            posix_spawn_file_actions_adddup2(&actions_, pipe.get(), descriptor);
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

/// The child's signals and process group, as posix_spawn takes them.
class Attributes {
  public:
    explicit Attributes(ChildCommand::Group group) {
        posix_spawnattr_init(&attributes_);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes_, &signals);
        sigaddset(&signals, SIGPIPE);
        sigaddset(&signals, SIGXFSZ);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
        int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        if (group == ChildCommand::Group::own) flags |= POSIX_SPAWN_SETPGROUP;
        if (group == ChildCommand::Group::session) flags |= POSIX_SPAWN_SETSID;
        posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
    }
    ~Attributes() { posix_spawnattr_destroy(&attributes_); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;

    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

}  // namespace

ChildProcess start_child(const ChildCommand& command) {
    ChildProcess child;
    FileDescriptor pipe;
    if (command.output == ChildCommand::Stream::pipe) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(ErrorClass::internal, system_message(errno));
        child.output = FileDescriptor(ends[0]);
        pipe = FileDescriptor(ends[1]);
    }
    Descriptors descriptors;
    descriptors.set(STDIN_FILENO, command.input, pipe);
    descriptors.set(STDOUT_FILENO, command.output, pipe);
    descriptors.set(STDERR_FILENO, command.error, pipe);
    const Attributes attributes(command.group);
    auto arguments = command.arguments;
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const int failure = ::posix_spawn(&child.id, command.program.c_str(), descriptors.get(), attributes.get(),
                                      pointers.data(), environ);
    if (failure != 0) throw Error(ErrorClass::internal, system_message(failure));
    return child;
}

int wait_for_child(pid_t id) {
    int status = 0;
    while (::waitpid(id, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

}  // namespace prevision
