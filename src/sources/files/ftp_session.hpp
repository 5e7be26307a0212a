#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/curl.hpp"
#include "sources/files/ftp_reply.hpp"
#include "sources/files/session.hpp"

namespace prevision::sources {

struct FtpSettings {
    enum class Tls { disable, prefer, require, verify };
    Tls tls = Tls::prefer;
    bool implicit = false;     ///< TLS from the first byte, instead of when it is asked for
    bool active = false;       ///< the server connects for the data, instead of us
    std::string certificates;  ///< a file of those to trust
};

/// FTP and FTPS, through libcurl.
class FtpSession final : public FileSession {
  public:
    FtpSession(FileServer server, FtpSettings settings, Cancellation& cancellation);

    Login log_in() override;
    void store(const std::string& path, const OutgoingFile& file) override;

    [[nodiscard]] std::vector<std::string> notes() const override;

  protected:
    FileVersion look_at(const std::string& path) override;
    void fetch_from(const std::string& path, std::uint64_t offset, const DistantFile::Take& take) override;
    void list_folder(const std::string& path, const Each& each) override;
    [[nodiscard]] std::string login_folder() const override;

  private:
    enum class Command { mlsd, list };

    net::CurlHandle& begin(const std::string& url);
    void begin_commands(const std::vector<std::string>& commands);
    CURLcode perform();
    CURLcode perform_past_greeting();
    [[nodiscard]] std::string file_url(const std::string& path) const;
    [[nodiscard]] std::string folder_url(const std::string& path) const;
    CURLcode list_with(Command command, const std::string& path, const Each& each);
    void remove_leftover(const std::string& path);

    [[nodiscard]] std::string describe_encryption() const;
    [[nodiscard]] long status() const;
    [[nodiscard]] std::string words() const;
    [[nodiscard]] Error misread() const;
    [[nodiscard]] Error failure(CURLcode code, const std::string& what) const;
    [[nodiscard]] Error path_failure(CURLcode code, const std::string& path, Wanted wanted);
    [[nodiscard]] Error write_failure(CURLcode code, const std::string& path) const;
    [[nodiscard]] bool refused_path(CURLcode code) const;
    [[nodiscard]] bool ended_unbegun(CURLcode code) const;
    [[nodiscard]] Refusal refusal(const std::string& path) const;

    FtpSettings settings_;
    Cancellation& cancellation_;
    std::unique_ptr<net::CurlHandle> handle_;  // made at the first use: loading libcurl takes time
    FtpReply reply_;
    std::optional<std::uint64_t> size_;        // in the last answer to SIZE
    std::uint64_t odd_lines_ = 0;              // of listings, that are not understood,
    std::string odd_line_;                     // and the first of them
    std::vector<std::string> unsent_folders_;  // that are shown as empty, for no listing of them came
    bool mlsd_known_ = true;                   // until the server says that it knows no MLSD
};

/// Throws Error invalid, naming the field path, when no command of FTP can hold the path.
void check_ftp_path(const std::string& path);

}  // namespace prevision::sources
