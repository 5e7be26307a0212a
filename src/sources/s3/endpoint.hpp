#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/environment.hpp"
#include "core/secret.hpp"
#include "sources/source.hpp"

namespace prevision::sources::s3 {

/// The parameters of a URL's query, sorted as a signature wants them.
using Query = std::map<std::string, std::string>;

/// Where an S3 service is, and the credentials for it.
struct Endpoint {
    std::string scheme = "https";
    std::string host;  ///< an IPv6 address in brackets
    std::optional<int> port;
    std::string base_path;   ///< before the bucket, percent-encoded: "" or "/storage/s3"
    std::string aws_suffix;  ///< for AWS, whose host is derived from the region: "amazonaws.com"
    std::string region;
    bool virtual_host = false;  ///< put the bucket into the host name, where it can be a label
    bool requester_pays = false;
    std::string access_key;  ///< empty: requests are not signed
    Secret secret_key;
    Secret session_token;
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds wait_limit{
        60'000};  ///< for a document, and for the next bytes; 0 is without a limit
    Environment environment;
    net::HostRules rules{};

    /// "127.0.0.1:9000", for messages.
    [[nodiscard]] std::string address() const;

    /// The URL of an object, of a bucket (empty key), or of the service (both empty). A key may hold any byte.
    [[nodiscard]] std::string url(const std::string& bucket, const std::string& key,
                                  const Query& query) const;

    /// Switches to a region that the service has named, and to its host at AWS. False when the name is not a
    /// region, or the one in use.
    bool follow(std::string_view named);

    /// The host of one of its URLs, or of a redirect, as `rules` judge it: a bucket's own host counts as the endpoint's.
    [[nodiscard]] std::string judged_host(const std::string& url) const;

    /// Whether a redirect leads to a URL that may be called: with encryption where the endpoint has it.
    [[nodiscard]] bool may_follow(std::string_view location) const;
};

/// The endpoint of a connector; what it leaves out comes from the environment, as AWS's own tools read it:
/// AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL; AWS_REGION, AWS_DEFAULT_REGION; AWS_ACCESS_KEY_ID,
/// AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. Error invalid, naming the field, when it cannot be right.
Endpoint endpoint_of(const Connection& connection);

}  // namespace prevision::sources::s3
