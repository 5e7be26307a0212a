#include "transport/http_exchange.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/text.hpp"
#include "net/curl_environment.hpp"
#include "net/curl_failure.hpp"

namespace prevision::transport {

namespace {

/// The largest answer in memory: enough for a page of a list, and a limit for an endless answer.
constexpr std::size_t body_limit = std::size_t{64} << 20U;
constexpr std::size_t error_body_limit = std::size_t{1} << 20U;

constexpr long buffer_size = 256L << 10U;

/// "/data-sources?page=2" → "/data-sources".
std::string without_query(const std::string& path) { return path.substr(0, path.find('?')); }

}  // namespace

HttpExchange::HttpExchange(net::CurlHandle& handle, const HttpSettings& settings, const Request& request,
                           const std::string& url, std::chrono::milliseconds timeout)
    : handle_(handle), settings_(settings), request_(request), url_(url), timeout_(timeout) {
    auto target = net::parse_http_url(url);
    if (!target) {
        throw Error(ErrorClass::internal,
                    fmt::format("cannot call {}: it is not a URL", net::mask_url(without_query(url))));
    }
    target_ = std::move(*target);
}

Response HttpExchange::run() {
    prepare();
    net::TransferLimits limits;
    if (request_.sink != nullptr || request_.upload != nullptr) limits.stall = settings_.stall_timeout;
    if (is_download()) limits.answer = timeout_;
    return conclude(handle_.perform(request_.cancellation, limits));
}

void HttpExchange::start() {
    prepare();
    handle_.start();
}

Response HttpExchange::finish() { return conclude(handle_.finish()); }

void HttpExchange::prepare() {
    handle_.reset();
    set_connection();
    set_method();
    set_headers();
    handle_.on_request([this] { return may_send(); });
    handle_.on_header([this](std::string_view line) { take_header(line); });
    handle_.on_body([this](std::string_view chunk) { take_body(chunk); });
}

Response HttpExchange::conclude(CURLcode code) {
    if (code != CURLE_OK) fail(code);
    // libcurl reports no error for a head that breaks off.
    if (!head_ended_) fail(CURLE_PARTIAL_FILE);
    response_.status = static_cast<int>(handle_.info<CURLINFO_RESPONSE_CODE>());
    return std::move(response_);
}

void HttpExchange::set_connection() {
    handle_.set<CURLOPT_URL>(url_);
    handle_.set<CURLOPT_PROTOCOLS_STR>("http,https");
    handle_.set<CURLOPT_FOLLOWLOCATION>(false);
    // A name in a path may be "..".
    handle_.set<CURLOPT_PATH_AS_IS>(true);
    handle_.set<CURLOPT_HTTP_VERSION>(CURL_HTTP_VERSION_2TLS);
    handle_.set<CURLOPT_SSLVERSION>(CURL_SSLVERSION_TLSv1_2);
    // libcurl does not notice when compressed bytes break off. A JSON parser does, a sink would not.
    handle_.set<CURLOPT_ACCEPT_ENCODING>(request_.sink == nullptr ? "gzip" : "identity");
    handle_.set<CURLOPT_SUPPRESS_CONNECT_HEADERS>(true);
    handle_.set<CURLOPT_USERAGENT>(settings_.user_agent);
    if (request_.sink != nullptr || request_.upload != nullptr) {
        handle_.set<CURLOPT_BUFFERSIZE>(buffer_size);
        handle_.set<CURLOPT_UPLOAD_BUFFERSIZE>(buffer_size);
    }
    handle_.set<CURLOPT_CONNECTTIMEOUT_MS>(settings_.connect_timeout.count());
    if (!is_download()) handle_.set<CURLOPT_TIMEOUT_MS>(timeout_.count());
    // Calls at the same time share a connection, where the platform speaks HTTP/2.
    handle_.set<CURLOPT_PIPEWAIT>(true);
    net::apply_environment(handle_, settings_.environment, target_.scheme);
}

void HttpExchange::set_method() {
    if (request_.upload != nullptr) {
        handle_.set<CURLOPT_POST>(true);
        set_upload();
    } else if (!request_.body.empty() || request_.method == "POST" || request_.method == "PATCH" ||
               request_.method == "PUT") {
        handle_.set<CURLOPT_POST>(true);
        handle_.set_body(request_.body);
    } else if (request_.method == "HEAD") {
        handle_.set<CURLOPT_NOBODY>(true);
    } else {
        handle_.set<CURLOPT_HTTPGET>(true);
    }
    handle_.set<CURLOPT_CUSTOMREQUEST>(request_.method);
}

void HttpExchange::set_upload() {
    const auto size = request_.upload->size();
    handle_.set<CURLOPT_POSTFIELDSIZE_LARGE>(size ? static_cast<curl_off_t>(*size) : curl_off_t{-1});
    handle_.on_upload([this](std::span<char> buffer) { return read_upload(buffer); },
                      [this] {
                          request_.upload->rewind();
                          uploaded_ = 0;
                      });
}

std::size_t HttpExchange::read_upload(std::span<char> buffer) {
    const auto size = request_.upload->size();
    // Of a file that grew, only the announced size is sent.
    if (size) buffer = buffer.first(std::min<std::uint64_t>(buffer.size(), *size - uploaded_));
    if (buffer.empty()) return 0;
    const std::size_t count = request_.upload->read(buffer);
    uploaded_ += count;
    if (count == 0 && size) {
        throw Error(ErrorClass::internal,
                    fmt::format("cannot send to {}: the data ended after {} of {} bytes", target_.authority(),
                                uploaded_, *size),
                    "check whether the file was changed");
    }
    return count;
}

void HttpExchange::set_headers() {
    net::CurlList list;
    const auto add_default = [&](std::string_view name, std::string_view value) {
        if (!find_header(request_.headers, name)) list.append(fmt::format("{}: {}", name, value));
    };
    for (const auto& header : request_.headers) {
        if (equal_ignoring_case(header.name, "Authorization")) continue;
        // libcurl's syntax for a header without a value is "Name;".
        list.append(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
    }
    if (!settings_.token.empty()) {
        auto line = std::string("Authorization: ").append(settings_.token.reveal());
        list.append(line);
        wipe(line);
    }
    if (request_.sink == nullptr) add_default("Accept", "application/json");
    if (!request_.body.empty()) {
        add_default("Content-Type", "application/json; charset=utf-8");
    } else {
        add_default("Content-Type", "");  // removes libcurl's own
    }
    // Only for an upload is it worth asking before sending.
    if (request_.upload == nullptr) add_default("Expect", "");
    handle_.set<CURLOPT_HTTPHEADER>(std::move(list));
}

bool HttpExchange::may_send() {
    // libcurl sends again by itself when a reused connection is dead. The first request may have arrived, so only a
    // request that changes nothing is repeated.
    if (sent_ && !answered_ && !is_safe()) return false;
    sent_ = true;
    answered_ = false;
    return true;
}

void HttpExchange::take_header(std::string_view line) {
    answered_ = true;
    if (line.starts_with("HTTP/")) {  // also of an answer after "100 Continue"
        response_.headers.clear();
        head_ended_ = false;
        return;
    }
    const bool continues = line.starts_with(' ') || line.starts_with('\t');
    const auto text = trim(line);
    if (text.empty()) {
        head_ended_ = true;
        return;
    }
    if (continues && !response_.headers.empty()) {
        response_.headers.back().value += fmt::format(" {}", text);
        return;
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return;
    response_.headers.push_back(
        {std::string(trim(text.substr(0, colon))), std::string(trim(text.substr(colon + 1)))});
}

void HttpExchange::take_body(std::string_view chunk) {
    const auto status = static_cast<int>(handle_.info<CURLINFO_RESPONSE_CODE>());
    const bool success = is_success(status);
    if (success && request_.sink != nullptr) {
        request_.sink->write(chunk);
        return;
    }
    const std::size_t limit = success ? body_limit : error_body_limit;
    if (chunk.size() > limit - response_.body.size()) {
        // As for an answer that is not JSON: this is not a platform.
        auto error = Error(
            ErrorClass::unreachable,
            fmt::format("cannot call {} {} at {}: the answer (status {}) is larger than {}", request_.method,
                        without_query(request_.path), target_.authority(), status, format_bytes(limit)),
            "check that the URL is the platform's");
        throw error.with_status(status);
    }
    response_.body += chunk;
}

void HttpExchange::fail(CURLcode code) const {
    const std::string why = reason(code);
    if (!sent_) {
        throw TransportError(fmt::format("cannot reach {}: {}", target_.authority(), why), hint(code), false);
    }
    throw TransportError(fmt::format("cannot call {} {} at {}: {}", request_.method,
                                     without_query(request_.path), target_.authority(), why),
                         hint(code), true);
}

std::string HttpExchange::reason(CURLcode code) const {
    const auto proxy_status = handle_.info<CURLINFO_HTTP_CONNECTCODE>();
    if (!sent_ && proxy_status >= 300) {
        return fmt::format("the proxy refused to connect to it (status {})", proxy_status);
    }
    if (code == CURLE_OPERATION_TIMEDOUT && !handle_.stalled()) {
        if (!sent_) return "no connection in time";
        return fmt::format("no {}answer within {} ms", is_download() ? "" : "whole ",
                           request_.timeout.count());
    }
    // `may_send` refused to send again.
    if (code == CURLE_ABORTED_BY_CALLBACK) return net::failure_reason(handle_, CURLE_GOT_NOTHING);
    if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)
        return "the server does not speak HTTP";
    return net::failure_reason(handle_, code);
}

std::string HttpExchange::hint(CURLcode code) const {
    std::string result;
    if (code == CURLE_PEER_FAILED_VERIFICATION) {
        result =
            "check the host in the URL; a private authority's certificate is trusted when CURL_CA_BUNDLE "
            "names its file";
    } else if (code == CURLE_SSL_CACERT_BADFILE) {
        result = "check CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR";
    } else if (code == CURLE_SSL_CONNECT_ERROR) {
        result = "check that the server speaks HTTPS on this port";
    } else if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY) {
        result = "check the URL and its port";
    } else if (!sent_) {
        result = "check the URL, the network, and that the platform runs";
    }
    if (!sent_ && net::proxy_of(settings_.environment, target_.scheme)) {
        result += fmt::format("; a proxy is set: check {}_proxy, all_proxy and no_proxy", target_.scheme);
    }
    return result;
}

}  // namespace prevision::transport
