#pragma once

#include <chrono>
#include <string>

#include "core/secret.hpp"
#include "sources/source.hpp"

namespace prevision::sources::postgres {

inline constexpr int standard_port = 5432;

/// A server of PostgreSQL, who calls, and how.
struct Target {
    std::string host;
    int port = 0;
    std::string username;  ///< empty: the library's own choice
    Secret password;       ///< empty: PGPASSWORD's, or from `password_file` if it holds one
    std::string password_file;
    std::string tls_mode;          ///< libpq's sslmode
    std::string root_certificate;  ///< file of certificates to trust; empty: the library's own choice
    std::chrono::milliseconds connect_timeout{10'000};

    [[nodiscard]] std::string address() const;  ///< "db.example.com:5432", for messages
    [[nodiscard]] std::string user() const;     ///< "'tester'", for messages
};

/// Reads a connection, and what it leaves open from the environment, by the variables and files that psql
/// looks at. Error invalid, naming the field.
Target parse_target(const Connection& connection);

}  // namespace prevision::sources::postgres
