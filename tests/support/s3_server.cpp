#include "support/s3_server.hpp"

#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "net/curl.hpp"

namespace prevision::testing {

namespace {

bool answers(int port) {
    net::CurlHandle handle;
    handle.set<CURLOPT_URL>(fmt::format("http://127.0.0.1:{}/healthcheck", port));
    return handle.perform(nullptr, std::chrono::seconds(5)) == CURLE_OK;
}

// Of test:tester, or empty while the service is not ready.
std::string get_token(int port) {
    net::CurlHandle handle;
    handle.set<CURLOPT_URL>(fmt::format("http://127.0.0.1:{}/auth/v1.0", port));
    net::CurlList headers;
    headers.append("X-Auth-User: test:tester");
    headers.append("X-Auth-Key: testing");
    handle.set<CURLOPT_HTTPHEADER>(std::move(headers));
    std::string token;
    handle.on_header([&](std::string_view line) {
        const auto colon = line.find(':');
        if (equal_ignoring_case(line.substr(0, colon), "X-Auth-Token")) token = trim(line.substr(colon + 1));
    });
    handle.perform(nullptr, std::chrono::seconds(5));
    return token;
}

}  // namespace

S3Server::S3Server() : process_("swift"), port_(find_free_port()) {
    const auto folder = process_.folder();
    for (const auto* name : {"start", "key_auth.py"}) {
        std::filesystem::copy_file(std::filesystem::path(PREVISION_SWIFT_FOLDER) / name, folder / name);
    }
    static_cast<void>(find_program("memcached"));
    for (const auto* name : {"proxy", "account", "container", "object"}) {
        static_cast<void>(find_program(fmt::format("swift-{}-server", name)));
    }
    std::vector<int> ports{port_};
    std::vector<std::string> command{"sh", (folder / "start").string(), folder.string(),
                                     std::to_string(port_)};
    for (int i = 0; i < 4; ++i) {
        ports.push_back(find_free_port());
        command.push_back(std::to_string(ports.back()));
    }
    process_.start(command);
    // Five Python programs that take seconds of the processor, of which a busy machine has few.
    constexpr std::chrono::minutes limit{4};
    for (std::size_t i = 0; i < 4; ++i) process_.wait_until([&] { return answers(ports[i]); }, limit);
    process_.wait_until([&] { return !(token_ = get_token(port_)).empty(); }, limit);
}

void S3Server::make_bucket(const std::string& bucket) { request("PUT", percent_encode(bucket), {}); }

void S3Server::put(const std::string& bucket, const std::string& key, std::string_view content) {
    request("PUT", percent_encode(bucket) + "/" + percent_encode(key), content);
}

void S3Server::remove(const std::string& bucket, const std::string& key) {
    request("DELETE", percent_encode(bucket) + "/" + percent_encode(key), {});
}

void S3Server::request(const std::string& method, const std::string& path, std::string_view content) {
    net::CurlHandle handle;
    handle.set<CURLOPT_URL>(fmt::format("{}/v1/AUTH_test/{}", url(), path));
    handle.set<CURLOPT_POST>(true);
    handle.set_body(content);
    handle.set<CURLOPT_CUSTOMREQUEST>(method);
    net::CurlList headers;
    headers.append("X-Auth-Token: " + token_);
    headers.append("Content-Type: application/octet-stream");
    headers.append("Expect:");
    handle.set<CURLOPT_HTTPHEADER>(std::move(headers));
    auto code = CURLE_OK;
    long status = 0;
    // A busy machine's proxy gives its own servers up, and says 503.
    process_.wait_until([&] {
        code = handle.perform(nullptr, std::chrono::seconds(30));
        status = handle.info<CURLINFO_RESPONSE_CODE>();
        return code != CURLE_OK || status != 503;
    });
    if (code != CURLE_OK || status < 200 || status > 299) {
        throw std::runtime_error(fmt::format("swift: {} {}: status {}, {}\n{}", method, path, status,
                                             net::curl().easy_strerror(code), process_.log()));
    }
}

}  // namespace prevision::testing
