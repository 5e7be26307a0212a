#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cancellation.hpp"
#include "core/secret.hpp"
#include "net/curl.hpp"
#include "sources/file_writer.hpp"
#include "sources/files/listing.hpp"
#include "sources/files/transfer.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// A server of files, and who calls.
struct FileServer {
    std::string scheme;  ///< as libcurl takes it: ftp, ftps, sftp
    std::string host;    ///< without brackets
    int port = 0;
    std::string username;
    Secret password;
    std::chrono::milliseconds connect_timeout{10'000};
    net::HostRules rules{};

    /// "files.example.com:21", "[::1]:21".
    [[nodiscard]] std::string address() const;

    /// A URL of the server with that path, "/" at its start, percent-encoded.
    [[nodiscard]] std::string url(std::string_view path) const;
};

/// "/a/b" → "/a", "/a" → "/", "a" → "": the folder of a path.
std::string_view parent_of(std::string_view path);

/// The server that a connection names, its scheme left to the caller. Error invalid, naming the field.
FileServer parse_file_server(const Connection& connection, int default_port);

/// Calls a server of files through libcurl, over one connection that is used again. One thread at a time.
///
/// Paths are absolute or begin at the login folder; the empty one is that folder. Errors: unreachable, auth,
/// not_found, invalid (a folder for a file, a file for a folder), and the cancellation's.
class FileSession {
  public:
    using Each = std::function<void(const ListedEntry& entry)>;

    /// How a login went.
    struct Login {
        std::chrono::microseconds tls{0};
        std::chrono::microseconds auth{0};
        std::string encryption;      ///< for people
        bool failed_in_tls = false;  ///< where there is an error: in which of the two stages
        std::optional<Error> error;
    };

    FileSession(FileServer server, Cancellation& cancellation);
    virtual ~FileSession() = default;
    FileSession(const FileSession&) = delete;
    FileSession& operator=(const FileSession&) = delete;

    [[nodiscard]] const FileServer& server() const { return server_; }

    /// Connects and logs in, and does nothing more.
    Login log_in();

    FileVersion look(const std::string& path);
    void fetch(const std::string& path, std::uint64_t offset, const DistantFile::Take& take);

    /// Whether a file or a folder is there.
    bool exists(const std::string& path);

    /// Writes a file whole: beside its place first, then it takes the place of what is there. What was
    /// written is removed again when that fails.
    void store(const std::string& path, const OutgoingFile& file);

    /// Tells each entry of a folder as it comes, the folder itself and its parent left out.
    void list(const std::string& path, const Each& each);

    /// "/reports/sales.csv at files.example.com:21".
    [[nodiscard]] std::string title(const std::string& path) const;

    /// The fingerprint of the server's key, where the protocol has one and it was seen.
    [[nodiscard]] virtual std::optional<std::string> host_key() const { return std::nullopt; }

  protected:
    /// What every transfer needs, set on a handle that has no option set.
    virtual void set_options(net::CurlHandle& handle) = 0;
    [[nodiscard]] virtual std::string file_url(const std::string& path) const = 0;
    [[nodiscard]] virtual std::string folder_url(const std::string& path) const = 0;
    virtual void list_folder(const std::string& path, const Each& each) = 0;

    /// When the encryption stood, since the transfer began; 0 when there is none.
    [[nodiscard]] virtual std::chrono::microseconds encrypted_at() const = 0;
    [[nodiscard]] virtual std::string describe_encryption() const = 0;

    /// The Error of a transfer that failed, where the protocol knows better than the code. `what` is "cannot
    /// read /a at host:21".
    [[nodiscard]] virtual std::optional<Error> explain(CURLcode code, const std::string& what) = 0;

    /// Whether the system refused the path of the transfer rather than the caller.
    [[nodiscard]] virtual bool refused_path(CURLcode code) const = 0;

    /// Why it refused, where it says so: not_found, auth or invalid.
    [[nodiscard]] virtual std::optional<ErrorClass> refusal(CURLcode code, const std::string& path) = 0;

    /// What the system said last, for the end of a message; may be empty.
    [[nodiscard]] virtual std::string last_words() const { return {}; }

    /// The commands that give a file another name, and the one that removes a file.
    [[nodiscard]] virtual std::vector<std::string> rename_commands(const std::string& from,
                                                                   const std::string& to) const = 0;
    [[nodiscard]] virtual std::string remove_command(const std::string& path) const = 0;

    net::CurlHandle& begin(const std::string& url);
    CURLcode perform();
    [[nodiscard]] Error failure(CURLcode code, const std::string& what);
    [[nodiscard]] net::CurlHandle& handle() { return *handle_; }
    [[nodiscard]] const net::CurlHandle& handle() const { return *handle_; }

    enum class Wanted { file, folder };
    [[nodiscard]] Error path_failure(CURLcode code, const std::string& path, Wanted wanted);

  private:
    [[nodiscard]] Error write_failure(CURLcode code, const std::string& path);
    void begin_commands(const std::vector<std::string>& commands);
    void remove_leftover(const std::string& path);
    [[nodiscard]] std::optional<ListedEntry> find_in_parent(const std::string& path);

    FileServer server_;
    Cancellation& cancellation_;
    std::unique_ptr<net::CurlHandle>
        handle_;  // made at the first use: a source that is not used costs nothing
    bool explaining_ = false;
    bool careful_ = false;  ///< the last attempt to fetch brought nothing
};

}  // namespace prevision::sources
