// Hosts and URLs as users write them.

#include "core/text.hpp"
#include "fuzz/input.hpp"
#include "net/url.hpp"
#include "sources/host.hpp"

using namespace prevision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::Input(data, size).rest());
    fuzz::require(percent_decode(percent_encode(text)) == text, "percent-encoding is undone");
    fuzz::accepts([&] {
        const auto host = sources::parse_host(text);
        fuzz::require(!host.port || (*host.port >= 1 && *host.port <= 65535), "a port is in its range");
    });
    if (const auto url = net::parse_http_url(text)) {
        fuzz::require(url->path.starts_with('/'), "a path begins with a slash");
        const auto origin = net::parse_http_url(url->origin());
        fuzz::require(origin && origin->authority() == url->authority(),
                      "an origin is a URL of the same authority");
    }
    net::mask_url(text);
    return 0;
}
