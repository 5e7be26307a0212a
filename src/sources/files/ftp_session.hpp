#pragma once

#include <string>

#include "sources/files/session.hpp"

namespace prevision::sources {

struct FtpSettings {
    enum class Tls { disable, prefer, require, verify };
    Tls tls = Tls::prefer;  ///< with the scheme ftps it begins with the connection, else when it is asked for
    bool active = false;    ///< the server connects for the data, instead of us
    std::string certificates;  ///< a file of those to trust; empty: the system's
};

/// FTP, and FTPS where the server's scheme or the settings say so.
class FtpSession final : public FileSession {
  public:
    FtpSession(FileServer server, FtpSettings settings, Cancellation& cancellation);

  protected:
    void set_options(net::CurlHandle& handle) override;
    [[nodiscard]] std::string file_url(const std::string& path) const override;
    [[nodiscard]] std::string folder_url(const std::string& path) const override;
    void list_folder(const std::string& path, const Each& each) override;
    [[nodiscard]] std::vector<std::string> rename_commands(const std::string& from,
                                                           const std::string& to) const override;
    [[nodiscard]] std::string remove_command(const std::string& path) const override;
    [[nodiscard]] std::chrono::microseconds encrypted_at() const override;
    [[nodiscard]] std::string describe_encryption() const override;
    [[nodiscard]] std::optional<Error> explain(CURLcode code, const std::string& what) override;
    [[nodiscard]] bool refused_path(CURLcode code) const override;
    [[nodiscard]] std::optional<ErrorClass> refusal(CURLcode code, const std::string& path) override;
    [[nodiscard]] std::string last_words() const override;

  private:
    enum class Command { mlsd, list };
    CURLcode list_with(Command command, const std::string& path, const Each& each);
    void take_reply_line(std::string_view line);

    FtpSettings settings_;
    std::string reply_;  // the server's last one, its lines joined
    bool reply_ended_ = true;
    bool mlsd_known_ = true;  // until the server says that it knows no MLSD
};

/// Throws Error invalid, naming the field path, for one that no command of FTP can hold.
void check_ftp_path(const std::string& path);

/// Why a server refused a path, by the text of its reply to a command on it; nothing where that is not clear.
std::optional<ErrorClass> tell_refusal(std::string_view reply, std::string_view path);

}  // namespace prevision::sources
