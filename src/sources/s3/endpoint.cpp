#include "sources/s3/endpoint.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"
#include "net/url.hpp"
#include "sources/field.hpp"
#include "sources/host.hpp"

namespace prevision::sources::s3 {

namespace {

constexpr std::string_view default_region = "us-east-1";
constexpr std::string_view aws_domain = "amazonaws.com";

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Checked strictly: it becomes a part of a host name, and may come from a server.
bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= 64 && text.front() != '-' && text.back() != '-' &&
           std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

// Whether a bucket's name can be one label of a host name. With a dot in it, no wildcard certificate would
// match.
bool is_host_label(std::string_view bucket) {
    return bucket.size() >= 3 && bucket.size() <= 63 && is_lower_or_digit(bucket.front()) &&
           is_lower_or_digit(bucket.back()) &&
           std::ranges::all_of(bucket, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

std::string aws_suffix_of(std::string_view region) {
    return std::string(aws_domain) + (region.starts_with("cn-") ? ".cn" : "");
}

void set_host(Endpoint& endpoint, const std::string& text, std::optional<int> port) {
    const Host host = parse_host(text);
    if (!host.scheme.empty() && host.scheme != "http" && host.scheme != "https") {
        refuse_field("host", fmt::format("an S3 service is not reached by '{}'", host.scheme),
                     "write http://HOST or https://HOST");
    }
    if (host.name.empty()) refuse_field("host", "it has no name", "write http://HOST or https://HOST");
    if (!host.scheme.empty()) endpoint.scheme = host.scheme;
    endpoint.host = host.name.find(':') == std::string::npos ? host.name : fmt::format("[{}]", host.name);
    endpoint.port = choose_port(port, host);
    std::string_view path = host.path;
    while (path.ends_with('/')) path.remove_suffix(1);
    endpoint.base_path = encode_path(path);
}

// "s3.eu-west-1.amazonaws.com" and "s3.amazonaws.com" are AWS too.
void recognize_aws(Endpoint& endpoint) {
    const auto name = to_lower(endpoint.host);
    if (name == "s3.amazonaws.com") endpoint.aws_suffix = aws_domain;
    const std::string_view prefix = "s3.";
    for (const std::string suffix : {".amazonaws.com", ".amazonaws.com.cn"}) {
        if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= 3 + suffix.size())
            continue;
        const auto region = name.substr(3, name.size() - 3 - suffix.size());
        if (!is_region(region)) continue;
        endpoint.aws_suffix = suffix.substr(1);
        if (endpoint.region.empty()) endpoint.region = region;
    }
}

void check_header_text(std::string_view field, std::string_view text) {
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; }))
        refuse_field(field, "it holds a space or a control character");
}

void set_credentials(Endpoint& endpoint, const Connection& connection) {
    const auto& environment = connection.environment;
    const auto own_key = environment.get("AWS_ACCESS_KEY_ID");
    if (connection.username.empty() != connection.password.empty()) {
        refuse_field(
            connection.username.empty() ? "username" : "password",
            connection.username.empty() ? "a secret key is given without its access key"
                                        : "an access key is given without its secret key",
            "give both, or neither and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment");
    }
    if (!connection.username.empty()) {
        endpoint.access_key = connection.username;
        endpoint.secret_key = connection.password;
    } else if (own_key) {
        endpoint.access_key = *own_key;
        endpoint.secret_key = Secret(environment.get("AWS_SECRET_ACCESS_KEY").value_or(""));
        if (endpoint.secret_key.empty()) {
            refuse_field("password", "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
        }
    }
    // A session token belongs to one access key: never send it with another.
    if (!endpoint.access_key.empty() && (!own_key || *own_key == endpoint.access_key)) {
        endpoint.session_token = Secret(environment.get("AWS_SESSION_TOKEN").value_or(""));
    }
    check_header_text("username", endpoint.access_key);
    check_header_text("AWS_SESSION_TOKEN", endpoint.session_token.reveal());
}

}  // namespace

std::string Endpoint::address() const { return port ? fmt::format("{}:{}", host, *port) : host; }

std::string Endpoint::url(const std::string& bucket, const std::string& key, const Query& query) const {
    const bool in_host = virtual_host && is_host_label(bucket);
    std::string url = fmt::format("{}://{}{}{}", scheme, in_host ? bucket + "." : "", address(), base_path);
    if (!bucket.empty() && !in_host) url += "/" + percent_encode(bucket);
    if (bucket.empty() || in_host || !key.empty()) url += "/";
    url += encode_path(key);
    char separator = '?';
    for (const auto& [name, value] : query) {
        url += fmt::format("{}{}={}", separator, percent_encode(name), percent_encode(value));
        separator = '&';
    }
    return url;
}

bool Endpoint::follow(std::string_view named) {
    if (!is_region(named) || named == region) return false;
    region = named;
    if (!aws_suffix.empty()) {
        aws_suffix = aws_suffix_of(region);
        host = fmt::format("s3.{}.{}", region, aws_suffix);
    }
    return true;
}

bool Endpoint::may_follow(std::string_view location) const {
    return location.starts_with("https://") || (scheme == "http" && location.starts_with("http://"));
}

std::string Endpoint::judged_host(const std::string& url) const {
    const auto called = net::parse_http_url(url);
    if (!called) return {};
    return called->host.ends_with("." + to_lower(host)) ? host : called->host;
}

Endpoint endpoint_of(const Connection& connection) {
    const auto& environment = connection.environment;
    Endpoint endpoint;
    endpoint.connect_timeout = connection.connect_timeout;
    endpoint.wait_limit = connection.wait_limit;
    endpoint.environment = environment;
    endpoint.rules = connection.reach.hosts;
    endpoint.region = option_of(connection, "region");
    std::string host = connection.host;
    if (host.empty()) host = environment.get("AWS_ENDPOINT_URL_S3").value_or("");
    if (host.empty()) host = environment.get("AWS_ENDPOINT_URL").value_or("");
    if (!host.empty()) {
        set_host(endpoint, host, connection.port);
        recognize_aws(endpoint);
    } else if (connection.port) {
        refuse_field("port", "there is no host that it could be a port of",
                     "give --host, or leave the port out");
    }
    if (endpoint.region.empty()) endpoint.region = environment.get("AWS_REGION").value_or("");
    if (endpoint.region.empty()) endpoint.region = environment.get("AWS_DEFAULT_REGION").value_or("");
    if (endpoint.region.empty()) endpoint.region = default_region;
    if (!is_region(endpoint.region)) {
        refuse_field("region", fmt::format("'{}' is not a region", endpoint.region), "as in eu-west-1");
    }
    if (host.empty()) {
        endpoint.aws_suffix = aws_suffix_of(endpoint.region);
        endpoint.host = fmt::format("s3.{}.{}", endpoint.region, endpoint.aws_suffix);
    }
    const auto addressing = option_of(connection, "addressing");
    endpoint.virtual_host = addressing.empty() ? host.empty() : addressing == "virtual";
    endpoint.requester_pays = option_of(connection, "request_payer") == "requester";
    set_credentials(endpoint, connection);
    return endpoint;
}

}  // namespace prevision::sources::s3
