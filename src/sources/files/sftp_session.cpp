#include "sources/files/sftp_session.hpp"

#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/clock.hpp"
#include "core/text.hpp"
#include "net/curl_failure.hpp"

namespace prevision::sources {

namespace {

/// "ssh-ed25519": a public key begins with its type, a text with its length in four bytes before it.
std::string key_type(std::string_view key) {
    if (key.size() < 4) return {};
    std::size_t size = 0;
    for (const char c : key.substr(0, 4)) size = size << 8U | static_cast<unsigned char>(c);
    return size <= 64 ? std::string(key.substr(4, size)) : "";
}

/// A path in one of libcurl's own commands.
std::string quote(const std::string& path) {
    std::string quoted = "\"";
    for (const char each : path) {
        if (each == '"' || each == '\\') quoted += '\\';
        quoted += each;
    }
    return quoted + '"';
}

}  // namespace

SftpSession::SftpSession(FileServer server, SftpSettings settings, Cancellation& cancellation)
    : FileSession(std::move(server), cancellation), settings_(std::move(settings)) {}

std::optional<std::string> SftpSession::host_key() const {
    return seen_key_.empty() ? std::nullopt : std::optional(seen_key_);
}

void SftpSession::set_options(net::CurlHandle& handle) {
    // Without this libcurl would take any key in silence.
    handle.on_host_key([this](std::string_view key) { return take_host_key(key); });
    if (!settings_.private_key.empty()) {
        put_private_key_into_memory();
        handle.set<CURLOPT_SSH_AUTH_TYPES>(CURLSSH_AUTH_PUBLICKEY);
        handle.set<CURLOPT_SSH_PRIVATE_KEYFILE>(fmt::format("/proc/self/fd/{}", key_file_.get()));
        handle.set<CURLOPT_KEYPASSWD>(server().password.reveal());
    } else if (!server().password.empty()) {
        handle.set<CURLOPT_SSH_AUTH_TYPES>(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD);
    } else {
        handle.set<CURLOPT_SSH_AUTH_TYPES>(CURLSSH_AUTH_AGENT);
    }
    encrypted_at_ = std::chrono::microseconds(0);
    begun_ = system_clock().steady();
}

void SftpSession::put_private_key_into_memory() {
    if (key_file_) return;
    FileDescriptor file(::memfd_create("key", MFD_CLOEXEC));
    const auto& text = settings_.private_key.reveal();
    if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        throw Error(ErrorClass::internal, "cannot hold the private key: " + system_message(errno));
    }
    key_file_ = std::move(file);
}

bool SftpSession::take_host_key(std::string_view key) {
    encrypted_at_ = std::chrono::duration_cast<std::chrono::microseconds>(system_clock().steady() - begun_);
    seen_key_ = key_fingerprint(key);
    seen_type_ = key_type(key);
    // What was seen at the first contact holds for those that follow.
    if (settings_.host_key.empty()) settings_.host_key = seen_key_;
    return seen_key_ == settings_.host_key;
}

std::string SftpSession::file_url(const std::string& path) const {
    if (!path.starts_with('/')) return server().url("/~/" + path);
    // libcurl takes "/~/" for the login folder.
    return server().url(path.starts_with("/~/") ? "/" + path : path);
}

std::string SftpSession::folder_url(const std::string& path) const {
    const auto url = file_url(path);
    return url.ends_with('/') ? url : url + "/";
}

std::vector<std::string> SftpSession::rename_commands(const std::string& from, const std::string& to) const {
    return {fmt::format("rename {} {}", quote(from), quote(to))};
}

std::string SftpSession::remove_command(const std::string& path) const { return "rm " + quote(path); }

void SftpSession::list_folder(const std::string& path, const Each& each) {
    auto& handle = begin(folder_url(path));
    const auto now = std::chrono::floor<std::chrono::seconds>(system_clock().now());
    // libcurl hands out one entry after the other, each with a line end. A name may hold line ends too.
    std::string line;
    handle.on_body([&](std::string_view bytes) {
        line += bytes;
        if (!line.ends_with('\n')) return;
        line.pop_back();
        if (const auto entry = parse_list_line(line, now)) each(*entry);
        line.clear();
    });
    if (const auto code = perform(); code != CURLE_OK) throw path_failure(code, path, Wanted::folder);
}

std::string SftpSession::describe_encryption() const {
    return fmt::format("SSH, host key {} ({})", seen_key_, seen_type_);
}

std::optional<Error> SftpSession::explain(CURLcode code, const std::string& what) {
    if (code == CURLE_PEER_FAILED_VERIFICATION && !seen_key_.empty()) {
        return Error(ErrorClass::unreachable,
                     fmt::format("{}: the server's host key is {} ({}), and {} is expected", what, seen_key_,
                                 seen_type_, settings_.host_key),
                     "somebody may stand in between: ask who runs the server; if the key is right, "
                     "'prevision connector update NAME --host-key SHA256:...'");
    }
    if (code == CURLE_LOGIN_DENIED) {
        const auto& name = server().username;
        if (!settings_.private_key.empty()) {
            return Error(ErrorClass::auth,
                         fmt::format("{} as '{}': the private key is not taken", what, name),
                         "the server does not know it, or the password is not its passphrase; an RSA key may "
                         "be refused where one made by `ssh-keygen -t ed25519` is not");
        }
        if (server().password.empty()) {
            return Error(ErrorClass::auth,
                         fmt::format("{} as '{}': no key of the SSH agent is taken", what, name),
                         "see `ssh-add -l`, or give a password or --private-key-file");
        }
        return Error(ErrorClass::auth, fmt::format("{} as '{}': the password is not taken", what, name),
                     "check the username and the password; the server may want a key: --private-key-file");
    }
    if (code == CURLE_SSH || code == CURLE_FAILED_INIT) {
        const auto reason = net::failure_reason(handle(), code);
        const bool none = encrypted_at_.count() == 0;
        return Error(ErrorClass::unreachable,
                     none ? fmt::format("{}: no SSH connection could be made: {}", what, reason)
                          : fmt::format("{}: {}", what, reason),
                     none ? "check the host and the port, and that an SSH server listens there" : "");
    }
    return std::nullopt;
}

bool SftpSession::refused_path(CURLcode code) const {
    return code == CURLE_REMOTE_FILE_NOT_FOUND || code == CURLE_REMOTE_ACCESS_DENIED;
}

std::optional<ErrorClass> SftpSession::refusal(CURLcode code, const std::string& /*path*/) {
    return code == CURLE_REMOTE_FILE_NOT_FOUND ? ErrorClass::not_found : ErrorClass::auth;
}

}  // namespace prevision::sources
