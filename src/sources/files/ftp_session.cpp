#include "sources/files/ftp_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/text.hpp"
#include "net/curl_failure.hpp"

namespace prevision::sources {

namespace {

constexpr std::size_t longest_line = std::size_t{64} * 1024;
constexpr std::size_t longest_reply = 500;

/// Cuts a listing into lines as it comes.
class LineSplitter {
  public:
    explicit LineSplitter(std::function<void(std::string_view)> take) : take_(std::move(take)) {}

    void write(std::string_view bytes) {
        for (;;) {
            const auto end = bytes.find('\n');
            if (end == std::string_view::npos) break;
            if (pending_.empty()) {
                line(bytes.substr(0, end));
            } else {
                pending_ += bytes.substr(0, end);
                line(pending_);
                pending_.clear();
            }
            bytes.remove_prefix(end + 1);
        }
        pending_ += bytes;
        if (pending_.size() > longest_line) {
            throw Error(ErrorClass::unreachable, "the server's listing is none: a line of it does not end");
        }
    }

    void finish() {
        if (!pending_.empty()) line(pending_);
        pending_.clear();
    }

  private:
    void line(std::string_view text) const {
        if (text.ends_with('\r')) text.remove_suffix(1);
        if (!text.empty()) take_(text);
    }

    std::function<void(std::string_view)> take_;
    std::string pending_;
};

bool is_reply_line(std::string_view line) {
    return line.size() >= 4 &&
           std::ranges::all_of(line.substr(0, 3), [](char c) { return c >= '0' && c <= '9'; }) &&
           (line[3] == ' ' || line[3] == '-');
}

void erase_all(std::string& text, std::string_view part) {
    for (auto at = text.find(part); !part.empty() && at != std::string::npos; at = text.find(part, at)) {
        text.erase(at, part.size());
    }
}

bool holds_any(std::string_view text, std::span<const std::string_view> parts) {
    return std::ranges::any_of(parts, [&](auto part) { return text.find(part) != std::string_view::npos; });
}

/// Of a command. A server may take a '~' for somebody's home.
std::string argument(const std::string& path) { return path.starts_with('~') ? "./" + path : path; }

}  // namespace

std::optional<ErrorClass> tell_refusal(std::string_view reply, std::string_view path) {
    constexpr std::array<std::string_view, 6> missing{"no such",     "not found",  "not exist",
                                                      "cannot find", "can't find", "nonexist"};
    constexpr std::array<std::string_view, 5> folder{"not a regular file", "not a plain file",
                                                     "is a directory", "is a folder", "not a file"};
    constexpr std::array<std::string_view, 6> denied{"permission", "denied",    "not permitted",
                                                     "privilege",  "not allow", "unauthori"};
    // A reply often names the path, and a path may hold any of the words.
    auto text = to_lower(reply);
    erase_all(text, to_lower(path));
    erase_all(text, to_lower(path.substr(path.rfind('/') + 1)));
    if (holds_any(text, missing)) return ErrorClass::not_found;
    if (holds_any(text, folder)) return ErrorClass::invalid;
    if (holds_any(text, denied)) return ErrorClass::auth;
    return std::nullopt;
}

void check_ftp_path(const std::string& path) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
    if (std::ranges::none_of(path, is_control)) return;
    throw Error(ErrorClass::invalid, "invalid path: it holds a control character, which FTP cannot ask for");
}

FtpSession::FtpSession(FileServer server, FtpSettings settings, Cancellation& cancellation)
    : FileSession(std::move(server), cancellation), settings_(std::move(settings)) {}

