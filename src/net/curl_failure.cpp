#include "net/curl_failure.hpp"

#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::net {

namespace {

/// As the middle of a sentence: "Connection refused" → "connection refused", but "SSL …" stays.
std::string lower_first(std::string_view text) {
    std::string result(text);
    const bool word = result.size() > 1 && result[1] >= 'a' && result[1] <= 'z';
    if (word) result[0] = to_lower(result.substr(0, 1))[0];
    return result;
}

/// libcurl's own words, without what the reader has no use for: "SSL: " and OpenSSL's numbers
/// ("error:0A00010B:SSL routines::wrong version number" → "wrong version number").
std::string tidy_detail(const CurlHandle& handle, CURLcode code) {
    std::string_view detail = handle.detail();
    for (const std::string_view prefix : {"SSL certificate problem: ", "SSL: "}) {
        if (detail.starts_with(prefix)) detail.remove_prefix(prefix.size());
    }
    if (const auto routine = detail.find("::"); detail.find("error:") < routine && routine < detail.size())
        detail.remove_prefix(routine + 2);
    // "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to …"
    if (detail.find("SSL_ERROR_SYSCALL") != std::string_view::npos) return "the connection was closed";
    if (detail.empty()) detail = curl().easy_strerror(code);
    return lower_first(trim(detail));
}

std::string connect_reason(const CurlHandle& handle) {
    const auto number = handle.info<CURLINFO_OS_ERRNO>();
    if (number == 0) return "no connection could be made";
    return lower_first(system_message(static_cast<int>(number)));
}

}  // namespace

bool is_certificate_failure(CURLcode code) {
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR ||
           code == CURLE_SSL_INVALIDCERTSTATUS || code == CURLE_SSL_PINNEDPUBKEYNOTMATCH;
}

std::string failure_reason(const CurlHandle& handle, CURLcode code) {
    if (handle.stalled()) return "the transfer stood still for too long";
    if (is_certificate_failure(code)) return "its certificate is not trusted: " + tidy_detail(handle, code);
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return "its name does not resolve";
        case CURLE_COULDNT_RESOLVE_PROXY:
            return "the name of the proxy does not resolve";
        case CURLE_COULDNT_CONNECT:
            return connect_reason(handle);
        case CURLE_OPERATION_TIMEDOUT:
            return "timed out";
        case CURLE_SSL_CONNECT_ERROR:
            return "the TLS handshake failed: " + tidy_detail(handle, code);
        case CURLE_SSL_CACERT_BADFILE:
            return "the file of trusted certificates cannot be read: " + tidy_detail(handle, code);
        case CURLE_GOT_NOTHING:
            return "the connection was closed before an answer came";
        case CURLE_PARTIAL_FILE:
            return "the answer was cut short";
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
            return "the connection was lost: " + tidy_detail(handle, code);
        case CURLE_BAD_CONTENT_ENCODING:
            return "the answer's compression is damaged";
        default:
            return tidy_detail(handle, code);
    }
}

}  // namespace prevision::net
