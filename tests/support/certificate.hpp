#pragma once

#include <filesystem>
#include <string>

namespace prevision::testing {

/// The files of a new certificate that signs itself, in PEM.
struct Certificate {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

enum class Validity { current, expired };

/// Makes one for a name as OpenSSL writes it ("IP:127.0.0.1", "DNS:localhost") in that folder.
Certificate make_certificate(const std::filesystem::path& folder, const std::string& alternative_name,
                             Validity validity = Validity::current);

}  // namespace prevision::testing
