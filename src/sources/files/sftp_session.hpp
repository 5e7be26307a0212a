#pragma once

#include <memory>
#include <string>

#include "sources/files/session.hpp"
#include "sources/files/sftp_client.hpp"
#include "sources/files/ssh_connection.hpp"

namespace prevision::sources {

/// SFTP, logged in with a private key, else a password, else the keys of the caller's SSH agent.
class SftpSession final : public FileSession {
  public:
    SftpSession(FileServer server, SshSettings settings, Cancellation& cancellation);

    Login log_in() override;
    void store(const std::string& path, const OutgoingFile& file) override;
    [[nodiscard]] std::optional<std::string> host_key() const override;

  protected:
    FileVersion look_at(const std::string& path) override;
    void fetch_from(const std::string& path, std::uint64_t offset, const DistantFile::Take& take) override;
    void list_folder(const std::string& path, const Each& each) override;

  private:
    /// What it takes to talk to the server; made by the first call, and again after a failure.
    struct Line {
        Line(const FileServer& server, const SshSettings& settings, Cancellation& cancellation)
            : connection(server, settings, cancellation) {}
        SshConnection connection;
        std::unique_ptr<SftpClient> client;
    };

    SftpClient& client();
    void keep_host_key(const SshConnection& connection);
    template <typename Action>
    auto call(const std::string& path, Wanted wanted, const Action& action);
    void write_file(const std::string& path, const OutgoingFile& file);
    void remove_leftover(const std::string& path);
    [[nodiscard]] static Refusal describe(const SftpRefusal& refusal);

    SshSettings settings_;
    Cancellation& cancellation_;
    HostKey host_key_;
    std::unique_ptr<Line> line_;
};

}  // namespace prevision::sources
