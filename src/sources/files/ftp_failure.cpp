// How an FtpSession tells what failed.
#include <fmt/format.h>

#include "net/curl_failure.hpp"
#include "sources/files/ftp_session.hpp"

namespace prevision::sources {

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
            // What it says, and not what of it is shown: a short password may be within any word.
            if (says_full(reply_.text())) return unreachable(words(), "try again later");
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
        case CURLE_FTP_COULDNT_RETR_FILE:
            if (status() >= 400) break;
            return unreachable("the server ended the transfer without beginning it: " + words());
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

/// Whether the server answered "226 done" at once, without "150 here it comes": it has nothing to send.
bool FtpSession::ended_unbegun(CURLcode code) const {
    return code == CURLE_FTP_COULDNT_RETR_FILE && (status() == 226 || status() == 250);
}

FileSession::Refusal FtpSession::refusal(const std::string& path) const {
    return {.reason = refusal_in_reply(reply_.text(), path), .words = words()};
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
