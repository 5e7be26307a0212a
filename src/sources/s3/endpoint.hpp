#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/environment.hpp"
#include "core/secret.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// The parameters of a URL's query, sorted as a signature wants them.
using S3Query = std::map<std::string, std::string>;

/// Where an S3 service is, and as whom it is called.
struct S3Endpoint {
    std::string scheme = "https";
    std::string host;  ///< an IPv6 address in brackets
    std::optional<int> port;
    std::string base_path;   ///< what stands before the bucket, percent-encoded: "" or "/storage/s3"
    std::string aws_suffix;  ///< where AWS derives the host from the region: "amazonaws.com"
    std::string region;
    bool virtual_host = false;  ///< the bucket is a part of the host's name, where it can be
    std::string access_key;     ///< empty: requests are not signed
    Secret secret_key;
    Secret session_token;
    std::chrono::milliseconds connect_timeout{10'000};
    Environment environment;

    /// "127.0.0.1:9000", for messages.
    [[nodiscard]] std::string address() const;

    /// Of an object, of a bucket (no key), or of the service (neither). Any byte may stand in a key.
    [[nodiscard]] std::string url(const std::string& bucket, const std::string& key,
                                  const S3Query& query) const;

    /// Takes the region that the service has named, and AWS's host with it. False when that is no region, or
    /// the one that was used.
    bool follow(std::string_view named);
};

/// What a connector says, and what it leaves open as AWS's own tools find it in the environment:
/// AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL; AWS_REGION, AWS_DEFAULT_REGION; AWS_ACCESS_KEY_ID,
/// AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. Error invalid, naming the field, when it cannot be right.
S3Endpoint s3_endpoint(const Connection& connection);

}  // namespace prevision::sources
