#include "sources/mysql/types.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace prevision::sources::mysql {

namespace {

/// What follows a type's name in parentheses, or changes the name.
enum class Detail {
    none,
    length,    ///< bit(7)
    digits,    ///< decimal(10,2)
    fraction,  ///< time(6), time
    width,     ///< varchar(20), varbinary(20)
    capacity,  ///< tinytext, text, mediumblob, …
};

struct Type {
    enum_field_types wire;
    Form form;
    ValueKind kind;
    std::string_view name;
    Detail detail = Detail::none;
    std::string_view binary_name = {};  ///< with the charset `binary`; its values are bytes then
};

constexpr std::array types{
    Type{MYSQL_TYPE_TINY, Form::integer, ValueKind::integer, "tinyint"},
    Type{MYSQL_TYPE_SHORT, Form::integer, ValueKind::integer, "smallint"},
    Type{MYSQL_TYPE_INT24, Form::integer, ValueKind::integer, "mediumint"},
    Type{MYSQL_TYPE_LONG, Form::integer, ValueKind::integer, "int"},
    Type{MYSQL_TYPE_LONGLONG, Form::integer, ValueKind::integer, "bigint"},
    Type{MYSQL_TYPE_YEAR, Form::bytes, ValueKind::integer, "year"},
    Type{MYSQL_TYPE_DECIMAL, Form::bytes, ValueKind::decimal, "decimal", Detail::digits},
    Type{MYSQL_TYPE_NEWDECIMAL, Form::bytes, ValueKind::decimal, "decimal", Detail::digits},
    Type{MYSQL_TYPE_FLOAT, Form::single_float, ValueKind::real, "float"},
    Type{MYSQL_TYPE_DOUBLE, Form::double_float, ValueKind::real, "double"},
    Type{MYSQL_TYPE_DATE, Form::date, ValueKind::date, "date"},
    Type{MYSQL_TYPE_NEWDATE, Form::date, ValueKind::date, "date"},
    Type{MYSQL_TYPE_TIME, Form::time, ValueKind::time, "time", Detail::fraction},
    Type{MYSQL_TYPE_DATETIME, Form::date_time, ValueKind::timestamp, "datetime", Detail::fraction},
    Type{MYSQL_TYPE_TIMESTAMP, Form::point_in_time, ValueKind::timestamp, "timestamp", Detail::fraction},
    Type{MYSQL_TYPE_BIT, Form::bytes, ValueKind::binary, "bit", Detail::length},
    Type{MYSQL_TYPE_GEOMETRY, Form::bytes, ValueKind::binary, "geometry"},
    Type{MYSQL_TYPE_NULL, Form::bytes, ValueKind::text, "null"},
    Type{MYSQL_TYPE_JSON, Form::bytes, ValueKind::text,
         "json"},  // although MySQL gives it the charset binary
    Type{MYSQL_TYPE_STRING, Form::bytes, ValueKind::text, "char", Detail::width, "binary"},
    Type{MYSQL_TYPE_TINY_BLOB, Form::bytes, ValueKind::text, "text", Detail::capacity, "blob"},
    Type{MYSQL_TYPE_BLOB, Form::bytes, ValueKind::text, "text", Detail::capacity, "blob"},
    Type{MYSQL_TYPE_MEDIUM_BLOB, Form::bytes, ValueKind::text, "text", Detail::capacity, "blob"},
    Type{MYSQL_TYPE_LONG_BLOB, Form::bytes, ValueKind::text, "text", Detail::capacity, "blob"},
    // Also used for every type that is not listed.
    Type{MYSQL_TYPE_VAR_STRING, Form::bytes, ValueKind::text, "varchar", Detail::width, "varbinary"},
};

const Type& type_of(const MYSQL_FIELD& field) {
    const auto* found = std::ranges::find(types, field.type, &Type::wire);
    return found != types.end() ? *found : types.back();
}

bool is_binary(const MYSQL_FIELD& field) {
    constexpr unsigned binary_charset = 63;
    return field.charsetnr == binary_charset && !type_of(field).binary_name.empty();
}

// The length counts the sign and the point.
std::string decimal_digits(const MYSQL_FIELD& field) {
    const bool has_sign = (field.flags & UNSIGNED_FLAG) == 0;
    const unsigned long marks = (has_sign ? 1U : 0U) + (field.decimals > 0 ? 1U : 0U);
    const auto digits = field.length > marks ? field.length - marks : field.length;
    return fmt::format("({},{})", digits, field.decimals);
}

std::string_view capacity(unsigned long length) {
    if (length < (1U << 8U)) return "tiny";
    if (length < (1U << 16U)) return "";
    return length < (1U << 24U) ? "medium" : "long";
}

std::string type_name(const MYSQL_FIELD& field, unsigned most_bytes) {
    if ((field.flags & ENUM_FLAG) != 0) return "enum";
    if ((field.flags & SET_FLAG) != 0) return "set";
    const Type& type = type_of(field);
    const auto name = is_binary(field) ? type.binary_name : type.name;
    constexpr unsigned most_digits = 6;
    switch (type.detail) {
        case Detail::none:
            break;
        case Detail::length:
            return fmt::format("{}({})", name, field.length);
        case Detail::digits:
            return fmt::format("{}{}", name, decimal_digits(field));
        case Detail::fraction:
            if (field.decimals == 0 || field.decimals > most_digits) break;
            return fmt::format("{}({})", name, field.decimals);
        case Detail::width:
            return fmt::format("{}({})", name, is_binary(field) ? field.length : field.length / most_bytes);
        case Detail::capacity:
            return fmt::format("{}{}", capacity(field.length), name);
    }
    return std::string(name);
}

}  // namespace

Form form_of(const MYSQL_FIELD& field) {
    const auto form = type_of(field).form;
    // The library pads ZEROFILL integers with zeros only when it writes them as text itself.
    return form == Form::integer && (field.flags & ZEROFILL_FLAG) != 0 ? Form::bytes : form;
}

ValueKind kind_of(const MYSQL_FIELD& field) {
    return is_binary(field) ? ValueKind::binary : type_of(field).kind;
}

Column describe(const MYSQL_FIELD& field, unsigned most_bytes) {
    const auto kind = kind_of(field);
    Column column{.name = std::string(field.name, field.name_length),
                  .type = type_name(field, most_bytes),
                  .kind = kind,
                  .nullable = (field.flags & NOT_NULL_FLAG) == 0};
    const bool is_number =
        kind == ValueKind::integer || kind == ValueKind::decimal || kind == ValueKind::real;
    const bool is_unsigned = (field.flags & UNSIGNED_FLAG) != 0;
    if (is_number && is_unsigned && field.type != MYSQL_TYPE_YEAR) column.type += " unsigned";
    return column;
}

}  // namespace prevision::sources::mysql
