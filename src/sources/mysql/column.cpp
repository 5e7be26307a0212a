#include "sources/mysql/column.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace prevision::sources {

namespace {

constexpr unsigned binary_charset = 63;

bool is_binary(const MYSQL_FIELD& field) { return field.charsetnr == binary_charset; }

ValueKind kind_of(const MYSQL_FIELD& field) {
    switch (field.type) {
        case MYSQL_TYPE_TINY:
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_LONGLONG:
        case MYSQL_TYPE_YEAR:
            return ValueKind::integer;
        case MYSQL_TYPE_DECIMAL:
        case MYSQL_TYPE_NEWDECIMAL:
            return ValueKind::decimal;
        case MYSQL_TYPE_FLOAT:
        case MYSQL_TYPE_DOUBLE:
            return ValueKind::real;
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE:
            return ValueKind::date;
        case MYSQL_TYPE_TIME:
            return ValueKind::time;
        case MYSQL_TYPE_DATETIME:
        case MYSQL_TYPE_TIMESTAMP:
            return ValueKind::timestamp;
        case MYSQL_TYPE_BIT:
        case MYSQL_TYPE_GEOMETRY:
            return ValueKind::binary;
        case MYSQL_TYPE_NULL:
        case MYSQL_TYPE_JSON:
            return ValueKind::text;  // MySQL says of its JSON that it is binary
        default:
            return is_binary(field) ? ValueKind::binary : ValueKind::text;
    }
}

// Text comes in utf8mb4, and its length is told in bytes of that.
std::string sized(std::string_view text_name, std::string_view binary_name, const MYSQL_FIELD& field) {
    if (is_binary(field)) return fmt::format("{}({})", binary_name, field.length);
    return fmt::format("{}({})", text_name, field.length / 4);
}

std::string large(const MYSQL_FIELD& field) {
    const auto limit = is_binary(field) ? field.length : field.length / 4;
    const std::string_view size = limit < (1U << 8U)    ? "tiny"
                                  : limit < (1U << 16U) ? ""
                                  : limit < (1U << 24U) ? "medium"
                                                        : "long";
    return fmt::format("{}{}", size, is_binary(field) ? "blob" : "text");
}

std::string with_fraction(std::string_view name, const MYSQL_FIELD& field) {
    constexpr unsigned most_digits = 6;
    if (field.decimals == 0 || field.decimals > most_digits) return std::string(name);
    return fmt::format("{}({})", name, field.decimals);
}

// The length counts the sign and the point.
std::string decimal(const MYSQL_FIELD& field) {
    const bool has_sign = (field.flags & UNSIGNED_FLAG) == 0;
    const unsigned long marks = (has_sign ? 1U : 0U) + (field.decimals > 0 ? 1U : 0U);
    const auto digits = field.length > marks ? field.length - marks : field.length;
    return fmt::format("decimal({},{})", digits, field.decimals);
}

std::string base_type(const MYSQL_FIELD& field) {
    if ((field.flags & ENUM_FLAG) != 0) return "enum";
    if ((field.flags & SET_FLAG) != 0) return "set";
    switch (field.type) {
        case MYSQL_TYPE_TINY:
            return "tinyint";
        case MYSQL_TYPE_SHORT:
            return "smallint";
        case MYSQL_TYPE_INT24:
            return "mediumint";
        case MYSQL_TYPE_LONG:
            return "int";
        case MYSQL_TYPE_LONGLONG:
            return "bigint";
        case MYSQL_TYPE_YEAR:
            return "year";
        case MYSQL_TYPE_DECIMAL:
        case MYSQL_TYPE_NEWDECIMAL:
            return decimal(field);
        case MYSQL_TYPE_FLOAT:
            return "float";
        case MYSQL_TYPE_DOUBLE:
            return "double";
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE:
            return "date";
        case MYSQL_TYPE_TIME:
            return with_fraction("time", field);
        case MYSQL_TYPE_DATETIME:
            return with_fraction("datetime", field);
        case MYSQL_TYPE_TIMESTAMP:
            return with_fraction("timestamp", field);
        case MYSQL_TYPE_BIT:
            return fmt::format("bit({})", field.length);
        case MYSQL_TYPE_JSON:
            return "json";
        case MYSQL_TYPE_GEOMETRY:
            return "geometry";
        case MYSQL_TYPE_NULL:
            return "null";
        case MYSQL_TYPE_STRING:
            return sized("char", "binary", field);
        case MYSQL_TYPE_TINY_BLOB:
        case MYSQL_TYPE_MEDIUM_BLOB:
        case MYSQL_TYPE_LONG_BLOB:
        case MYSQL_TYPE_BLOB:
            return large(field);
        default:
            return sized("varchar", "varbinary", field);
    }
}

bool is_number(const MYSQL_FIELD& field) {
    const auto kind = kind_of(field);
    return kind == ValueKind::integer || kind == ValueKind::decimal || kind == ValueKind::real;
}

}  // namespace

Column describe_mysql_column(const MYSQL_FIELD& field) {
    Column column{.name = std::string(field.name, field.name_length),
                  .type = base_type(field),
                  .kind = kind_of(field),
                  .nullable = (field.flags & NOT_NULL_FLAG) == 0};
    const bool is_unsigned = (field.flags & UNSIGNED_FLAG) != 0;
    if (is_unsigned && is_number(field) && field.type != MYSQL_TYPE_YEAR) column.type += " unsigned";
    return column;
}

}  // namespace prevision::sources