void FtpSession::set_options(net::CurlHandle& handle) {
    using Tls = FtpSettings::Tls;
    const bool verify = settings_.tls == Tls::verify;
    constexpr std::array<curl_usessl, 4> levels{CURLUSESSL_NONE, CURLUSESSL_TRY, CURLUSESSL_ALL,
                                                CURLUSESSL_ALL};
    handle.set<CURLOPT_USE_SSL>(levels.at(static_cast<std::size_t>(settings_.tls)));
    handle.set<CURLOPT_SSL_VERIFYPEER>(verify);
    handle.set<CURLOPT_SSL_VERIFYHOST>(verify ? 2 : 0);
    if (!settings_.certificates.empty()) handle.set<CURLOPT_CAINFO>(settings_.certificates);
    if (settings_.active) handle.set<CURLOPT_FTPPORT>("-");
    // A file by its whole path, so that no folder on the way needs to be entered.
    handle.set<CURLOPT_FTP_FILEMETHOD>(CURLFTPMETHOD_NOCWD);
    // RFC 2640; servers that know no such command have UTF-8 names or none at all.
    net::CurlList commands;
    commands.append("*OPTS UTF8 ON");
    handle.set<CURLOPT_QUOTE>(std::move(commands));
    reply_.clear();
    reply_ended_ = true;
    handle.on_header([this](std::string_view line) { take_reply_line(line); });
}

std::string FtpSession::file_url(const std::string& path) const {
    check_ftp_path(path);
    // A server may take the name for somebody's home.
    return server().url((path.starts_with('~') ? "/./" : "/") + path);
}

std::string FtpSession::folder_url(const std::string& path) const {
    if (path.empty()) return server().url("/");
    auto url = file_url(path);
    if (!url.ends_with('/') || path != "/") url += '/';
    return url;
}

std::vector<std::string> FtpSession::rename_commands(const std::string& from, const std::string& to) const {
    return {"RNFR " + argument(from), "RNTO " + argument(to)};
}

std::string FtpSession::remove_command(const std::string& path) const { return "DELE " + argument(path); }

void FtpSession::list_folder(const std::string& path, const Each& each) {
    CURLcode code = CURLE_FTP_COULDNT_RETR_FILE;
    if (mlsd_known_) {
        code = list_with(Command::mlsd, path, each);
        const auto status = handle().info<CURLINFO_RESPONSE_CODE>();
        // Not known, not implemented, not for this argument or not now: the older command may do.
        mlsd_known_ = code != CURLE_FTP_COULDNT_RETR_FILE || status < 500 || status > 504;
    }
    if (!mlsd_known_) code = list_with(Command::list, path, each);
    if (code != CURLE_OK) throw path_failure(code, path, Wanted::folder);
}

CURLcode FtpSession::list_with(Command command, const std::string& path, const Each& each) {
    auto& handle = begin(folder_url(path));
    // Into the folder, and no argument: a server may take that for an option or a pattern.
    handle.set<CURLOPT_FTP_FILEMETHOD>(CURLFTPMETHOD_SINGLECWD);
    if (command == Command::mlsd) handle.set<CURLOPT_CUSTOMREQUEST>("MLSD");
    const auto now = std::chrono::floor<std::chrono::seconds>(system_clock().now());
    bool understood = false;
    std::string odd;
    LineSplitter lines([&](std::string_view line) {
        const auto entry = command == Command::mlsd ? parse_mlsd_line(line) : parse_list_line(line, now);
        if (entry) {
            understood = true;
            each(*entry);
        } else if (odd.empty()) {
            odd = line.substr(0, 80);
        }
    });
    handle.on_body([&](std::string_view bytes) { lines.write(bytes); });
    const auto code = perform();
    if (code != CURLE_OK) return code;
    lines.finish();
    // The second line of a name that holds a line end is no entry, and no reason to fail.
    if (!understood && !odd.empty()) {
        throw Error(
            ErrorClass::unreachable,
            fmt::format("cannot list {}: the server's answer is not understood: '{}'", title(path), odd));
    }
    return code;
}

