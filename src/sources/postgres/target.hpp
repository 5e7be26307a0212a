#pragma once

#include <chrono>
#include <string>

#include "core/secret.hpp"
#include "sources/source.hpp"

namespace prevision::sources::postgres {

inline constexpr int standard_port = 5432;

/// A server, the user who logs in, and what the connector says about the session.
struct Target {
    std::string host;  ///< or the folder of the server's local socket, which begins with '/'
    int port = 0;
    std::string username;  ///< empty: the library's own choice
    Secret password;       ///< empty: PGPASSWORD's, or from `password_file` if it holds one
    std::string password_file;
    std::string tls_mode;           ///< libpq's sslmode
    std::string root_certificate;   ///< file of certificates to trust; empty: the library's own choice
    std::string time_zone = "UTC";  ///< of the session
    std::string encoding;  ///< of the text in a database in SQL_ASCII, as iconv(3) names it; empty: UTF-8
    bool ambient_credentials = true;  ///< else only the connector's own password is used
    net::HostRules rules{};
    bool row_security = false;  ///< whether policies may hide rows; else a query that they change fails
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds wait_limit{
        60'000};  ///< for a lock, and for the answer to a short statement; 0: none

    [[nodiscard]] bool is_local() const { return host.starts_with('/'); }
    [[nodiscard]] std::string socket_or_host() const;  ///< what net::resolve takes
    [[nodiscard]] std::string address() const;         ///< "db.example.com:5432", for messages
    [[nodiscard]] std::string user() const;            ///< "'tester'", for messages
};

/// Reads a connection, and what it leaves open from the environment, by the variables and files that psql
/// looks at. Error invalid, naming the field.
Target parse_target(const Connection& connection);

}  // namespace prevision::sources::postgres
