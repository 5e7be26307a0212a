#include "sources/files/sftp_client.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

namespace prevision::sources {

enum class SftpClient::Type : std::uint8_t {
    init = 1,
    version = 2,
    open = 3,
    close = 4,
    read = 5,
    write = 6,
    opendir = 11,
    readdir = 12,
    remove = 13,
    stat = 17,
    rename = 18,
    status = 101,
    handle = 102,
    data = 103,
    name = 104,
    attributes = 105,
    extended = 200,
};

namespace {

constexpr std::uint32_t protocol_version = 3;
constexpr std::uint32_t status_ok = 0;
constexpr std::uint32_t status_eof = 1;

/// Every server can read and write this many bytes in one request; and how many requests wait for answers at most.
constexpr std::uint32_t piece_size = 32U * 1024;
constexpr std::size_t most_pieces = 32;
/// Of servers that send less than was asked for: the smallest piece to ask for.
constexpr std::uint32_t smallest_piece = 512;

constexpr std::uint32_t longest_packet = 1U << 20U;
constexpr std::size_t read_ahead = std::size_t{64} * 1024;
constexpr int most_empty_pages = 100;

Error damaged(std::string_view why) {
    return {ErrorClass::unreachable, fmt::format("the server's answer does not fit the protocol: {}", why)};
}

void put_number(std::string& bytes, std::uint64_t number, int size) {
    for (int at = size - 1; at >= 0; --at)
        bytes += static_cast<char>(static_cast<unsigned char>(number >> (8U * static_cast<unsigned>(at))));
}

std::string number(std::uint32_t value) {
    std::string bytes;
    put_number(bytes, value, 4);
    return bytes;
}

std::string text(std::string_view value) {
    auto bytes = number(static_cast<std::uint32_t>(value.size()));
    bytes += value;
    return bytes;
}

/// Takes a packet apart. Error when it ends too early.
class Fields {
  public:
    explicit Fields(std::string_view bytes) : bytes_(bytes) {}

    std::uint64_t number(std::size_t size) {
        std::uint64_t value = 0;
        for (const char c : take(size)) value = value << 8U | static_cast<unsigned char>(c);
        return value;
    }
    std::uint32_t number() { return static_cast<std::uint32_t>(number(4)); }
    std::string_view text() { return take(number()); }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }

