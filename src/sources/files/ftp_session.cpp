#include "sources/files/ftp_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/text.hpp"
#include "net/curl_failure.hpp"
#include "sources/field.hpp"
#include "sources/files/ftp_greeting.hpp"
#include "sources/files/line_splitter.hpp"

namespace prevision::sources {

namespace {

constexpr long receive_buffer = 512L * 1024;  // the most that libcurl takes

/// Ends a transfer when the receiver wants no more.
struct Enough {};

/// Ends a transfer when libcurl takes a line of a reply for its end.
struct MisreadReply {};

net::CurlList list_of(const std::vector<std::string>& lines) {
    net::CurlList list;
    for (const auto& line : lines) list.append(line);
    return list;
}

/// The path as the argument of a command: a server may take a '~' for a home folder.
std::string argument(const std::string& path) { return path.starts_with('~') ? "./" + path : path; }

std::vector<std::string> rename_commands(const std::string& from, const std::string& to) {
    return {"RNFR " + argument(from), "RNTO " + argument(to)};
}

std::string remove_command(const std::string& path) { return "DELE " + argument(path); }

}  // namespace

void check_ftp_path(const std::string& path) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
    if (std::ranges::none_of(path, is_control)) return;
    throw Error(ErrorClass::invalid, "invalid path: it holds a control character, which FTP cannot ask for");
}

FtpSession::FtpSession(FileServer server, FtpSettings settings, Cancellation& cancellation)
    : FileSession(std::move(server)), settings_(std::move(settings)), cancellation_(cancellation) {}

net::CurlHandle& FtpSession::begin(const std::string& url) {
    if (!handle_) handle_ = std::make_unique<net::CurlHandle>();
    auto& handle = *handle_;
    handle.reset();
    handle.set<CURLOPT_URL>(url);
    handle.set<CURLOPT_PATH_AS_IS>(1);
    handle.set<CURLOPT_PROXY>("");
    handle.restrict_addresses(server().rules, server().host);
    handle.set<CURLOPT_PROTOCOLS_STR>("ftp,ftps");
    handle.set<CURLOPT_USERNAME>(server().username);
    handle.set<CURLOPT_PASSWORD>(server().password);
    handle.set<CURLOPT_CONNECTTIMEOUT_MS>(server().connect_timeout.count());
    handle.set<CURLOPT_BUFFERSIZE>(receive_buffer);
    using Tls = FtpSettings::Tls;
    const bool verify = settings_.tls == Tls::verify;
    constexpr std::array<curl_usessl, 4> levels{CURLUSESSL_NONE, CURLUSESSL_TRY, CURLUSESSL_ALL,
                                                CURLUSESSL_ALL};
    handle.set<CURLOPT_USE_SSL>(levels.at(static_cast<std::size_t>(settings_.tls)));
    handle.set<CURLOPT_SSL_VERIFYPEER>(verify);
    handle.set<CURLOPT_SSL_VERIFYHOST>(verify ? 2 : 0);
    handle.set<CURLOPT_CAINFO>(settings_.certificates);
    if (settings_.active) handle.set<CURLOPT_FTPPORT>("-");
    // A file by its whole path, so that no folder on the way needs to be entered.
    handle.set<CURLOPT_FTP_FILEMETHOD>(CURLFTPMETHOD_NOCWD);
    // RFC 2640. A server that does not know the command has UTF-8 names anyway, or none.
    handle.set<CURLOPT_QUOTE>(list_of({"*OPTS UTF8 ON"}));
    reply_ = {};
    size_.reset();
    handle.on_header([this](std::string_view line) {
        // libcurl's own line, behind the answer to SIZE, with a number even where that has none.
        if (line.starts_with("Content-Length:")) size_ = size_in_reply(reply_.text());
        reply_.take_line(line);
        if (reply_.misleads()) throw MisreadReply();
    });
    return handle;
}

/// A transfer of commands only.
void FtpSession::begin_commands(const std::vector<std::string>& commands) {
    auto& handle = begin(folder_url(""));
    handle.set<CURLOPT_NOBODY>(1);
    handle.set<CURLOPT_POSTQUOTE>(list_of(commands));
}

CURLcode FtpSession::perform() {
    try {
        const auto code = handle_->perform(&cancellation_, server().idle_limit);
        // "120 Service ready in 2 minutes", which libcurl does not wait for.
        if (code != CURLE_WEIRD_SERVER_REPLY || status() != 120) return code;
    } catch (const MisreadReply&) {
        if (!reply_.is_first() || settings_.implicit) throw misread();
    }
    return perform_past_greeting();
}

