#include "sources/files/session.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/id.hpp"
#include "core/text.hpp"
#include "net/curl_failure.hpp"
#include "sources/field.hpp"
#include "sources/host.hpp"

namespace prevision::sources {

namespace {

constexpr std::chrono::milliseconds stall_timeout{60'000};
constexpr long receive_buffer = 512L * 1024;  // the most that libcurl takes

// Of a buffer that is not full yet, libssh2 gives nothing when the connection breaks: after an attempt that
// brought no byte the next one asks for little at a time, and gets on however soon it is cut again.
constexpr long careful_buffer = 16L * 1024;

constexpr std::string_view name_a_file = "name a file in it: see 'prevision connector browse CONNECTOR'";

/// Ends a transfer of which no more is wanted.
struct Enough {};

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string format_seconds(curl_off_t seconds) {
    if (seconds < 0) return {};
    const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

net::CurlList list_of(const std::vector<std::string>& lines) {
    net::CurlList list;
    for (const auto& line : lines) list.append(line);
    return list;
}

}  // namespace

std::string_view parent_of(std::string_view path) {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return "";
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string FileServer::address() const {
    return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                               : fmt::format("[{}]:{}", host, port);
}

std::string FileServer::url(std::string_view path) const {
    return fmt::format("{}://{}{}", scheme, address(), encode_path(path));
}

FileServer parse_file_server(const Connection& connection, int default_port) {
    const Host host = parse_host(connection.host);
    if (!host.path.empty() && host.path != "/") {
        throw Error(ErrorClass::invalid, "invalid host: a path follows it",
                    "name the path in the datasource: --path");
    }
    refuse_line_ends("username", connection.username);
    refuse_line_ends("password", connection.password.reveal());
    return {.scheme = {},
            .host = host.name,
            .port = choose_port(connection.port, host).value_or(default_port),
            .username = connection.username,
            .password = connection.password,
            .connect_timeout = connection.connect_timeout,
            .rules = connection.reach.hosts};
}

FileSession::FileSession(FileServer server, Cancellation& cancellation)
    : server_(std::move(server)), cancellation_(cancellation) {}

net::CurlHandle& FileSession::begin(const std::string& url) {
    if (!handle_) handle_ = std::make_unique<net::CurlHandle>();
    auto& handle = *handle_;
    handle.reset();
    handle.set<CURLOPT_URL>(url);
    handle.set<CURLOPT_PATH_AS_IS>(1);
    handle.set<CURLOPT_PROXY>("");
    handle.restrict_addresses(server_.rules, server_.host);
    handle.set<CURLOPT_PROTOCOLS_STR>("ftp,ftps,sftp");
    handle.set<CURLOPT_USERNAME>(server_.username);
    handle.set<CURLOPT_PASSWORD>(server_.password.reveal());
    handle.set<CURLOPT_CONNECTTIMEOUT_MS>(server_.connect_timeout.count());
    handle.set<CURLOPT_BUFFERSIZE>(receive_buffer);
    set_options(handle);
    return handle;
}

CURLcode FileSession::perform() { return handle_->perform(&cancellation_, stall_timeout); }

FileSession::Login FileSession::log_in() {
    auto& handle = begin(folder_url(""));
    handle.set<CURLOPT_NOBODY>(1);
    const auto code = perform();
    using std::chrono::microseconds;
    const microseconds connected(handle.info<CURLINFO_CONNECT_TIME_T>());
    const microseconds total(handle.info<CURLINFO_TOTAL_TIME_T>());
    const auto encrypted = encrypted_at();
    Login login;
    login.tls = std::max(encrypted - connected, microseconds(0));
    login.auth = std::max(total - std::max(encrypted, connected), microseconds(0));
    if (code == CURLE_OK) {
        login.encryption = describe_encryption();
        return login;
    }
    login.error = failure(code, fmt::format("cannot log in to {}", server_.address()));
    login.failed_in_tls = net::is_certificate_failure(code) || code == CURLE_SSL_CONNECT_ERROR ||
                          code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CACERT_BADFILE ||
                          (server_.scheme != "ftp" && encrypted.count() == 0);
    if (login.failed_in_tls) {
        login.tls = std::max(total - connected, microseconds(0));
    } else {
        login.encryption = describe_encryption();
    }
    return login;
}

FileVersion FileSession::look(const std::string& path) {
    auto& handle = begin(file_url(path));
    handle.set<CURLOPT_NOBODY>(1);
    handle.set<CURLOPT_FILETIME>(1);
    if (const auto code = perform(); code != CURLE_OK) throw path_failure(code, path, Wanted::file);
    FileVersion version{.size = std::nullopt, .modified = format_seconds(handle.info<CURLINFO_FILETIME_T>())};
    const auto size = handle.info<CURLINFO_CONTENT_LENGTH_DOWNLOAD_T>();
    if (size >= 0) version.size = static_cast<std::uint64_t>(size);
    return version;
}

void FileSession::fetch(const std::string& path, std::uint64_t offset, const DistantFile::Take& take) {
    auto& handle = begin(file_url(path));
    handle.set<CURLOPT_RESUME_FROM_LARGE>(offset);
    if (careful_) handle.set<CURLOPT_BUFFERSIZE>(careful_buffer);
    bool moved = false;
    handle.on_body([&](std::string_view bytes) {
        moved = true;
        // libcurl reads many pieces before it looks up.
        if (cancellation_.cancelled()) cancellation_.check();
        if (!take(bytes)) throw Enough();
    });
    try {
        const auto code = perform();
        // Shorter than it was: whoever looks at the file finds that.
        careful_ = code != CURLE_OK && !moved;
        if (code == CURLE_OK || code == CURLE_BAD_DOWNLOAD_RESUME) return;
        throw path_failure(code, path, Wanted::file);
    } catch (const Enough&) {
        return;
    }
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

void FileSession::store(const std::string& path, const OutgoingFile& file) {
    const auto temporary = fmt::format("{}.{}.part", path, new_id());
    auto code = CURLE_OK;
    try {
        auto& handle = begin(file_url(temporary));
        handle.set<CURLOPT_UPLOAD>(1);
        handle.set<CURLOPT_INFILESIZE_LARGE>(file.size);
        handle.set<CURLOPT_POSTQUOTE>(list_of(rename_commands(temporary, path)));
        handle.on_upload(file.read, file.rewind);
        code = perform();
        // A server need not give a file a name that another one has.
        if (code == CURLE_QUOTE_ERROR) {
            auto commands = rename_commands(temporary, path);
            commands.insert(commands.begin(), "*" + remove_command(path));  // which may fail
            begin_commands(commands);
            code = perform();
        }
    } catch (...) {
        remove_leftover(temporary);
        throw;
    }
    if (code == CURLE_OK) return;
    const auto error = write_failure(code, path);
    remove_leftover(temporary);
    throw error;
}

/// A transfer of nothing but commands.
void FileSession::begin_commands(const std::vector<std::string>& commands) {
    auto& handle = begin(folder_url(""));
    handle.set<CURLOPT_NOBODY>(1);
    handle.set<CURLOPT_POSTQUOTE>(list_of(commands));
}

/// Whatever ended the writing is what is told: this fails in silence.
void FileSession::remove_leftover(const std::string& path) {
    constexpr std::chrono::milliseconds limit{3'000};
    // A connection on which a transfer was given up may have an answer on its way that nobody waits for.
    handle_.reset();
    begin_commands({remove_command(path)});
    handle_->perform(nullptr, limit);
}

Error FileSession::write_failure(CURLcode code, const std::string& path) {
    const auto what = fmt::format("cannot write {}", title(path));
    const bool refused = refused_path(code) || code == CURLE_QUOTE_ERROR;
    const auto words = last_words().empty() ? std::string(handle_->detail()) : last_words();
    if (code == CURLE_REMOTE_DISK_FULL) {
        return {ErrorClass::internal, fmt::format("{}: the server has no room left ({})", what, words)};
    }
    if (!refused) return failure(code, what);
    switch (refusal(code, path).value_or(ErrorClass::auth)) {
        case ErrorClass::not_found:
            return {ErrorClass::not_found, fmt::format("{}: there is no such folder ({})", what, words),
                    "list what there is with 'prevision connector browse CONNECTOR'"};
        case ErrorClass::invalid:
            return {ErrorClass::invalid, fmt::format("{}: a folder has that name ({})", what, words)};
        default:
            return {ErrorClass::auth, fmt::format("{}: the server refuses ({})", what, words),
                    fmt::format("ask who runs the server to let '{}' write there", server_.username)};
    }
}

void FileSession::list(const std::string& path, const Each& each) {
    list_folder(path, [&](const ListedEntry& entry) {
        if (entry.kind.empty()) return;
        // A name with a slash would lead elsewhere.
        if (entry.name.empty() || entry.name.find('/') != std::string::npos) return;
        each(entry);
    });
}

std::string FileSession::title(const std::string& path) const {
    return fmt::format("{} at {}", path.empty() ? "the login folder" : path, server_.address());
}

Error FileSession::failure(CURLcode code, const std::string& what) {
    if (auto explained = explain(code, what)) return *explained;
    if (code == CURLE_OPERATION_TIMEDOUT && !handle_->stalled()) {
        return {ErrorClass::unreachable,
                fmt::format("{}: no answer within {} ms", what, server_.connect_timeout.count()),
                "check the host, the port, and the firewalls on the way"};
    }
    return {ErrorClass::unreachable, fmt::format("{}: {}", what, net::failure_reason(*handle_, code))};
}

Error FileSession::path_failure(CURLcode code, const std::string& path, Wanted wanted) {
    const auto verb = wanted == Wanted::file ? "read" : "list";
    const auto what = fmt::format("cannot {} {}", verb, title(path));
    if (!refused_path(code)) {
        auto error = failure(code, what);
        // OpenSSH opens a folder as a file, and fails to read it.
        const bool may_be_folder = code == CURLE_SSH && wanted == Wanted::file;
        const auto found = may_be_folder ? find_in_parent(path) : std::nullopt;
        if (!found || found->kind != "folder") return error;
        return {ErrorClass::invalid, fmt::format("{}: it is a folder", what), std::string(name_a_file)};
    }
    const auto words = last_words();
    auto reason = refusal(code, path);
    if (!reason || *reason == ErrorClass::auth) {
        const auto found = find_in_parent(path);
        if (found && wanted == Wanted::file && found->kind == "folder") reason = ErrorClass::invalid;
        if (found && wanted == Wanted::folder && found->kind == "file") reason = ErrorClass::invalid;
        if (!reason) reason = found ? ErrorClass::auth : ErrorClass::not_found;
    }
    const auto say = [&](std::string_view why) {
        return words.empty() ? fmt::format("{}: {}", what, why)
                             : fmt::format("{}: {} ({})", what, why, words);
    };
    switch (*reason) {
        case ErrorClass::invalid:
            return {ErrorClass::invalid, say(wanted == Wanted::file ? "it is a folder" : "it is a file"),
                    wanted == Wanted::file ? std::string(name_a_file) : ""};
        case ErrorClass::auth:
            return {ErrorClass::auth, say("permission denied"),
                    fmt::format("ask who runs the server to let '{}' read it", server_.username)};
        default:
            return {ErrorClass::not_found, say("there is none"),
                    "list what there is with 'prevision connector browse CONNECTOR'"};
    }
}

// Servers refuse a file that is missing and one that may not be read with one and the same code.
std::optional<ListedEntry> FileSession::find_in_parent(const std::string& path) {
    const auto name = name_of(path);
    if (explaining_ || name.empty()) return std::nullopt;
    explaining_ = true;
    std::optional<ListedEntry> found;
    try {
        list(std::string(parent_of(path)), [&](const ListedEntry& entry) {
            if (entry.name == name) found = entry;
        });
    } catch (const Error& error) {
        // Not to be listed: then it is not to be found either.
        found.reset();
        if (error.error_class() == ErrorClass::interrupted || error.error_class() == ErrorClass::terminated) {
            explaining_ = false;
            throw;
        }
    }
    explaining_ = false;
    return found;
}

}  // namespace prevision::sources
