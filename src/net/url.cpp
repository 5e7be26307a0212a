#include "net/url.hpp"

#include <memory>

#include <fmt/format.h>

#include "core/text.hpp"
#include "net/curl_library.hpp"

namespace prevision::net {

namespace {

struct FreeUrl {
    void operator()(CURLU* url) const { curl().url_cleanup(url); }
};
struct FreeText {
    void operator()(char* text) const { curl().free(text); }
};
using UrlHandle = std::unique_ptr<CURLU, FreeUrl>;

std::optional<std::string> part(const UrlHandle& url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl().url_get(url.get(), which, &text, flags) != CURLUE_OK) return std::nullopt;
    const std::unique_ptr<char, FreeText> owned(text);
    return std::string(text);
}

int default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

}  // namespace

std::string Url::origin() const {
    if (port == default_port(scheme)) return fmt::format("{}://{}", scheme, host);
    return fmt::format("{}://{}:{}", scheme, host, port);
}

std::string Url::authority() const { return fmt::format("{}:{}", host, port); }

std::optional<Url> parse_http_url(const std::string& text) {
    // libcurl also accepts "http:/host", which is a mistake.
    if (text.find("://") == std::string::npos || text.find('\0') != std::string::npos) return std::nullopt;
    const UrlHandle url(curl().url());
    if (!url || curl().url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return std::nullopt;
    Url result;
    result.scheme = to_lower(part(url, CURLUPART_SCHEME).value_or(""));
    if (result.scheme != "http" && result.scheme != "https") return std::nullopt;
    result.host = to_lower(part(url, CURLUPART_HOST).value_or(""));
    if (result.host.empty()) return std::nullopt;
    const auto port = parse_integer(part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or(""));
    if (!port || *port < 1 || *port > 65'535) return std::nullopt;
    result.port = static_cast<int>(*port);
    result.path = part(url, CURLUPART_PATH).value_or("/");
    result.has_query = part(url, CURLUPART_QUERY).has_value();
    result.has_fragment = part(url, CURLUPART_FRAGMENT).has_value();
    return result;
}

std::string mask_url(std::string_view text) {
    const auto scheme_end = text.find("://");
    const std::size_t begin = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
    // The last '@', since a password that was not encoded may hold '/' and '@'.
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at < begin) return std::string(text);
    return fmt::format("{}***{}", text.substr(0, begin), text.substr(at));
}

}  // namespace prevision::net