/// Makes the transfer over a connection of our own, whose greeting is read as far as libcurl cannot.
CURLcode FtpSession::perform_past_greeting() {
    FileDescriptor connection;
    // What comes encrypted can only be read by libcurl.
    if (!settings_.implicit) connection = connect_to_greeting(server(), cancellation_);
    if (!connection) {
        throw Error(
            ErrorClass::unreachable,
            fmt::format("cannot log in to {}: {}: {}", server().address(),
                        words().starts_with('1') ? "the server asks to wait" : "no greeting", words()),
            "try again later");
    }
    handle_->use_connection(std::move(connection));
    reply_ = {};
    try {
        return handle_->perform(&cancellation_, server().idle_limit);
    } catch (const MisreadReply&) {
        throw misread();
    }
}

Error FtpSession::misread() const {
    return {ErrorClass::unreachable,
            fmt::format("cannot understand {}: a line within its reply begins with another number: {}",
                        server().address(), words()),
            "ask the server's administrator to indent that line: RFC 959, section 4.2, demands it"};
}

std::string FtpSession::file_url(const std::string& path) const {
    check_ftp_path(path);
    // A server may take a '~' for a home folder.
    return fmt::format("{}://{}{}", settings_.implicit ? "ftps" : "ftp", server().address(),
                       encode_path((path.starts_with('~') ? "/./" : "/") + path));
}

std::string FtpSession::folder_url(const std::string& path) const {
    auto url = file_url(path);
    if (!path.empty() && path != "/") url += '/';
    return url;
}

FileSession::Login FtpSession::log_in() {
    auto& handle = begin(folder_url(""));
    handle.set<CURLOPT_NOBODY>(1);
    auto code = CURLE_OK;
    try {
        code = perform();
    } catch (const Error& error) {
        if (cancellation_.cancelled()) throw;
        return {.encryption = describe_encryption(), .error = error};
    }
    using std::chrono::microseconds;
    const microseconds connected(handle.info<CURLINFO_CONNECT_TIME_T>());
    const microseconds total(handle.info<CURLINFO_TOTAL_TIME_T>());
    const microseconds encrypted(handle.info<CURLINFO_APPCONNECT_TIME_T>());
    Login login;
    login.tls = std::max(encrypted - connected, microseconds(0));
    login.auth = std::max(total - std::max(encrypted, connected), microseconds(0));
    if (code != CURLE_OK) {
        login.error = failure(code, fmt::format("cannot log in to {}", server().address()));
        login.failed_in_tls = net::is_certificate_failure(code) || code == CURLE_SSL_CONNECT_ERROR ||
                              code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CACERT_BADFILE ||
                              (settings_.implicit && encrypted.count() == 0);
    }
    if (login.failed_in_tls) {
        login.tls = std::max(total - connected, microseconds(0));
    } else {
        login.encryption = describe_encryption();
    }
    return login;
}

FileVersion FtpSession::look_at(const std::string& path) {
    auto& handle = begin(file_url(path));
    handle.set<CURLOPT_NOBODY>(1);
    handle.set<CURLOPT_FILETIME>(1);
    if (const auto code = perform(); code != CURLE_OK) {
        const bool unclear = refused_path(code) && !refusal(path).reason;
        const auto error = path_failure(code, path, Wanted::file);
        // It may be the command that the server refuses, and not the file.
        const auto listed = unclear ? find_in_parent(path) : std::nullopt;
        if (!listed || listed->kind == "folder") throw error;
        return {.size = listed->size, .modified = listed->modified};
    }
    return {.size = size_, .modified = format_seconds(handle.info<CURLINFO_FILETIME_T>())};
}

void FtpSession::fetch_from(const std::string& path, std::uint64_t offset, const DistantFile::Take& take) {
    const bool is_empty = size_ == 0U;  // by the answer to `look_at`
    auto& handle = begin(file_url(path));
    // Otherwise libcurl would ask for the size and stop there, also where the file is longer. It then sends no
    // REST by itself.
    handle.set<CURLOPT_IGNORE_CONTENT_LENGTH>(1);
    if (offset > 0) handle.set<CURLOPT_PREQUOTE>(list_of({fmt::format("REST {}", offset)}));
    handle.on_body([&](std::string_view bytes) {
        // libcurl may read many pieces before it looks at the cancellation.
        cancellation_.check();
        if (!take(bytes)) throw Enough();
    });
    try {
        const auto code = perform();
        if (code == CURLE_QUOTE_ERROR) {
            throw Error(ErrorClass::internal,
                        fmt::format("{}: the server cannot begin in the middle of it: {}",
                                    purpose(path, Wanted::file), words()));
        }
        if (code == CURLE_OK || (is_empty && ended_unbegun(code))) return;
        const auto error = path_failure(code, path, Wanted::file);
        // After a failure libcurl does not ask for EPSV again on the same connection.
        if (error.retryable()) handle_.reset();
        throw error;
    } catch (const Enough&) {
        return;
    }
}

