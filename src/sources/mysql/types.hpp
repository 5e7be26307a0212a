#pragma once

#include <mysql.h>

#include "sources/source.hpp"

namespace prevision::sources::mysql {

/// How the library delivers the values of a type.
enum class Form { integer, single_float, double_float, date, date_time, point_in_time, time, bytes };

Form form_of(const MYSQL_FIELD& field);

ValueKind kind_of(const MYSQL_FIELD& field);

/// A column as the description of a result knows it. Its type is in MySQL's words: "varchar(20)",
/// "bigint unsigned", "decimal(10,2)"; for ENUM and SET the description lacks the members. `most_bytes` is the
/// size of the longest character of its character set.
Column describe(const MYSQL_FIELD& field, unsigned most_bytes);

}  // namespace prevision::sources::mysql
