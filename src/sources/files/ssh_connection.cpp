#include "sources/files/ssh_connection.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/text.hpp"

namespace prevision::sources {

namespace {

/// The types of host keys, the preferred ones first. RSA's signatures with SHA-1 are for servers that are too
/// old for others.
constexpr std::array<const char*, 5> host_key_types{"ssh-ed25519", "ecdsa-sha2-nistp256",
                                                    "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
                                                    "rsa-sha2-512,rsa-sha2-256,ssh-rsa"};
constexpr const char* all_host_key_types =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,"
    "ssh-rsa";

/// What libssh can do, the faster and safer first; the last of each list are for old servers.
constexpr std::array<std::pair<ssh_options_e, const char*>, 6> algorithms{{
    {SSH_OPTIONS_KEY_EXCHANGE,
     "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
     "ecdh-sha2-nistp521,diffie-hellman-group14-sha256,diffie-hellman-group16-sha512,"
     "diffie-hellman-group18-sha512,diffie-hellman-group-exchange-sha256,diffie-hellman-group14-sha1,"
     "diffie-hellman-group-exchange-sha1"},
    {SSH_OPTIONS_CIPHERS_C_S,
     "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,"
     "aes256-ctr,aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc"},
    {SSH_OPTIONS_CIPHERS_S_C,
     "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,"
     "aes256-ctr,aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc"},
    {SSH_OPTIONS_HMAC_C_S,
     "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512,"
     "hmac-sha1-etm@openssh.com,hmac-sha1"},
    {SSH_OPTIONS_HMAC_S_C,
     "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512,"
     "hmac-sha1-etm@openssh.com,hmac-sha1"},
    {SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES,
     "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,"
     "sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256,ssh-rsa"},
}};

/// The text between two others; empty where they are not there.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const auto begin = text.find(before);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin + before.size());
    return text.substr(0, text.find(after));
}

/// No algorithm of a kind is known to both sides.
class NothingInCommon : public Error {
  public:
    explicit NothingInCommon(const std::string& reason)
        : Error(ErrorClass::unreachable, reason,
                "ask the server's administrator to allow one that prevision knows") {}
};

/// Which list of algorithms has nothing in common, from libssh's "kex error : no match for method server host
/// key algo: server [a,b], client [c]"; empty for other errors.
std::string common_failure(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kinds{
        {{"kex", "key exchange"},
         {"server host key", "type of host key"},
         {"encryption", "cipher"},
         {"mac", "MAC"}}};
    const auto method = between(text, "no match for method ", ":");
    if (method.empty()) return {};
    const auto* const known =
        std::ranges::find_if(kinds, [&](const auto& kind) { return method.starts_with(kind.first); });
    return fmt::format("no {} in common: the server has {}; prevision has {}",
                       known == kinds.end() ? method : known->second, between(text, "server [", "]"),
                       between(text, "client [", "]"));
}

}  // namespace

SshConnection::SshConnection(const FileServer& server, const SshSettings& settings,
                             Cancellation& cancellation)
    : server_(server), settings_(settings), cancellation_(cancellation), alarm_(cancellation) {}

void SshConnection::wait() {
    const bool sends = (ssh().get_poll_flags(session_.get()) & SSH_WRITE_PENDING) != 0;
    const auto events = static_cast<short>(sends ? POLLIN | POLLOUT : POLLIN);
    // A server that never stops to send is ready at any time.
    if (net::Alarm::Clock::now() < deadline_ && alarm_.wait(socket_.get(), events, deadline_)) return;
    if (ready_) throw Error(ErrorClass::unreachable, "the transfer stood still for too long");
    throw Error(ErrorClass::unreachable,
                fmt::format("no answer within {} ms", server_.connect_timeout.count()),
                "check the host, the port, and the firewalls on the way");
}

Error SshConnection::failure() const {
    cancellation_.check();
    const std::string_view text = ssh().get_error(session_.get());
    constexpr std::string_view farewell = "Received SSH_MSG_DISCONNECT: ";
    if (text.starts_with(farewell)) {
        auto words = text.substr(farewell.size());
        words.remove_prefix(std::min(words.find(':') + 1, words.size()));
        return {ErrorClass::unreachable, fmt::format("the server closed the connection: {}", trim(words))};
    }
    if (text.empty() || text.starts_with("Socket error"))
        return {ErrorClass::unreachable, "the connection was lost"};
    return {ErrorClass::unreachable, std::string(text)};
}

