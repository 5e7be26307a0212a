#include "support/server_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text.hpp"

namespace prevision::testing {

namespace {

[[noreturn]] void throw_system_error(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

struct Account {
    uid_t user = 0;
    gid_t group = 0;
};

// Whom the server runs as: the user named, or nobody, when we are root; else ourselves.
std::optional<Account> find_account(const std::string& name) {
    if (::geteuid() != 0) return std::nullopt;
    for (const auto& candidate : {name, std::string("nobody")}) {
        const passwd* entry =
            ::getpwnam(candidate.c_str());  // NOLINT(concurrency-mt-unsafe): start-up of a test
        if (entry != nullptr) return Account{entry->pw_uid, entry->pw_gid};
    }
    throw std::runtime_error("there is no user to run a server as");
}

std::pair<FileDescriptor, FileDescriptor> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_system_error("pipe");
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// All that the children need, made before the fork: after it, only calls that are safe there.
struct Plan {
    std::string program;
    std::vector<char*> arguments;
    std::vector<char*> environment;
    std::string folder;
    std::string log;
    std::optional<Account> account;
    int life = -1;
    int status = -1;
};

[[noreturn]] void run_server(const Plan& plan) {
    ::setpgid(0, 0);
    const int log = ::open(plan.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    const int nothing = ::open("/dev/null", O_RDONLY);
    if (log < 0 || nothing < 0 || ::dup2(nothing, 0) < 0 || ::dup2(log, 1) < 0 || ::dup2(log, 2) < 0)
        _exit(126);
    ::close_range(3, ~0U, 0);
    if (plan.account && (::setgroups(0, nullptr) != 0 || ::setgid(plan.account->group) != 0 ||
                         ::setuid(plan.account->user) != 0)) {
        _exit(126);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // should the supervisor be killed
    if (::chdir(plan.folder.c_str()) != 0) _exit(126);
    ::execve(plan.program.c_str(), plan.arguments.data(), plan.environment.data());
    _exit(127);
}

void remove_folder(const Plan& plan) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl("/bin/rm", "rm", "-rf", "--", plan.folder.c_str(), nullptr);
        _exit(127);
    }
    if (child > 0) ::waitpid(child, nullptr, 0);
}

// Those that left the server's group among them: they become ours when what started them is gone.
void kill_children() {
    const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (list < 0) return;
    std::array<char, 4096> text{};
    const auto size = ::read(list, text.data(), text.size());
    ::close(list);
    pid_t child = 0;
    for (ssize_t i = 0; i < size; ++i) {
        const char c = text[static_cast<std::size_t>(i)];
        if (c >= '0' && c <= '9') {
            child = 10 * child + (c - '0');
        } else if (child > 0) {
            ::kill(std::exchange(child, 0), SIGKILL);
        }
    }
}

// Starts the server and waits for the end of the test, of which the pipe tells.
[[noreturn]] void supervise(const Plan& plan) {
    ::setsid();  // a Ctrl-C at the terminal is for the test; we clean up after it
    ::signal(SIGPIPE, SIG_IGN);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const int life = ::dup2(plan.life, 3);
    const int status = ::dup2(plan.status, 4);
    ::close_range(5, ~0U, 0);  // other servers' pipes among them
    const pid_t server = ::fork();
    if (server == 0) run_server(plan);
    ::setpgid(server, server);
    const int server_handle = server > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, server, 0)) : -1;
    std::array<pollfd, 2> waited{{{life, POLLIN, 0}, {server_handle, POLLIN, 0}}};
    while (waited[0].revents == 0) {
        if (::poll(waited.data(), waited.size(), -1) < 0 && errno != EINTR) break;
        if (waited[1].revents != 0) {
            ::close(status);
            waited[1].fd = -1;
        }
    }
    if (server > 0) ::kill(-server, SIGKILL);
    do {
        kill_children();
    } while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR);
    remove_folder(plan);
    _exit(0);
}

}  // namespace

ServerProcess::ServerProcess(std::string user) : user_(std::move(user)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "prevision-server-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw_system_error(pattern);
    folder_ = pattern;
    const auto account = find_account(user_);
    if (account && ::chown(folder_.c_str(), account->user, account->group) != 0) throw_system_error(pattern);
}

ServerProcess::~ServerProcess() { stop(); }

void ServerProcess::start(const std::vector<std::string>& arguments,
                          const std::vector<std::string>& environment) {
    auto words = arguments;
    auto variables = environment;
    for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
    auto [life_reader, life_writer] = make_pipe();
    auto [status_reader, status_writer] = make_pipe();
    // Above the numbers that the supervisor gives them.
    const FileDescriptor life(::fcntl(life_reader.get(), F_DUPFD_CLOEXEC, 10));
    const FileDescriptor status(::fcntl(status_writer.get(), F_DUPFD_CLOEXEC, 10));
    const Plan plan{.program = find_program(arguments.at(0)),
                    .arguments = pointers_to(words),
                    .environment = pointers_to(variables),
                    .folder = folder_.string(),
                    .log = (folder_ / "log").string(),
                    .account = find_account(user_),
                    .life = life.get(),
                    .status = status.get()};
    supervisor_ = ::fork();
    if (supervisor_ < 0) throw_system_error("fork");
    if (supervisor_ == 0) supervise(plan);
    life_ = std::move(life_writer);
    status_ = std::move(status_reader);
}

bool ServerProcess::is_running() const {
    pollfd waited{status_.get(), POLLIN, 0};
    return status_ && ::poll(&waited, 1, 0) == 0;
}

void ServerProcess::wait_until(const std::function<bool()>& is_ready, std::chrono::seconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!is_ready()) {
        const bool late = std::chrono::steady_clock::now() > deadline;
        pollfd waited{status_.get(), POLLIN, 0};
        if (late || ::poll(&waited, 1, 20) > 0) {
            throw std::runtime_error((late ? "a server is not ready: " : "a server has ended: ") + log());
        }
    }
}

void ServerProcess::stop() {
    if (supervisor_ > 0) {
        // The write end may live on in a child that was forked meanwhile, so closing it is not enough.
        [[maybe_unused]] const auto written = ::write(life_.get(), "x", 1);
        while (::waitpid(supervisor_, nullptr, 0) < 0 && errno == EINTR) {
        }
        supervisor_ = -1;
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string ServerProcess::log() const {
    std::ifstream file(folder_ / "log");
    std::ostringstream text;
    text << file.rdbuf();
    constexpr std::size_t enough = 4000;
    const auto whole = text.str();
    return whole.size() > enough ? whole.substr(whole.size() - enough) : whole;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    auto folders = split(path != nullptr ? path : "", ':');
    folders.insert(folders.end(), {"/usr/sbin", "/usr/local/sbin", "/sbin"});
    for (const auto& folder : folders) {
        auto candidate = (std::filesystem::path(folder) / name).string();
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    throw std::runtime_error(name + " is not installed, and this test needs it");
}

// The kernel gives connections a port from 32768 on (ip_local_port_range): one from there could be taken before the server
// that it is for has started.
int find_free_port() {
    constexpr int first = 10000;
    constexpr int last = 32000;
    std::random_device random;
    std::uniform_int_distribution port(first, last);
    for (int tries = 0; tries < 100; ++tries) {
        const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port(random)));
        if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
            return ntohs(address.sin_port);
    }
    throw_system_error("find a free port");
}

}  // namespace prevision::testing