void FtpSession::store(const std::string& path, const OutgoingFile& file) {
    const auto temporary = temporary_path(path);
    auto code = CURLE_OK;
    try {
        auto& handle = begin(file_url(temporary));
        handle.set<CURLOPT_UPLOAD>(1);
        handle.set<CURLOPT_INFILESIZE_LARGE>(file.size);
        handle.set<CURLOPT_POSTQUOTE>(list_of(rename_commands(temporary, path)));
        handle.on_upload(file.read, file.rewind);
        code = perform();
        // A server may refuse to give a file the name of another one.
        if (code == CURLE_QUOTE_ERROR) {
            auto commands = rename_commands(temporary, path);
            commands.insert(commands.begin(), "*" + remove_command(path));  // it may fail
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

/// Best effort: the caller reports the original error.
void FtpSession::remove_leftover(const std::string& path) {
    constexpr std::chrono::milliseconds limit{3'000};
    // On a connection whose transfer was given up, an answer may still be on its way.
    handle_.reset();
    begin_commands({remove_command(path)});
    handle_->perform(nullptr, limit);
}

void FtpSession::list_folder(const std::string& path, const Each& each) {
    CURLcode code = CURLE_FTP_COULDNT_RETR_FILE;
    if (mlsd_known_) {
        code = list_with(Command::mlsd, path, each);
        // Not known, not implemented, not for this argument or not now: the older command may do.
        mlsd_known_ = code != CURLE_FTP_COULDNT_RETR_FILE || status() < 500 || status() > 504;
    }
    const auto refused = [&] { return code == CURLE_FTP_COULDNT_RETR_FILE && status() == 550; };
    if (!mlsd_known_ || refused() || ended_unbegun(code)) code = list_with(Command::list, path, each);
    if (code == CURLE_OK) return;
    // It let us into the folder: a server may refuse to list one that is empty, or send nothing of it.
    if (refused() && refusal(path).reason != ErrorClass::auth) return;
    if (!ended_unbegun(code)) throw path_failure(code, path, Wanted::folder);
    unsent_folders_.push_back(title(path));
}

CURLcode FtpSession::list_with(Command command, const std::string& path, const Each& each) {
    auto& handle = begin(folder_url(path));
    // Into the folder, and no argument: a server may take that for an option or a pattern.
    handle.set<CURLOPT_FTP_FILEMETHOD>(CURLFTPMETHOD_SINGLECWD);
    if (command == Command::mlsd) handle.set<CURLOPT_CUSTOMREQUEST>("MLSD");
    const auto now = std::chrono::floor<std::chrono::seconds>(system_clock().now());
    std::uint64_t understood = 0;
    std::uint64_t odd = 0;
    std::string first_odd;
    LineSplitter lines([&](std::string_view line) {
        const auto entry = command == Command::mlsd ? parse_mlsd_line(line) : parse_list_line(line, now);
        if (entry) {
            ++understood;
            each(*entry);
        } else if (odd++ == 0) {
            first_odd = shown_name(std::string(line.substr(0, 80)));
        }
    });
    handle.on_body([&](std::string_view bytes) { lines.write(bytes); });
    const auto code = perform();
    if (code != CURLE_OK) return code;
    lines.finish();
    if (understood == 0 && odd > 0) {
        throw Error(ErrorClass::unreachable,
                    fmt::format("cannot list {}: the server's answer is not understood: '{}'", title(path),
                                first_odd));
    }
    if (odd_lines_ == 0) odd_line_ = first_odd;
    odd_lines_ += odd;
    return code;
}

std::vector<std::string> FtpSession::notes() const {
    auto notes = FileSession::notes();
    if (odd_lines_ > 0)
        notes.push_back(
            fmt::format("{} of the server's listing {} not understood and not shown, the first: '{}'",
                        odd_lines_ == 1 ? "1 line" : fmt::format("{} lines", format_count(odd_lines_)),
                        odd_lines_ == 1 ? "is" : "are", odd_line_));
    for (const auto& folder : unsent_folders_)
        notes.push_back(fmt::format(
            "the server ended the listing of {} without sending one: it is shown as empty", folder));
    return notes;
}

std::string FtpSession::login_folder() const {
    const auto folder = handle_->info<CURLINFO_FTP_ENTRY_PATH>();
    return folder.empty() ? FileSession::login_folder() : folder;
}

}  // namespace prevision::sources