void FtpSession::take_reply_line(std::string_view line) {
    // A line in between may begin with a space and look like the last one after it.
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    // libcurl adds lines in HTTP's manner, which are no reply.
    const bool starts = reply_ended_ && is_reply_line(line);
    if (reply_ended_ && !starts) return;
    if (starts) reply_.clear();
    if (reply_.size() < longest_reply) {
        if (!reply_.empty()) reply_ += ' ';
        // Of the lines in between only some have the number.
        reply_ += trim(starts || !is_reply_line(line) ? line : line.substr(4));
        reply_.resize(std::min(reply_.size(), longest_reply));
    }
    if (starts) {
        reply_ended_ = line[3] == ' ';
    } else {
        reply_ended_ = is_reply_line(line) && line[3] == ' ' && line.substr(0, 3) == reply_.substr(0, 3);
    }
}

std::string FtpSession::last_words() const {
    auto words = reply_;
    // A server that repeats what it was sent must not put it in a message.
    const auto& password = server().password.reveal();
    for (auto at = words.find(password); !password.empty() && at != std::string::npos;
         at = words.find(password, at + 3)) {
        words.replace(at, password.size(), "***");
    }
    return words;
}

std::chrono::microseconds FtpSession::encrypted_at() const {
    return std::chrono::microseconds(handle().info<CURLINFO_APPCONNECT_TIME_T>());
}

std::string FtpSession::describe_encryption() const {
    if (encrypted_at().count() == 0) {
        return settings_.tls == FtpSettings::Tls::prefer ? "not used: the server offers none" : "not used";
    }
    const auto* const how = server().scheme == "ftps" ? "implicit" : "explicit";
    return fmt::format("{}, certificate {}", how,
                       settings_.tls == FtpSettings::Tls::verify ? "checked" : "not checked");
}

std::optional<Error> FtpSession::explain(CURLcode code, const std::string& what) {
    const auto status = handle().info<CURLINFO_RESPONSE_CODE>();
    switch (code) {
        case CURLE_LOGIN_DENIED:
        case CURLE_FTP_WEIRD_PASS_REPLY:
            if (status == 421 || status == 0) break;
            return Error(
                ErrorClass::auth, fmt::format("{} as '{}': {}", what, server().username, last_words()),
                "check the username and the password; a server may also ask for TLS first (--tls require)");
        case CURLE_USE_SSL_FAILED:
            return Error(ErrorClass::unreachable,
                         fmt::format("{}: the server offers no TLS: {}", what, last_words()),
                         "--tls prefer and --tls disable do without; --tls implicit begins with it");
        case CURLE_WEIRD_SERVER_REPLY:
            if (status >= 400)
                return Error(ErrorClass::unreachable, fmt::format("{}: {}", what, last_words()));
            return Error(ErrorClass::unreachable,
                         fmt::format("{}: what answers there is no FTP server", what),
                         "check the host and the port; a server with implicit TLS needs --tls implicit");
        case CURLE_FTP_COULDNT_USE_REST:
            return Error(ErrorClass::unreachable,
                         fmt::format("{}: the server cannot go on in the middle of a file", what));
        default:
            break;
    }
    if (net::is_certificate_failure(code)) {
        return Error(ErrorClass::unreachable,
                     fmt::format("{}: {}", what, net::failure_reason(handle(), code)),
                     "--tls require encrypts without checking the certificate");
    }
    if (status >= 400 && !last_words().empty()) {
        return Error(ErrorClass::unreachable, fmt::format("{}: {}", what, last_words()));
    }
    return std::nullopt;
}

bool FtpSession::refused_path(CURLcode code) const {
    const auto status = handle().info<CURLINFO_RESPONSE_CODE>();
    switch (code) {
        case CURLE_REMOTE_FILE_NOT_FOUND:
        case CURLE_REMOTE_ACCESS_DENIED:
            return true;
        case CURLE_FTP_COULDNT_RETR_FILE:
        case CURLE_UPLOAD_FAILED:
        // With TLS the data connection is gone before the refusal is read: as the answer to another try of
        // it.
        case CURLE_FTP_WEIRD_PASV_REPLY:
            return status == 550 || status == 553;
        default:
            return false;
    }
}

std::optional<ErrorClass> FtpSession::refusal(CURLcode /*code*/, const std::string& path) {
    return tell_refusal(last_words(), path);
}

}  // namespace prevision::sources