  private:
    std::string_view take(std::size_t size) {
        if (size > bytes_.size()) throw damaged("it ends too early");
        const auto taken = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return taken;
    }
    std::string_view bytes_;
};

std::string kind_of_mode(std::uint32_t mode) {
    switch (mode & S_IFMT) {
        case S_IFREG:
            return "file";
        case S_IFDIR:
            return "folder";
        case S_IFLNK:
            return "link";
        case 0:
            return {};
        default:
            return "other";
    }
}

SftpAttributes read_attributes(Fields& fields) {
    enum Flag : std::uint32_t { size = 1, owner = 2, permissions = 4, times = 8, extended = 0x80000000 };
    SftpAttributes attributes;
    const auto flags = fields.number();
    if ((flags & Flag::size) != 0) {
        // No file is as long as that: it is a -1, or rubbish.
        const auto size = fields.number(8);
        if (size <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            attributes.size = size;
    }
    if ((flags & Flag::owner) != 0) fields.number(8);
    if ((flags & Flag::permissions) != 0) attributes.kind = kind_of_mode(fields.number());
    if ((flags & Flag::times) != 0) {
        fields.number();  // of the last access
        attributes.modified = fields.number();
    }
    if ((flags & Flag::extended) != 0) {
        for (auto count = fields.number(); count > 0; --count) {
            fields.text();
            fields.text();
        }
    }
    return attributes;
}

/// The kind in a listing's own line, as `ls -l` begins it, for a server whose attributes have none.
std::string kind_of_line(std::string_view line) {
    if (line.starts_with('d')) return "folder";
    return line.starts_with('l') ? "link" : "file";
}

/// Of a status: its code, and a message where the server has one.
SftpRefusal read_status(std::string_view bytes) {
    Fields fields(bytes);
    SftpRefusal refusal{.code = fields.number(), .message = {}};
    if (!fields.empty()) refusal.message = fields.text();
    return refusal;
}

}  // namespace

SftpClient::SftpClient(Channel& connection) : connection_(connection) {
    send_packet(Type::init, number(protocol_version));
    const auto answer = receive_packet();
    if (answer.type != Type::version) throw damaged("its first packet is not a version");
    Fields fields(answer.bytes);
    if (const auto version = fields.number(); version < protocol_version)
        throw damaged(fmt::format("it is of version {}", version));
    while (!fields.empty()) {
        const auto name = fields.text();
        const auto value = fields.text();
        if (name == "posix-rename@openssh.com") can_replace_ = value == "1";
    }
    connection_.begin_transfers();
}

void SftpClient::send_packet(Type type, std::string_view body) {
    auto packet = number(static_cast<std::uint32_t>(body.size() + 1));
    packet += static_cast<char>(type);
    packet += body;
    connection_.write(packet);
}

std::uint32_t SftpClient::send(Type type, std::string_view body) {
    const auto id = ++last_id_;
    auto whole = number(id);
    whole += body;
    send_packet(type, whole);
    answers_.emplace(id, std::nullopt);
    return id;
}

void SftpClient::read_exactly(std::span<char> bytes) {
    while (!bytes.empty()) {
        if (ahead_at_ < ahead_.size()) {
            const auto count = std::min(bytes.size(), ahead_.size() - ahead_at_);
            std::memcpy(bytes.data(), ahead_.data() + ahead_at_, count);
            ahead_at_ += count;
            bytes = bytes.subspan(count);
        } else if (bytes.size() >= read_ahead / 4) {
            bytes = bytes.subspan(connection_.read(bytes));
        } else {
            ahead_.resize(read_ahead);
            ahead_.resize(connection_.read(ahead_));
            ahead_at_ = 0;
        }
    }
}

SftpClient::Packet SftpClient::receive_packet() {
    std::string head(5, '\0');
    read_exactly(head);
    const auto length = Fields(head).number();
    if (length == 0 || length > longest_packet) {
        throw Error(ErrorClass::unreachable, "the server does not speak SFTP",
                    "a start-up file of the account may print a text: it must not where no terminal is");
    }
    Packet packet{.type = static_cast<Type>(head[4]), .bytes = std::string(length - 1, '\0')};
    read_exactly(packet.bytes);
    return packet;
}

SftpClient::Packet SftpClient::receive(std::uint32_t id) {
    for (auto awaited = answers_.find(id); !awaited->second;) {
        auto packet = receive_packet();
        const auto answered = Fields(packet.bytes).number();
        const auto request = answers_.find(answered);
        if (request == answers_.end() || request->second) throw damaged("it answers no request");
        packet.bytes.erase(0, 4);
        request->second = std::move(packet);
    }
    auto packet = std::move(*answers_.at(id));
    answers_.erase(id);
    return packet;
}

void SftpClient::require_done(std::uint32_t id) {
    const auto answer = receive(id);
    if (answer.type != Type::status) throw damaged("it is not a status");
    if (auto status = read_status(answer.bytes); status.code != status_ok)
        throw SftpRefusal(std::move(status));
}

std::string SftpClient::request_handle(Type type, std::string_view body) {
    const auto answer = receive(send(type, body));
    if (answer.type == Type::status) throw read_status(answer.bytes);
    if (answer.type != Type::handle) throw damaged("it is not a handle");
    return std::string(Fields(answer.bytes).text());
}

SftpAttributes SftpClient::stat(const std::string& path) {
    const auto answer = receive(send(Type::stat, text(path)));
    if (answer.type == Type::status) throw read_status(answer.bytes);
    if (answer.type != Type::attributes) throw damaged("it has no attributes");
    Fields fields(answer.bytes);
    return read_attributes(fields);
}

std::string SftpClient::open(const std::string& path, Open how) {
    const auto no_attributes = number(0);
    return request_handle(Type::open, text(path) + number(static_cast<std::uint32_t>(how)) + no_attributes);
}

void SftpClient::close(const std::string& handle) { require_done(send(Type::close, text(handle))); }

SftpClient::Piece SftpClient::request(const std::string& handle, std::uint64_t offset, std::uint32_t size) {
    auto body = text(handle);
    put_number(body, offset, 8);
    put_number(body, size, 4);
    return {.offset = offset, .size = size, .id = send(Type::read, body)};
}

void SftpClient::read(const std::string& handle, std::uint64_t offset,
                      const std::function<bool(std::string_view bytes)>& take) {
    std::deque<Piece> pieces;
    std::size_t window = 4;
    auto size = piece_size;
    bool wanted = true;
    while (wanted) {
        for (; pieces.size() < window; offset += size) pieces.push_back(request(handle, offset, size));
        const auto piece = pieces.front();
        pieces.pop_front();
        const auto answer = receive(piece.id);
        if (answer.type == Type::status) {
            auto status = read_status(answer.bytes);
            if (status.code != status_eof) throw SftpRefusal(std::move(status));
            break;
        }
        if (answer.type != Type::data) throw damaged("it has no data");
        const auto bytes = Fields(answer.bytes).text();
        if (bytes.empty() || bytes.size() > piece.size) throw damaged("it has another number of bytes");
        wanted = take(bytes);
        window = std::min(window + 1, most_pieces);
        if (bytes.size() == piece.size) continue;
        // A server may send less than was asked for: the rest is asked for in such pieces, before all others.
        size = std::max(static_cast<std::uint32_t>(bytes.size()), smallest_piece);
        const auto end = piece.offset + piece.size;
        std::deque<Piece> rest;
        for (auto at = piece.offset + bytes.size(); at < end; at += rest.back().size)
            rest.push_back(
                request(handle, at, static_cast<std::uint32_t>(std::min<std::uint64_t>(size, end - at))));
        pieces.insert(pieces.begin(), rest.begin(), rest.end());
    }
    for (const auto& piece : pieces) receive(piece.id);
}

void SftpClient::write(const std::string& handle, const std::function<std::string_view()>& next) {
    std::deque<std::uint32_t> under_way;
    std::uint64_t offset = 0;
    for (auto bytes = next(); !bytes.empty(); bytes = next()) {
        for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(bytes.size(), piece_size))) {
            const auto piece = bytes.substr(0, piece_size);
            auto body = text(handle);
            put_number(body, offset, 8);
            put_number(body, piece.size(), 4);
            body += piece;
            under_way.push_back(send(Type::write, body));
            offset += piece.size();
            if (under_way.size() < most_pieces) continue;
            require_done(under_way.front());
            under_way.pop_front();
        }
    }
    for (const auto id : under_way) require_done(id);
}

