#pragma once

#include "sources/sql/server.hpp"

namespace prevision::sources::mysql {

constexpr int standard_port = 3306;

enum class Tls {
    disable,
    prefer,   ///< if the server can; its certificate is not checked
    require,  ///< or send nothing; the certificate is not checked
    verify,   ///< the certificate must be trusted by this machine and name the host
};

struct Target : SqlServer {
    Tls tls = Tls::prefer;
    std::string certificates{};  ///< file of certificates to trust; empty: OpenSSL looks in SSL_CERT_DIR
};

/// Throws Error invalid, naming the field.
Target parse_target(const Connection& connection);

}  // namespace prevision::sources::mysql
