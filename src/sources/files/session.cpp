#include "sources/files/session.hpp"

#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/id.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"
#include "sources/field.hpp"
#include "sources/host.hpp"

namespace prevision::sources {

namespace {

constexpr std::string_view browse_hint = "list what there is with 'prevision connector browse CONNECTOR'";

/// A text in UTF-8 in Latin-1; nothing when it has a character that Latin-1 lacks.
std::optional<std::string> to_latin1(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        const auto size = utf8_character_size(text);
        if (size == 1) bytes += text.front();
        if (size == 2 && first <= 0xc3)
            bytes += static_cast<char>((first & 3U) << 6U | (static_cast<unsigned char>(text[1]) & 0x3fU));
        if (size == 0 || size > 2 || (size == 2 && first > 0xc3)) return std::nullopt;
        text.remove_prefix(size);
    }
    return bytes;
}

}  // namespace

std::string_view parent_of(std::string_view path) {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return "";
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string shown_name(const std::string& name) {
    if (is_utf8(name)) return name;
    std::string shown;
    for (const char c : name) append_utf8(shown, static_cast<unsigned char>(c));
    return shown;
}

std::vector<std::string> spellings(const std::string& path) {
    std::vector<std::string> found{path};
    const auto last = path.rfind('/') + 1;  // npos + 1 is 0
    for (const auto& [before, rest] :
         {std::pair(std::string(), path), std::pair(path.substr(0, last), path.substr(last))}) {
        const auto spelled = to_latin1(rest);
        if (spelled && *spelled != rest) found.push_back(before + *spelled);
    }
    if (found.size() == 3 && found[1] == found[2]) found.pop_back();
    return found;
}

std::string format_seconds(std::int64_t seconds) {
    if (seconds < 0) return {};
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::string FileServer::address() const {
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                               : fmt::format("[{}]:{}", host, port);
}

FileServer parse_file_server(const Connection& connection, int default_port) {
    const Host host = parse_host(connection.host);
    if (!host.path.empty() && host.path != "/") {
        throw Error(ErrorClass::invalid, "invalid host: a path follows it",
                    "name the path in the datasource: --path");
    }
    refuse_line_ends("username", connection.username);
    refuse_line_ends("password", connection.password.reveal());
    return {.host = host.name,
            .port = choose_port(connection.port, host).value_or(default_port),
            .username = connection.username,
            .password = connection.password,
            .connect_timeout = connection.connect_timeout,
            .idle_limit = connection.wait_limit,
            .rules = connection.reach.hosts};
}

FileSession::FileSession(FileServer server) : server_(std::move(server)) {}

/// Calls `action` with the path as the server spells it: the first spelling that the server finds.
void FileSession::with_spelling(const std::string& path,
                                const std::function<void(const std::string&)>& action) {
    if (path == shown_path_) return action(spelled_path_);
    std::optional<Error> first;
    for (const auto& way : spellings(path)) {
        try {
            action(way);
            shown_path_ = path;
            spelled_path_ = way;
            return;
        } catch (const Error& error) {
            if (error.error_class() != ErrorClass::not_found) throw;
            if (!first) first = error;
        }
    }
    throw Error(*first);
}

FileVersion FileSession::look(const std::string& path) {
    FileVersion version;
    with_spelling(path, [&](const std::string& way) { version = look_at(way); });
    return version;
}

void FileSession::fetch(const std::string& path, std::uint64_t offset, const DistantFile::Take& take) {
    with_spelling(path, [&](const std::string& way) { fetch_from(way, offset, take); });
}

bool FileSession::exists(const std::string& path) {
    try {
        look(path);
        return true;
    } catch (const Error& error) {
        if (error.error_class() == ErrorClass::not_found) return false;
        if (error.error_class() == ErrorClass::invalid) return true;
        throw;
    }
}

void FileSession::list(const std::string& path, const Each& each) {
    with_spelling(path, [&](const std::string& way) {
        list_names(way, [&](const ListedEntry& entry) {
            auto shown = entry;
            shown.name = shown_name(entry.name);
            each(shown);
        });
    });
}

/// Lists a folder with the names that are in it.
void FileSession::list_names(const std::string& path, const Each& each) {
    list_folder(path, [&](const ListedEntry& entry) {
        if (entry.kind.empty() || entry.name.find('/') == std::string::npos) {
            if (!entry.kind.empty() && !entry.name.empty()) each(entry);
            return;
        }
        const auto name =
            name_in_folder(entry.name, path.starts_with('/') ? path : login_folder() + '/' + path);
        if (name && !name->empty() && *name != "." && *name != "..") {
            auto plain = entry;
            plain.name = *name;
            each(plain);
        } else if (!name && !finding_ && foreign_names_++ == 0) {
            foreign_name_ = shown_name(entry.name);
        }
    });
}

std::vector<std::string> FileSession::notes() const {
    if (foreign_names_ == 0) return {};
    const bool one = foreign_names_ == 1;
    return {fmt::format("{} in the server's listing {} to another folder and {} not shown, the first: '{}'",
                        one ? "1 name" : fmt::format("{} names", format_count(foreign_names_)),
                        one ? "leads" : "lead", one ? "is" : "are", foreign_name_)};
}

std::string FileSession::title(const std::string& path) const {
    return fmt::format("{} at {}", path.empty() ? "the login folder" : shown_name(path), server_.address());
}

std::string FileSession::purpose(const std::string& path, Wanted wanted) const {
    return fmt::format("cannot {} {}", wanted == Wanted::file ? "read" : "list", title(path));
}

std::string FileSession::temporary_path(const std::string& path) {
    return fmt::format("{}.{}.part", path, new_id());
}

Error FileSession::refused_reading(const std::string& path, Wanted wanted, Refusal refusal) {
    auto reason = refusal.reason;
    // Servers refuse a file that is missing and one that may not be read with the same code; and they call a file that
    // is entered like a folder missing, too.
    if (!reason || *reason == ErrorClass::auth ||
        (*reason == ErrorClass::not_found && wanted == Wanted::folder)) {
        const auto found = find_in_parent(path);
        const bool other = wanted == Wanted::file ? found && found->kind == "folder" : is_file(path, found);
        if (other) reason = ErrorClass::invalid;
        if (!reason) reason = found ? ErrorClass::auth : ErrorClass::not_found;
    }
    const auto say = [&](std::string_view why) {
        return refusal.words.empty() ? fmt::format("{}: {}", purpose(path, wanted), why)
                                     : fmt::format("{}: {} ({})", purpose(path, wanted), why, refusal.words);
    };
    switch (*reason) {
        case ErrorClass::invalid:
            if (wanted == Wanted::folder) return {ErrorClass::invalid, say("it is a file")};
            return {ErrorClass::invalid, say("it is a folder"),
                    "name a file in it: see 'prevision connector browse CONNECTOR'"};
        case ErrorClass::auth:
            return {ErrorClass::auth, say("permission denied"),
                    fmt::format("ask the server's administrator to let '{}' read it", server_.username)};
        default:
            return {ErrorClass::not_found, say("it does not exist"), std::string(browse_hint)};
    }
}

Error FileSession::refused_writing(const std::string& path, const Refusal& refusal) const {
    const auto what = fmt::format("cannot write {}", title(path));
    switch (refusal.reason.value_or(ErrorClass::auth)) {
        case ErrorClass::not_found:
            return {ErrorClass::not_found,
                    fmt::format("{}: there is no such folder ({})", what, refusal.words),
                    std::string(browse_hint)};
        case ErrorClass::invalid:
            return {ErrorClass::invalid, fmt::format("{}: a folder has that name ({})", what, refusal.words)};
        default:
            return {ErrorClass::auth, fmt::format("{}: the server refuses ({})", what, refusal.words),
                    fmt::format("ask the server's administrator to let '{}' write there", server_.username)};
    }
}

/// Whether what cannot be listed is a file. `found`: in its folder's listing.
bool FileSession::is_file(const std::string& path, const std::optional<ListedEntry>& found) {
    if (found && found->kind != "link") return found->kind == "file";
    if (finding_ || path.empty()) return false;
    // A link, or in a folder that cannot be listed. Only a file surely has a size.
    try {
        return look_at(path).size.has_value();
    } catch (const Error& error) {
        if (is_cancelled(error)) throw;
        return false;
    }
}

std::optional<ListedEntry> FileSession::find_in_parent(const std::string& path) {
    const auto name = std::string_view(path).substr(path.rfind('/') + 1);  // npos + 1 is 0
    if (finding_ || name.empty()) return std::nullopt;
    finding_ = true;
    std::optional<ListedEntry> found;
    try {
        list_names(std::string(parent_of(path)), [&](const ListedEntry& entry) {
            if (entry.name == name) found = entry;
        });
    } catch (const Error& error) {
        found.reset();
        finding_ = false;
        if (is_cancelled(error)) throw;
    }
    finding_ = false;
    return found;
}

}  // namespace prevision::sources
