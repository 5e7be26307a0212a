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
    handle.on_header([this](std::string_view line) { reply_.take_line(line); });
    return handle;
}

/// A transfer of commands only.
void FtpSession::begin_commands(const std::vector<std::string>& commands) {
    auto& handle = begin(folder_url(""));
    handle.set<CURLOPT_NOBODY>(1);
    handle.set<CURLOPT_POSTQUOTE>(list_of(commands));
}

CURLcode FtpSession::perform() {
    const auto code = handle_->perform(&cancellation_, server().idle_limit);
    if (code != CURLE_WEIRD_SERVER_REPLY || status() != 120 || settings_.implicit) return code;
    // "120 Service ready in 2 minutes", which libcurl does not wait for.
    auto connection = connect_past_waits(server(), cancellation_);
    if (!connection) {
        throw Error(
            ErrorClass::unreachable,
            fmt::format("cannot log in to {}: the server asks to wait: {}", server().address(), words()),
            "try again later");
    }
    handle_->use_connection(std::move(connection));
    reply_ = {};
    return handle_->perform(&cancellation_, server().idle_limit);
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
    FileVersion version{.size = std::nullopt, .modified = format_seconds(handle.info<CURLINFO_FILETIME_T>())};
    const auto size = handle.info<CURLINFO_CONTENT_LENGTH_DOWNLOAD_T>();
    if (size >= 0) version.size = static_cast<std::uint64_t>(size);
    return version;
}

void FtpSession::fetch_from(const std::string& path, std::uint64_t offset, const DistantFile::Take& take) {
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
        if (code == CURLE_OK) return;
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
    if (!mlsd_known_ || refused()) code = list_with(Command::list, path, each);
    if (code == CURLE_OK) return;
    // It let us into the folder: a server may refuse to list one that is empty.
    if (refused() && refusal(path).reason != ErrorClass::auth) return;
    throw path_failure(code, path, Wanted::folder);
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
    if (odd_lines_ == 0) return {};
    return {fmt::format("{} of the server's listing {} not understood and not shown, the first: '{}'",
                        odd_lines_ == 1 ? "1 line" : fmt::format("{} lines", format_count(odd_lines_)),
                        odd_lines_ == 1 ? "is" : "are", odd_line_)};
}

std::string FtpSession::words() const {
    auto words = reply_.text();
    // A server may repeat the password.
    const auto password = server().password.reveal();
    for (auto at = words.find(password); !password.empty() && at != std::string::npos;
         at = words.find(password, at + 3)) {
        words.replace(at, password.size(), "***");
    }
    return words;
}

long FtpSession::status() const { return handle_->info<CURLINFO_RESPONSE_CODE>(); }

std::string FtpSession::describe_encryption() const {
    if (handle_->info<CURLINFO_APPCONNECT_TIME_T>() == 0) {
        return settings_.tls == FtpSettings::Tls::prefer ? "not used: the server offers none" : "not used";
    }
    return fmt::format("{}, certificate {}", settings_.implicit ? "implicit" : "explicit",
                       settings_.tls == FtpSettings::Tls::verify ? "checked" : "not checked");
}

Error FtpSession::failure(CURLcode code, const std::string& what) const {
    const auto unreachable = [&](const std::string& why, std::string hint = {}) {
        return Error(ErrorClass::unreachable, fmt::format("{}: {}", what, why), std::move(hint));
    };
    switch (code) {
        case CURLE_LOGIN_DENIED:
        case CURLE_FTP_WEIRD_PASS_REPLY:
            if (status() == 421 || status() == 0) break;
            if (says_full(words())) return unreachable(words(), "try again later");
            return {
                ErrorClass::auth, fmt::format("{} as '{}': {}", what, server().username, words()),
                "check the username and the password; a server may also ask for TLS first (--tls require)"};
        case CURLE_USE_SSL_FAILED:
            return unreachable(
                "the server offers no TLS: " + words(),
                "--tls prefer and --tls disable work without it; --tls implicit begins with it");
        case CURLE_WEIRD_SERVER_REPLY:
            if (status() >= 400) return unreachable(words());
            return unreachable(
                "the server does not speak FTP",
                "check the host and the port; a server with implicit TLS needs --tls implicit");
        case CURLE_OPERATION_TIMEDOUT:
            // libcurl's code for 421, too.
            if (handle_->stalled() || status() == 421) break;
            return unreachable(fmt::format("no answer within {} ms", server().connect_timeout.count()),
                               "check the host, the port, and the firewalls on the way");
        default:
            break;
    }
    if (net::is_certificate_failure(code)) {
        return unreachable(net::failure_reason(*handle_, code),
                           "--tls require encrypts without checking the certificate");
    }
    if (status() >= 400 && !words().empty()) return unreachable(words());
    return unreachable(net::failure_reason(*handle_, code));
}

bool FtpSession::refused_path(CURLcode code) const {
    switch (code) {
        case CURLE_REMOTE_FILE_NOT_FOUND:
        case CURLE_REMOTE_ACCESS_DENIED:
            return true;
        case CURLE_FTP_COULDNT_RETR_FILE:
        case CURLE_UPLOAD_FAILED:
        // With TLS the data connection is gone before the refusal is read, which then comes as the answer to
        // the next command.
        case CURLE_FTP_WEIRD_PASV_REPLY:
            return status() == 550 || status() == 553;
        default:
            return false;
    }
}

FileSession::Refusal FtpSession::refusal(const std::string& path) const {
    return {.reason = refusal_in_reply(words(), path), .words = words()};
}

Error FtpSession::path_failure(CURLcode code, const std::string& path, Wanted wanted) {
    if (!refused_path(code)) return failure(code, purpose(path, wanted));
    return refused_reading(path, wanted, refusal(path));
}

Error FtpSession::write_failure(CURLcode code, const std::string& path) const {
    const auto what = fmt::format("cannot write {}", title(path));
    if (code == CURLE_REMOTE_DISK_FULL) {
        return {ErrorClass::internal, fmt::format("{}: the server has no room left ({})", what, words())};
    }
    if (!refused_path(code) && code != CURLE_QUOTE_ERROR) return failure(code, what);
    return refused_writing(path, refusal(path));
}

}  // namespace prevision::sources
