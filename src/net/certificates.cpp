#include "net/certificates.hpp"

#include <array>
#include <filesystem>

namespace prevision::net {

std::string system_certificates(const std::string& root) {
    // Debian, Arch and Gentoo; Fedora; openSUSE; Alpine.
    constexpr std::array<const char*, 4> places{"/etc/ssl/certs/ca-certificates.crt",
                                                "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                                "/etc/ssl/cert.pem"};
    for (const auto* place : places) {
        std::error_code ignored;
        if (std::filesystem::exists(root + place, ignored)) return root + place;
    }
    return root + places.front();
}

}  // namespace prevision::net
