#include "net/curl_environment.hpp"

#include <algorithm>

#include "net/certificates.hpp"

namespace prevision::net {

namespace {

/// The variable in lower case, else in upper case.
std::optional<std::string> either_case(const Environment& environment, const std::string& name) {
    if (auto value = environment.get(name)) return value;
    std::string upper = name;
    std::ranges::transform(upper, upper.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return environment.get(upper);
}

}  // namespace

std::optional<std::string> proxy_of(const Environment& environment, const std::string& scheme) {
    const std::string name = scheme + "_proxy";
    auto own = scheme == "http" ? environment.get(name) : either_case(environment, name);
    return own ? own : either_case(environment, "all_proxy");
}

void apply_environment(CurlHandle& handle, const Environment& environment, const std::string& scheme) {
    // An empty text, too, keeps libcurl from looking by itself.
    handle.set<CURLOPT_PROXY>(proxy_of(environment, scheme).value_or(""));
    handle.set<CURLOPT_NOPROXY>(either_case(environment, "no_proxy").value_or(""));
    auto file = environment.get("CURL_CA_BUNDLE");
    std::optional<std::string> folder;
    if (!file) {
        file = environment.get("SSL_CERT_FILE");
        folder = environment.get("SSL_CERT_DIR");
    }
    if (!file && !folder) file = system_certificates();
    if (file) {
        handle.set<CURLOPT_CAINFO>(*file);
        handle.set<CURLOPT_PROXY_CAINFO>(*file);
    }
    if (folder) {
        handle.set<CURLOPT_CAPATH>(*folder);
        handle.set<CURLOPT_PROXY_CAPATH>(*folder);
    }
}

}  // namespace prevision::net