void SshConnection::open_session(const char* types) {
    channel_.reset();
    session_.reset();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - net::Alarm::Clock::now());
    socket_ = net::connect(net::resolve(server_.host, server_.port, server_.rules), server_.address(), left,
                           cancellation_);
    session_.reset(ssh().create());
    // Requests are small, and must not wait for the answers to those before them.
    const int yes = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    // The session closes its descriptor, at the latest when it is freed.
    const int descriptor = ::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0);
    if (!session_ || descriptor < 0) throw std::bad_alloc();
    auto* const session = session_.get();
    const int no = 0;
    const auto set = [&](ssh_options_e option, const void* value) {
        if (ssh().options_set(session, option, value) == 0) return;
        throw Error(ErrorClass::internal,
                    fmt::format("libssh refuses a setting: {}", ssh().get_error(session)));
    };
    set(SSH_OPTIONS_HOST, server_.host.c_str());
    set(SSH_OPTIONS_USER, server_.username.c_str());
    set(SSH_OPTIONS_FD, &descriptor);
    // The settings of the user's ssh are not ours.
    set(SSH_OPTIONS_PROCESS_CONFIG, &no);
    for (const auto option : {SSH_OPTIONS_SSH_DIR, SSH_OPTIONS_KNOWNHOSTS, SSH_OPTIONS_GLOBAL_KNOWNHOSTS})
        set(option, "/dev/null");
    for (const auto& [option, list] : algorithms) set(option, list);
    set(SSH_OPTIONS_HOSTKEYS, types);
    ssh().set_blocking(session, 0);
}

void SshConnection::exchange_keys(const char* types) {
    open_session(types);
    if (repeat(SSH_AGAIN, [&] { return ssh().connect(session_.get()); }) != SSH_OK) {
        if (const auto reason = common_failure(ssh().get_error(session_.get())); !reason.empty())
            throw NothingInCommon(reason);
        throw Error(ErrorClass::unreachable,
                    fmt::format("no SSH connection could be made: {}", failure().what()),
                    "check the host and the port, and that an SSH server listens there");
    }
    learn_host_key();
}

void SshConnection::learn_host_key() {
    ssh_key raw = nullptr;
    unsigned char* digest = nullptr;
    std::size_t size = 0;
    const int got = ssh().get_server_publickey(session_.get(), &raw);
    const SshKey key(raw);
    if (got != SSH_OK || ssh().get_publickey_hash(raw, SSH_PUBLICKEY_HASH_SHA256, &digest, &size) != SSH_OK) {
        throw failure();
    }
    char* const text = ssh().get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, digest, size);
    ssh().clean_pubkey_hash(&digest);
    if (text == nullptr) throw std::bad_alloc();
    host_key_ = {.fingerprint = text, .type = ssh().key_type_to_char(ssh().key_type(raw))};
    ssh().string_free_char(text);
}

void SshConnection::connect() {
    deadline_ = net::Alarm::Clock::now() + server_.connect_timeout;
    exchange_keys(all_host_key_types);
    if (settings_.host_key.empty() || host_key_.fingerprint == settings_.host_key) return;
    std::vector<std::string> shown;
    const auto show = [&] { shown.push_back(fmt::format("{} ({})", host_key_.fingerprint, host_key_.type)); };
    show();
    const auto first = host_key_;
    for (const auto* type : host_key_types) {
        if (std::string_view(type).find(first.type) != std::string_view::npos) continue;
        try {
            exchange_keys(type);
        } catch (const NothingInCommon&) {
            continue;  // it has no key of this type
        }
        if (host_key_.fingerprint == settings_.host_key) return;
        show();
    }
    host_key_ = first;
    throw Error(ErrorClass::unreachable,
                fmt::format("the server's host key is {}, and {} is expected", join(shown, " or "),
                            settings_.host_key),
                "another server may answer in its place: ask its administrator; if the key is right, "
                "'prevision connector update NAME --host-key SHA256:...', with the password or key");
}

void SshConnection::start_sftp() {
    channel_.reset(ssh().channel_new(session_.get()));
    if (!channel_) throw std::bad_alloc();
    if (repeat(SSH_AGAIN, [&] { return ssh().channel_open_session(channel_.get()); }) != SSH_OK)
        throw failure();
    const auto request = [&] { return ssh().channel_request_subsystem(channel_.get(), "sftp"); };
    if (repeat(SSH_AGAIN, request) != SSH_OK) {
        throw Error(ErrorClass::unreachable, fmt::format("the server offers no SFTP: {}", failure().what()),
                    "ask the server's administrator to enable SFTP for this account");
    }
}

/// Before each transfer, which may go on without any wait.
void SshConnection::renew_deadline() {
    cancellation_.check();
    if (ready_) deadline_ = net::Alarm::Clock::now() + server_.idle_limit;
}

std::size_t SshConnection::read(std::span<char> buffer) {
    renew_deadline();
    const auto count = repeat(0, [&] {
        return ssh().channel_read_nonblocking(channel_.get(), buffer.data(),
                                              static_cast<std::uint32_t>(buffer.size()), 0);
    });
    if (count == SSH_EOF) throw Error(ErrorClass::unreachable, "the server ended the SFTP connection");
    if (count < 0) throw failure();
    return static_cast<std::size_t>(count);
}

void SshConnection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        renew_deadline();
        const auto count = repeat(0, [&] {
            return ssh().channel_write(channel_.get(), bytes.data(),
                                       static_cast<std::uint32_t>(bytes.size()));
        });
        if (count < 0) throw failure();
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace prevision::sources
