#pragma once

#include <string>

#include "sources/sql/server.hpp"

namespace prevision::sources::postgres {

inline constexpr int standard_port = 5432;

/// The username may be empty: the library then chooses. An empty password is PGPASSWORD's, or from
/// `password_file` if it holds one.
struct Target : SqlServer {
    std::string socket_folder;  ///< of a local server; `host` is the socket in it
    std::string password_file;
    std::string tls_mode;             ///< libpq's sslmode
    std::string root_certificate;     ///< file of certificates to trust; empty: the library chooses
    bool ambient_credentials = true;  ///< else only the connector's own password is used
    bool row_security = false;        ///< whether policies may hide rows; else a query that they change fails

    [[nodiscard]] std::string user() const;  ///< "'tester'", for messages
};

/// Reads a connection, and what it leaves open from the environment, by the variables and files that psql
/// looks at. Throws Error invalid, naming the field.
Target parse_target(const Connection& connection);

}  // namespace prevision::sources::postgres
