#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/secret.hpp"
#include "sources/file_writer.hpp"
#include "sources/files/listing.hpp"
#include "sources/files/transfer.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// A server of files, and the account to use.
struct FileServer {
    std::string host;  ///< without brackets
    int port = 0;
    std::string username;
    Secret password;
    std::chrono::milliseconds connect_timeout{10'000};  ///< for connecting and logging in, together
    std::chrono::milliseconds idle_limit{60'000};       ///< in which no byte moves; 0 is without a limit
    net::HostRules rules{};                             ///< which addresses it may have

    /// "files.example.com:21", "[::1]:21".
    [[nodiscard]] std::string address() const;
};

/// "/a/b" → "/a", "/a" → "/", "a" → "": the folder of a path.
std::string_view parent_of(std::string_view path);

/// The server that a connection names. Error invalid, naming the field.
FileServer parse_file_server(const Connection& connection, int default_port);

/// Calls a server of files over one connection, which is kept and made again after it was lost. One thread at a
/// time.
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

    explicit FileSession(FileServer server);
    virtual ~FileSession() = default;
    FileSession(const FileSession&) = delete;
    FileSession& operator=(const FileSession&) = delete;

    [[nodiscard]] const FileServer& server() const { return server_; }

    /// Connects and logs in, and does nothing more.
    virtual Login log_in() = 0;

    // As for DistantFile.
    FileVersion look(const std::string& path);
    void fetch(const std::string& path, std::uint64_t offset, const DistantFile::Take& take);

    /// Whether a file or a folder is there.
    bool exists(const std::string& path);

    /// Writes a file whole: under another name first, which then takes the place of what is there. When that
    /// fails, what was written is removed.
    virtual void store(const std::string& path, const OutgoingFile& file) = 0;

    /// Passes on each entry of a folder as it comes, without the folder itself and its parent. A name that is not
    /// UTF-8 is shown as if its bytes were Latin-1; all calls take such names as they are shown. An entry whose name
    /// leads out of the folder is left out, and counted in the notes.
    void list(const std::string& path, const Each& each);

    /// "/reports/sales.csv at files.example.com:21".
    [[nodiscard]] std::string title(const std::string& path) const;

    /// What is to be said about the listings so far, for people.
    [[nodiscard]] virtual std::vector<std::string> notes() const;

    /// The fingerprint of the server's key, where the protocol has one and it was seen.
    [[nodiscard]] virtual std::optional<std::string> host_key() const { return std::nullopt; }

  protected:
    // With names as the server has them.
    virtual FileVersion look_at(const std::string& path) = 0;
    virtual void fetch_from(const std::string& path, std::uint64_t offset, const DistantFile::Take& take) = 0;
    virtual void list_folder(const std::string& path, const Each& each) = 0;

    /// The folder in which relative paths begin, "." where it is not known.
    [[nodiscard]] virtual std::string login_folder() const { return "."; }

    /// Why a server refused a path.
    struct Refusal {
        std::optional<ErrorClass> reason;  ///< not_found, auth or invalid, where the server says so
        std::string words;                 ///< the server's, for the end of the message; may be empty
    };

    enum class Wanted { file, folder };

    /// The Error for a path that the server refused to read. Lists its folder where the reason is not clear, and finds out
    /// whether it is a file that was to be listed: servers have any words for that.
    [[nodiscard]] Error refused_reading(const std::string& path, Wanted wanted, Refusal refusal);

    /// The Error for a path that the server refused to write.
    [[nodiscard]] Error refused_writing(const std::string& path, const Refusal& refusal) const;

    /// "cannot read /a at host:21", "cannot list …".
    [[nodiscard]] std::string purpose(const std::string& path, Wanted wanted) const;

    /// The entry of that path in its folder's listing; nothing when it is not there or cannot be listed.
    [[nodiscard]] std::optional<ListedEntry> find_in_parent(const std::string& path);

    /// The name under which a file is written first.
    [[nodiscard]] static std::string temporary_path(const std::string& path);

  private:
    void list_names(const std::string& path, const Each& each);
    bool is_file(const std::string& path, const std::optional<ListedEntry>& found);
    void with_spelling(const std::string& path, const std::function<void(const std::string&)>& action);

    FileServer server_;
    std::string shown_path_;           // the last one that the server spells otherwise,
    std::string spelled_path_;         // and how
    std::uint64_t foreign_names_ = 0;  // in listings, that lead to other folders,
    std::string foreign_name_;         // and the first of them
    bool finding_ = false;             // find_in_parent is at work: it must not call itself
};

/// A name as `list` shows it.
std::string shown_name(const std::string& name);

/// The ways in which a server may spell a path that is given in UTF-8, the likeliest first: as it is, and with
/// all its parts, or the last one, in Latin-1.
std::vector<std::string> spellings(const std::string& path);

/// A time as the servers give it, in seconds since 1970, in RFC 3339; empty for a negative one.
std::string format_seconds(std::int64_t seconds);

}  // namespace prevision::sources
