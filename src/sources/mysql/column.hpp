#pragma once

#include <mysql.h>

#include "sources/source.hpp"

namespace prevision::sources {

/// What the description of a result says of a column: its kind, whether it may be NULL, and its type in
/// MySQL's words as far as it is told: "varchar(20)", "bigint unsigned", "decimal(10,2)", and for ENUM and
/// SET no more than that.
Column describe_mysql_column(const MYSQL_FIELD& field);

}  // namespace prevision::sources
