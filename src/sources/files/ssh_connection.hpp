#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/cancellation.hpp"
#include "core/file.hpp"
#include "net/socket.hpp"
#include "sources/files/channel.hpp"
#include "sources/files/session.hpp"
#include "sources/files/ssh_library.hpp"

namespace prevision::sources {

struct SshSettings {
    Secret private_key;        ///< from normalize_private_key; the server's password is its passphrase then
    std::string host_key;      ///< "SHA256:…", the only one that is accepted; empty: any
    std::string agent_socket;  ///< of the caller's SSH agent; may be empty
};

/// A key of a server.
struct HostKey {
    std::string fingerprint;  ///< "SHA256:…"
    std::string type;         ///< "ssh-ed25519"
};

/// One SSH connection with one subsystem, SFTP. One thread at a time.
///
/// Everything up to the subsystem ends within the server's connect timeout; after that, each read and write
/// ends when no byte of it moves for the idle limit. A cancellation ends all of them at once. Errors:
/// unreachable, auth, invalid, and the cancellation's; their messages are reasons, "the connection was lost".
class SshConnection final : public Channel {
  public:
    /// All three must outlive it. Does not touch the network.
    SshConnection(const FileServer& server, const SshSettings& settings, Cancellation& cancellation);
    SshConnection(const SshConnection&) = delete;
    SshConnection& operator=(const SshConnection&) = delete;

    // In this order:

    /// Opens the connection and checks the server's key. A server may have keys of several types: where
    /// another one than the expected comes, the other types are asked for too.
    void connect();
    void log_in();
    void start_sftp();

    /// The key that the server showed; empty before.
    [[nodiscard]] const HostKey& host_key() const { return host_key_; }

    /// Ends what the connect timeout is for.
    void begin_transfers() override { ready_ = true; }

    std::size_t read(std::span<char> buffer) override;
    void write(std::string_view bytes) override;

  private:
    struct FreeSession {
        void operator()(ssh_session session) const { ssh().free(session); }
    };
    struct FreeChannel {
        void operator()(ssh_channel channel) const { ssh().channel_free(channel); }
    };

    void exchange_keys(const char* host_key_types);
    void open_session(const char* host_key_types);
    void learn_host_key();
    void wait();
    /// Makes a call of libssh, which returns `again` where it would have to wait, until it is done.
    template <typename Call>
    int repeat(int again, const Call& call) {
        for (;;) {
            const int code = call();
            if (code != again) return code;
            wait();
        }
    }

    void renew_deadline();
    [[nodiscard]] Error failure() const;

    // ssh_login.cpp
    void log_in_with_key();
    void log_in_with_password();
    void log_in_with_agent();
    int answer_questions();
    [[nodiscard]] std::string accepted_methods();
    [[nodiscard]] Error refused(const std::string& why, std::string hint);
    void require_login(int code, const std::string& why, const std::string& hint);

    const FileServer& server_;
    const SshSettings& settings_;
    Cancellation& cancellation_;
    net::Alarm alarm_;
    net::Alarm::Clock::time_point deadline_;  // of the wait that goes on
    FileDescriptor socket_;                   // to wait for
    std::unique_ptr<ssh_session_struct, FreeSession> session_;
    std::unique_ptr<ssh_channel_struct, FreeChannel> channel_;
    HostKey host_key_;
    bool ready_ = false;
    std::string unanswered_;  // a question of the server that a password does not answer
};

}  // namespace prevision::sources
