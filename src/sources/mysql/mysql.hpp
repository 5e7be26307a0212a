#pragma once

#include "sources/mysql/connection.hpp"
#include "sources/registry.hpp"

namespace prevision::sources {

/// MySQL and MariaDB.
const Engine& mysql_engine();

/// The server that a connection means. Error invalid, naming the field.
MysqlTarget mysql_target(const Connection& connection);

}  // namespace prevision::sources
