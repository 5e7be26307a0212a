#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include "core/text.hpp"
#include "sources/files/ssh_connection.hpp"
#include "sources/files/ssh_key.hpp"

namespace prevision::sources {

namespace {

/// How often a server may go on asking.
constexpr int most_rounds = 8;

/// Shuts a socket down at a deadline or a cancellation, for libssh waits for the agent without a limit.
class Shutdown {
  public:
    Shutdown(int socket, net::Alarm::Clock::time_point deadline, Cancellation& cancellation)
        : socket_(socket),
          subscription_(cancellation, [socket] { ::shutdown(socket, SHUT_RDWR); }),
          thread_([this, deadline] { wait(deadline); }) {}
    ~Shutdown() {
        {
            const std::lock_guard lock(mutex_);
            done_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }
    Shutdown(const Shutdown&) = delete;
    Shutdown& operator=(const Shutdown&) = delete;

  private:
    void wait(net::Alarm::Clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_until(lock, deadline, [this] { return done_; })) ::shutdown(socket_, SHUT_RDWR);
    }

    int socket_;
    Cancellation::Subscription subscription_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
    std::thread thread_;
};

}  // namespace

std::string SshConnection::accepted_methods() {
    constexpr std::array<std::pair<unsigned, const char*>, 5> names{
        {{SSH_AUTH_METHOD_PUBLICKEY, "a key"},
         {SSH_AUTH_METHOD_PASSWORD, "a password"},
         {SSH_AUTH_METHOD_INTERACTIVE, "answers to its questions"},
         {SSH_AUTH_METHOD_HOSTBASED, "a host's key"},
         {SSH_AUTH_METHOD_GSSAPI_MIC, "Kerberos"}}};
    const auto methods = static_cast<unsigned>(ssh().userauth_list(session_.get(), nullptr));
    std::vector<std::string> accepted;
    for (const auto& [bit, name] : names) {
        if ((methods & bit) != 0) accepted.emplace_back(name);
    }
    return join(accepted, ", ");
}

Error SshConnection::refused(const std::string& why, std::string hint) {
    const auto methods = accepted_methods();
    const auto offer = methods.empty() ? "" : fmt::format("; the server accepts {}", methods);
    return {ErrorClass::auth, why + offer, std::move(hint)};
}

void SshConnection::require_login(int code, const std::string& why, const std::string& hint) {
    if (code == SSH_AUTH_SUCCESS) return;
    if (code == SSH_AUTH_PARTIAL) throw refused("the server wants more than one proof of identity", hint);
    if (code != SSH_AUTH_DENIED) {
        // A server may end the connection of a login that failed.
        const auto error = failure();
        throw Error(error.error_class(), fmt::format("the login was broken off: {}", error.what()), hint);
    }
    throw refused(why, hint);
}

void SshConnection::log_in() {
    const auto code = repeat(SSH_AUTH_AGAIN, [&] { return ssh().userauth_none(session_.get(), nullptr); });
    if (code == SSH_AUTH_SUCCESS) return;
    if (code == SSH_AUTH_ERROR) throw failure();
    if (!settings_.private_key.empty()) {
        log_in_with_key();
    } else if (!server_.password.empty()) {
        log_in_with_password();
    } else {
        log_in_with_agent();
    }
}

void SshConnection::log_in_with_key() {
    const auto key = import_private_key(settings_.private_key, server_.password);
    const auto code =
        repeat(SSH_AUTH_AGAIN, [&] { return ssh().userauth_publickey(session_.get(), nullptr, key.get()); });
    // A server may want both, and then the password is not a passphrase.
    if (code == SSH_AUTH_PARTIAL && !server_.password.empty()) return log_in_with_password();
    require_login(code,
                  fmt::format("the server does not accept the private key ({})",
                              ssh().key_type_to_char(ssh().key_type(key.get()))),
                  "its public key must be among those that the server accepts for this username");
}

void SshConnection::log_in_with_password() {
    const auto methods = static_cast<unsigned>(ssh().userauth_list(session_.get(), nullptr));
    int code = SSH_AUTH_DENIED;
    if ((methods & SSH_AUTH_METHOD_PASSWORD) != 0) {
        code = repeat(SSH_AUTH_AGAIN, [&] {
            return ssh().userauth_password(session_.get(), nullptr, server_.password.c_str());
        });
    }
    if ((code == SSH_AUTH_DENIED || code == SSH_AUTH_PARTIAL) && (methods & SSH_AUTH_METHOD_INTERACTIVE) != 0)
        code = answer_questions();
    if (!unanswered_.empty()) {
        throw refused(fmt::format("the server asks '{}', which a password does not answer", unanswered_),
                      "use an account without it, or a private key: --private-key-file");
    }
    require_login(code, "the server does not accept the password",
                  "check the username and the password; the server may want a key: --private-key-file");
}

/// Answers the first hidden question with the password. Returns a code of SSH_AUTH_….
int SshConnection::answer_questions() {
    bool answered = false;
    const auto ask = [&] { return ssh().userauth_kbdint(session_.get(), nullptr, nullptr); };
    int code = repeat(SSH_AUTH_AGAIN, ask);
    for (int round = 0; code == SSH_AUTH_INFO && round < most_rounds; ++round) {
        const int count = ssh().userauth_kbdint_getnprompts(session_.get());
        for (int at = 0; at < count; ++at) {
            char echo = 0;
            const char* const question =
                ssh().userauth_kbdint_getprompt(session_.get(), static_cast<unsigned>(at), &echo);
            const bool hidden = echo == 0;
            // The next ones ask for a code, or for a new password.
            if (hidden && std::exchange(answered, true)) {
                unanswered_ = trim(question == nullptr ? "" : question);
                return SSH_AUTH_DENIED;
            }
            const char* const answer = hidden ? server_.password.c_str() : server_.username.c_str();
            ssh().userauth_kbdint_setanswer(session_.get(), static_cast<unsigned>(at), answer);
        }
        code = repeat(SSH_AUTH_AGAIN, ask);
    }
    return code == SSH_AUTH_INFO ? SSH_AUTH_DENIED : code;
}

void SshConnection::log_in_with_agent() {
    const std::string hint = "see `ssh-add -l`, or give a password or --private-key-file";
    FileDescriptor agent;
    try {
        if (settings_.agent_socket.starts_with('/')) {
            agent = net::connect(net::resolve(settings_.agent_socket, 0), settings_.agent_socket,
                                 server_.connect_timeout, cancellation_);
        }
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::unreachable && error.error_class() != ErrorClass::invalid)
            throw;
    }
    if (!agent) throw refused("no password and no private key is given, and no SSH agent runs", hint);
    const int descriptor = ::fcntl(agent.get(), F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0) throw std::bad_alloc();
    ssh().set_agent_socket(session_.get(), descriptor);  // which closes it
    const Shutdown limit(agent.get(), deadline_, cancellation_);
    const auto code = repeat(SSH_AUTH_AGAIN, [&] { return ssh().userauth_agent(session_.get(), nullptr); });
    cancellation_.check();
    require_login(code, "the server accepts no key of the SSH agent", hint);
}

}  // namespace prevision::sources
