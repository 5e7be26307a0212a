#pragma once

#include <string>

#include "core/file.hpp"
#include "sources/files/session.hpp"

namespace prevision::sources {

struct SftpSettings {
    Secret private_key;    ///< as its file holds it; the server's password is its passphrase then
    std::string host_key;  ///< "SHA256:…", the only one that is taken; empty: any
};

/// SFTP, logged in with a private key, else a password, else the keys of the caller's SSH agent.
class SftpSession final : public FileSession {
  public:
    SftpSession(FileServer server, SftpSettings settings, Cancellation& cancellation);

    [[nodiscard]] std::optional<std::string> host_key() const override;

  protected:
    void set_options(net::CurlHandle& handle) override;
    [[nodiscard]] std::string file_url(const std::string& path) const override;
    [[nodiscard]] std::string folder_url(const std::string& path) const override;
    void list_folder(const std::string& path, const Each& each) override;
    [[nodiscard]] std::vector<std::string> rename_commands(const std::string& from,
                                                           const std::string& to) const override;
    [[nodiscard]] std::string remove_command(const std::string& path) const override;
    [[nodiscard]] std::chrono::microseconds encrypted_at() const override { return encrypted_at_; }
    [[nodiscard]] std::string describe_encryption() const override;
    [[nodiscard]] std::optional<Error> explain(CURLcode code, const std::string& what) override;
    [[nodiscard]] bool refused_path(CURLcode code) const override;
    [[nodiscard]] std::optional<ErrorClass> refusal(CURLcode code, const std::string& path) override;

  private:
    [[nodiscard]] bool take_host_key(std::string_view key);
    void put_private_key_into_memory();

    SftpSettings settings_;
    FileDescriptor key_file_;  // in memory: libssh2 reads a key from a file only
    std::string seen_key_;     // the fingerprint of the key that the server has
    std::string seen_type_;
    std::chrono::steady_clock::time_point begun_;
    std::chrono::microseconds encrypted_at_{0};
};

/// The fingerprint of a public key as SSH sends it, as OpenSSH writes it: "SHA256:" and 43 digits.
std::string key_fingerprint(std::string_view key);

/// A fingerprint as it is written elsewhere ("SHA256:…", with or without '=' at its end) in that form. Error
/// invalid, naming the field host_key.
std::string parse_fingerprint(std::string_view text);

/// Throws Error invalid, naming the field private_key, for what is no private key that can be used, or one
/// with a passphrase where none is given.
void check_private_key(const Secret& key, bool has_passphrase);

}  // namespace prevision::sources
