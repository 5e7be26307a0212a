#pragma once

#include <filesystem>
#include <string>

#include "support/server_process.hpp"

namespace prevision::testing {

/// A real ProFTPD on free ports of 127.0.0.1, ready when the constructor returns. It serves one folder, as
/// one user, in four ways.
class ProftpdServer {
  public:
    ProftpdServer();

    [[nodiscard]] std::string host() const { return "127.0.0.1"; }
    [[nodiscard]] int ftp_port() const { return ftp_port_; }                ///< with explicit TLS
    [[nodiscard]] int ftps_port() const { return ftps_port_; }              ///< implicit TLS
    [[nodiscard]] int strict_ftp_port() const { return strict_ftp_port_; }  ///< wants explicit TLS
    [[nodiscard]] int sftp_port() const { return sftp_port_; }
    [[nodiscard]] std::string username() const { return "tester"; }
    [[nodiscard]] std::string password() const { return "secret p@ss:'w\"ord#%"; }

    /// The folder that a login begins in. Files there need to be readable by all.
    [[nodiscard]] std::filesystem::path home() const { return process_.folder() / "home"; }

    /// The certificate, for 127.0.0.1, in PEM.
    [[nodiscard]] std::filesystem::path certificate() const { return process_.folder() / "certificate.pem"; }

    /// Private keys that SFTP takes; the second is encrypted.
    [[nodiscard]] std::string private_key() const;
    [[nodiscard]] std::string encrypted_private_key() const;
    [[nodiscard]] std::string passphrase() const { return "a pass phrase"; }

    /// The fingerprint of the SFTP server's key, as ssh-keygen tells it.
    [[nodiscard]] std::string host_key() const;

    [[nodiscard]] ServerProcess& process() { return process_; }

  private:
    [[nodiscard]] std::string configuration() const;

    ServerProcess process_;
    int ftp_port_;
    int ftps_port_;
    int strict_ftp_port_;
    int sftp_port_;
};

/// The name and the numbers of the user that servers run as.
struct ServerAccount {
    std::string name;
    std::string group;
    unsigned user_id = 0;
    unsigned group_id = 0;
};
ServerAccount server_account();

/// Whether something listens there.
bool answers(int port);

}  // namespace prevision::testing
