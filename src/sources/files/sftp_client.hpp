#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "sources/files/channel.hpp"

namespace prevision::sources {

/// What an SFTP server knows of a file.
struct SftpAttributes {
    std::string kind;  ///< file, folder, link, other; empty where the server does not say
    std::optional<std::uint64_t> size;
    std::optional<std::uint32_t> modified;  ///< seconds since 1970
};

/// A server's refusal of a request.
struct SftpRefusal {
    std::uint32_t code = 0;
    std::string message;  ///< in the server's words; may be empty

    static constexpr std::uint32_t no_such_file = 2;
    static constexpr std::uint32_t permission_denied = 3;
    static constexpr std::uint32_t unsupported = 8;
};

/// The SSH File Transfer Protocol, version 3 (draft-ietf-secsh-filexfer-02), over a connection. libssh has it
/// too, but reads the text of a listing beyond its end, and cannot write ahead of the answers.
///
/// Paths and names are bytes. Calls throw SftpRefusal where the server refuses, and Errors as the connection
/// does; also unreachable when the answers do not fit the protocol. After an Error, after anything that a
/// callback threw, and after a refusal that leaves it not idle, the client must not be used any more.
class SftpClient {
  public:
    /// Agrees on the version. The connection must outlive it.
    explicit SftpClient(Channel& connection);

    SftpAttributes stat(const std::string& path);

    enum class Open : std::uint32_t { read = 0x01, write_new = 0x02 | 0x08 | 0x20 };
    /// The handle of a file.
    std::string open(const std::string& path, Open how);
    void close(const std::string& handle);

    /// Passes on the bytes from `offset` to the end of the file, in order; `take` returns false to end it.
    void read(const std::string& handle, std::uint64_t offset,
              const std::function<bool(std::string_view bytes)>& take);

    /// Writes what `next` gives, from the file's start; `next` returns an empty text at the end.
    void write(const std::string& handle, const std::function<std::string_view()>& next);

    /// Passes on each entry of a folder, also "." and "..".
    void list(const std::string& path,
              const std::function<void(std::string_view name, const SftpAttributes& attributes)>& each);

    /// Whether all answers have come.
    [[nodiscard]] bool idle() const { return answers_.empty(); }

    /// Gives a file another name, in place of one that has it where the server can do that.
    void rename(const std::string& from, const std::string& to);
    void remove(const std::string& path);

  private:
    enum class Type : std::uint8_t;
    struct Packet {
        Type type{};
        std::string bytes;  // behind the id
    };
    struct Piece {
        std::uint64_t offset = 0;
        std::uint32_t size = 0;
        std::uint32_t id = 0;
    };

    void send_packet(Type type, std::string_view body);
    std::uint32_t send(Type type, std::string_view body);
    Packet receive_packet();
    Packet receive(std::uint32_t id);
    void read_exactly(std::span<char> bytes);
    std::string request_handle(Type type, std::string_view body);
    void require_done(std::uint32_t id);
    Piece request(const std::string& handle, std::uint64_t offset, std::uint32_t size);
    void list_page(Packet page, const std::function<void(std::string_view, const SftpAttributes&)>& each);

    Channel& connection_;
    std::uint32_t last_id_ = 0;
    std::map<std::uint32_t, std::optional<Packet>>
        answers_;        // of the requests under way, if they came already
    std::string ahead_;  // bytes that were read ahead
    std::size_t ahead_at_ = 0;
    bool can_replace_ = false;  // the server knows posix-rename@openssh.com
};

}  // namespace prevision::sources