void SftpClient::list_page(Packet page,
                           const std::function<void(std::string_view, const SftpAttributes&)>& each) {
    Fields fields(page.bytes);
    for (auto count = fields.number(); count > 0; --count) {
        const auto name = fields.text();
        const auto line = fields.text();
        auto attributes = read_attributes(fields);
        if (attributes.kind.empty()) attributes.kind = kind_of_line(line);
        each(name, attributes);
    }
}

void SftpClient::list(
    const std::string& path,
    const std::function<void(std::string_view name, const SftpAttributes& attributes)>& each) {
    const auto handle = request_handle(Type::opendir, text(path));
    for (int empty_pages = 0; empty_pages < most_empty_pages; ++empty_pages) {
        auto answer = receive(send(Type::readdir, text(handle)));
        if (answer.type == Type::status) {
            auto status = read_status(answer.bytes);
            if (status.code != status_eof) throw SftpRefusal(std::move(status));
            close(handle);
            return;
        }
        if (answer.type != Type::name) throw damaged("it is not a listing");
        if (Fields(answer.bytes).number() > 0) empty_pages = -1;
        list_page(std::move(answer), each);
    }
    throw damaged("the listing does not end");
}

void SftpClient::rename(const std::string& from, const std::string& to) {
    if (can_replace_) {
        require_done(send(Type::extended, text("posix-rename@openssh.com") + text(from) + text(to)));
        return;
    }
    try {
        require_done(send(Type::rename, text(from) + text(to)));
    } catch (const SftpRefusal&) {
        // A server may refuse to give a file the name of another one.
        try {
            remove(to);
        } catch (const SftpRefusal&) {
            // It is not there, or the next call says why not.
        }
        require_done(send(Type::rename, text(from) + text(to)));
    }
}

void SftpClient::remove(const std::string& path) { require_done(send(Type::remove, text(path))); }

}  // namespace prevision::sources
