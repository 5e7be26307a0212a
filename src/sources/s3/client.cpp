#include "sources/s3/client.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/retry.hpp"
#include "core/text.hpp"
#include "net/curl_environment.hpp"
#include "net/curl_failure.hpp"

namespace prevision::sources::s3 {

namespace {

constexpr long buffer_size = 256L << 10U;

/// A page of a listing has 1000 keys of at most 1024 bytes, each encoded.
constexpr std::size_t document_limit = std::size_t{16} << 20U;
constexpr std::size_t error_limit = std::size_t{64} << 10U;

/// Thrown through libcurl when enough of an error document has come.
struct EnoughOfError {};

std::optional<std::uint64_t> parse_size(std::string_view text) {
    const auto number = parse_integer(text);
    if (!number || *number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

// "Wed, 21 Oct 2015 07:28:00 GMT" → RFC 3339.
std::string parse_http_time(const std::string& text) {
    const auto time = net::curl().getdate(text.c_str(), nullptr);
    return time < 0 ? "" : format_time(std::chrono::system_clock::from_time_t(time));
}

}  // namespace

struct Client::Exchange {
    const Request& request;
    const std::function<void(const Head&, std::string_view)>& take;
    net::CurlHandle& handle;
    Head head{};
    Refusal refusal{};
    std::string error_text{};
    bool sent = false;
    bool head_ended = false;

    [[nodiscard]] bool succeeded() const { return head.status == 200 || head.status == 206; }

    void take_header(std::string_view line) {
        if (line.starts_with("HTTP/")) {
            head = {};
            refusal = {};
            head_ended = false;
            return;
        }
        const auto text = trim(line);
        if (text.empty()) {
            head_ended = true;
            head.status = static_cast<int>(handle.info<CURLINFO_RESPONSE_CODE>());
            return;
        }
        const auto colon = text.find(':');
        if (colon == std::string_view::npos) return;
        take_field(to_lower(text.substr(0, colon)), std::string(trim(text.substr(colon + 1))));
    }

    void take_field(std::string_view name, const std::string& value) {
        if (name == "etag") head.etag = value;
        if (name == "last-modified") head.modified = parse_http_time(value);
        if (name == "content-length") head.length = parse_size(value);
        if (name == "content-range") take_content_range(value);
        if (name == "x-amz-bucket-region") refusal.region = value;
        if (name == "location") refusal.location = value;
        if (name == "date") refusal.date = value;
        if (name == "retry-after") {
            if (const auto seconds = parse_size(value)) refusal.retry_after = std::chrono::seconds(*seconds);
        }
    }

    // "bytes 0-9/100"
    void take_content_range(std::string_view value) {
        if (!value.starts_with("bytes ")) return;
        value.remove_prefix(6);
        const auto dash = value.find('-');
        const auto slash = value.find('/');
        if (slash == std::string_view::npos) return;
        if (dash < slash) head.range_first = parse_size(value.substr(0, dash));
        head.object_size = parse_size(value.substr(slash + 1));
    }

    void take_body(std::string_view bytes) {
        if (succeeded()) {
            take(head, bytes);
            return;
        }
        error_text += bytes.substr(0, error_limit - error_text.size());
        if (error_text.size() == error_limit) throw EnoughOfError();
    }
};

Client::Client(Endpoint endpoint, Cancellation& cancellation)
    : endpoint_(std::move(endpoint)), cancellation_(cancellation) {}

void Client::set_connection(const std::string& url) {
    handle_.reset();
    handle_.set<CURLOPT_URL>(url);
    handle_.set<CURLOPT_PROTOCOLS_STR>("http,https");
    handle_.set<CURLOPT_FOLLOWLOCATION>(false);
    handle_.set<CURLOPT_PATH_AS_IS>(true);
    // Parallel ranges are faster on connections of their own.
    handle_.set<CURLOPT_HTTP_VERSION>(CURL_HTTP_VERSION_1_1);
    handle_.set<CURLOPT_SSLVERSION>(CURL_SSLVERSION_TLSv1_2);
    handle_.set<CURLOPT_USERAGENT>("prevision");
    handle_.set<CURLOPT_BUFFERSIZE>(buffer_size);
    handle_.set<CURLOPT_CONNECTTIMEOUT_MS>(endpoint_.connect_timeout.count());
    const auto host = endpoint_.judged_host(url);
    handle_.restrict_addresses(endpoint_.rules, host);
    net::apply_environment(handle_, endpoint_.environment, endpoint_.scheme);
    // A proxy chooses the address itself. Without it the address is checked, as that of any other connection.
    if (!endpoint_.rules.allows_by_name(host)) handle_.set<CURLOPT_PROXY>("");
    const auto bundle = endpoint_.environment.get("AWS_CA_BUNDLE");
    if (bundle && !endpoint_.environment.get("CURL_CA_BUNDLE")) handle_.set<CURLOPT_CAINFO>(*bundle);
}

void Client::set_request(const Request& request) {
    if (request.range) {
        handle_.set<CURLOPT_RANGE>(fmt::format("{}-{}", request.range->first, request.range->last));
    }
    net::CurlList headers;
    if (endpoint_.requester_pays) headers.append("x-amz-request-payer: requester");
    if (!request.if_match.empty()) headers.append("If-Match: " + request.if_match);
    if (!endpoint_.access_key.empty()) {
        headers.append("x-amz-content-sha256: UNSIGNED-PAYLOAD");
        if (!endpoint_.session_token.empty()) {
            auto line = std::string("x-amz-security-token: ").append(endpoint_.session_token.reveal());
            headers.append(line);
            wipe(line);
        }
        handle_.set<CURLOPT_AWS_SIGV4>(fmt::format("aws:amz:{}:s3", endpoint_.region));
        handle_.set<CURLOPT_USERNAME>(endpoint_.access_key);
        handle_.set<CURLOPT_PASSWORD>(endpoint_.secret_key);
    }
    handle_.set<CURLOPT_HTTPHEADER>(std::move(headers));
}

Head Client::exchange(const std::string& url, const Request& request,
                      const std::function<void(const Head&, std::string_view)>& take,
                      const OutgoingFile* upload) {
    const auto purpose = fmt::format("{} at {}", request.purpose, endpoint_.address());
    set_connection(url);
    set_request(request);
    if (upload != nullptr) {
        upload->rewind();
        handle_.set<CURLOPT_UPLOAD>(1);
        handle_.set<CURLOPT_INFILESIZE_LARGE>(upload->size);
        handle_.on_upload(upload->read, upload->rewind);
    }
    Exchange exchange{.request = request, .take = take, .handle = handle_};
    handle_.on_request([&] { return exchange.sent = true; });
    handle_.on_header([&](std::string_view line) { exchange.take_header(line); });
    handle_.on_body([&](std::string_view bytes) { exchange.take_body(bytes); });
    CURLcode code = CURLE_OK;
    try {
        code = handle_.perform(&cancellation_, endpoint_.wait_limit);
    } catch (const EnoughOfError&) {
        code = CURLE_OK;
    }
    // libcurl accepts a head that breaks off.
    if (code == CURLE_OK && !exchange.head_ended) code = CURLE_PARTIAL_FILE;
    if (code != CURLE_OK) {
        const bool speaks_http = code != CURLE_UNSUPPORTED_PROTOCOL && code != CURLE_WEIRD_SERVER_REPLY;
        throw Failure(
            purpose,
            speaks_http ? net::failure_reason(handle_, code) : "what answers there does not speak HTTP",
            hint_of(code), exchange.sent, speaks_http && !net::is_certificate_failure(code));
    }
    if (exchange.succeeded()) return exchange.head;
    exchange.refusal.status = exchange.head.status;
    read_error_document(exchange.error_text, exchange.refusal);
    throw Failure(purpose, std::move(exchange.refusal));
}

std::string Client::hint_of(CURLcode code) const {
    if (code == CURLE_COULDNT_RESOLVE_HOST)
        return "check --host; without it, the host of AWS is derived from --region";
    if (code == CURLE_SSL_CONNECT_ERROR)
        return "where the server does not speak TLS, write --host http://HOST";
    if (net::is_certificate_failure(code)) {
        return "a private authority's certificate is trusted when CURL_CA_BUNDLE names its file";
    }
    if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY)
        return "check --host and --port";
    if (net::proxy_of(endpoint_.environment, endpoint_.scheme)) {
        if (!endpoint_.rules.allows_by_name(endpoint_.host))
            return "this server uses its proxy only for hosts that 'prevision serve --allow-hosts' names";
        return fmt::format("a proxy is set: check {}_proxy, all_proxy and no_proxy", endpoint_.scheme);
    }
    if (code == CURLE_COULDNT_CONNECT) return "check --host and --port";
    return {};
}

/// Makes a request, and repeats it when the service names another region or redirects it. Each request has a signature of its own.
Head Client::follow(const Request& request, const std::function<void(const Head&, std::string_view)>& take,
                    const OutgoingFile* upload) {
    constexpr int most_redirects = 3;
    std::string redirected;
    bool region_followed = false;
    for (int redirects = 0;;) {
        try {
            const auto url =
                redirected.empty() ? endpoint_.url(request.bucket, request.key, request.query) : redirected;
            return exchange(url, request, take, upload);
        } catch (const Failure& failure) {
            const auto& refusal = failure.refusal();
            if (refusal.status == 307 && endpoint_.may_follow(refusal.location)) {
                if (++redirects > most_redirects) throw;
                redirected = refusal.location;
            } else if (region_followed || !endpoint_.follow(refusal.region)) {
                throw;
            } else {
                region_followed = true;
                redirected.clear();
            }
        }
    }
}

template <typename Action>
auto Client::with_retries(const Action& action) {
    const Patience patience(endpoint_.wait_limit);
    for (int failures = 1;; ++failures) {
        try {
            return action();
        } catch (const Failure& failure) {
            if (!failure.reached() || patience.has_ended() ||
                !wait_before_retry(failure, failures, cancellation_))
                throw;
        }
    }
}

// The bytes of an answer may come one by one for ever.
void Client::check(const Patience& patience, const Request& request) const {
    if (!patience.has_ended()) return;
    throw Failure(fmt::format("{} at {}", request.purpose, endpoint_.address()),
                  fmt::format("the answer did not end within {} ms", endpoint_.wait_limit.count()),
                  "give it more time with --timeout", true, false);
}

Head Client::get(const Request& request, const std::function<void(const Head&, std::string_view)>& take) {
    return follow(request, take);
}

void Client::put(const Request& request, const OutgoingFile& file) {
    with_retries([&] {
        std::optional<Patience> patience;  // from the answer's beginning: the file before it may need long
        const auto drop = [&](const Head&, std::string_view) {
            if (!patience) patience.emplace(endpoint_.wait_limit);
            check(*patience, request);
        };
        return follow(request, drop, &file);
    });
}

std::string Client::get_document(const Request& request) {
    return with_retries([&] {
        std::string text;
        const Patience patience(endpoint_.wait_limit);
        get(request, [&](const Head& /*head*/, std::string_view bytes) {
            check(patience, request);
            if (bytes.size() > document_limit - text.size()) {
                throw Error(ErrorClass::internal,
                            fmt::format("{} at {}: the answer is larger than {}", request.purpose,
                                        endpoint_.address(), format_bytes(document_limit)),
                            "check that --host is an S3 endpoint");
            }
            text += bytes;
        });
        return text;
    });
}

Contact Client::contact() {
    set_connection(endpoint_.url("", "", {}));
    handle_.set<CURLOPT_CONNECT_ONLY>(1);
    Contact contact;
    contact.code = handle_.perform(&cancellation_, endpoint_.wait_limit);
    if (contact.code != CURLE_OK) {
        contact.reason = net::failure_reason(handle_, contact.code);
        contact.hint = hint_of(contact.code);
    }
    using std::chrono::microseconds;
    const microseconds resolved(handle_.info<CURLINFO_NAMELOOKUP_TIME_T>());
    const microseconds connected(handle_.info<CURLINFO_CONNECT_TIME_T>());
    const microseconds total(handle_.info<CURLINFO_TOTAL_TIME_T>());
    contact.resolved = resolved.count() > 0;
    // libcurl has no connect time for a connection whose handshake failed.
    contact.connected = connected.count() > 0 || (contact.resolved && contact.code != CURLE_COULDNT_CONNECT &&
                                                  contact.code != CURLE_OPERATION_TIMEDOUT);
    contact.encrypted = endpoint_.scheme == "https";
    contact.resolve_time = contact.resolved ? resolved : total;
    contact.connect_time =
        (contact.connected ? std::max(connected, contact.resolve_time) : total) - contact.resolve_time;
    if (contact.encrypted) contact.tls_time = total - contact.connect_time - contact.resolve_time;
    contact.address =
        fmt::format("{}:{}", handle_.info<CURLINFO_PRIMARY_IP>(), handle_.info<CURLINFO_PRIMARY_PORT>());
    return contact;
}

bool wait_before_retry(const Failure& failure, int failures, Cancellation& cancellation) {
    constexpr std::chrono::milliseconds longest_asked{30'000};
    std::optional<std::chrono::milliseconds> asked = failure.refusal().retry_after;
    if (asked) asked = std::min(*asked, longest_asked);
    return failure.transient() && RetryPolicy{}.wait(failures, cancellation, asked);
}

}  // namespace prevision::sources::s3
