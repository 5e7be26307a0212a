#include "sources/mysql/value.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "sources/mysql/cell.hpp"
#include "sources/sql/exact_number.hpp"

namespace prevision::sources::mysql {

namespace {

void append_quoted(std::string& sql, std::string_view text) {
    sql += '\'';
    for (const char c : text) {
        if (c == '\'') sql += '\'';
        sql += c;
    }
    sql += '\'';
}

}  // namespace

TargetColumn::TargetColumn(std::string name, std::string_view type, std::string_view extra)
    : name_(std::move(name)),
      kind_(kind_of(type.substr(0, type.find_first_of("( ")))),
      is_generated_(extra.find("VIRTUAL GENERATED") != std::string_view::npos ||
                    extra.find("STORED GENERATED") != std::string_view::npos) {
    const auto open = type.find('(');
    if (kind_ == Kind::time && open != std::string_view::npos)
        fraction_digits_ = static_cast<std::size_t>(type.at(open + 1) - '0');
}

TargetColumn::Kind TargetColumn::kind_of(std::string_view base) {
    struct Known {
        std::string_view base;
        Kind kind;
    };
    constexpr std::array known{
        Known{"tinyint", Kind::integer},
        Known{"smallint", Kind::integer},
        Known{"mediumint", Kind::integer},
        Known{"int", Kind::integer},
        Known{"bigint", Kind::integer},
        Known{"bit", Kind::bit},
        Known{"float", Kind::single_float},
        Known{"double", Kind::double_float},
        Known{"binary", Kind::bytes},
        Known{"varbinary", Kind::bytes},
        Known{"tinyblob", Kind::bytes},
        Known{"blob", Kind::bytes},
        Known{"mediumblob", Kind::bytes},
        Known{"longblob", Kind::bytes},
        Known{"geometry", Kind::bytes},
        Known{"point", Kind::bytes},
        Known{"linestring", Kind::bytes},
        Known{"polygon", Kind::bytes},
        Known{"multipoint", Kind::bytes},
        Known{"multilinestring", Kind::bytes},
        Known{"multipolygon", Kind::bytes},
        Known{"geometrycollection", Kind::bytes},
        Known{"geomcollection", Kind::bytes},
        Known{"date", Kind::date},
        Known{"datetime", Kind::time},
        Known{"timestamp", Kind::time},
        Known{"time", Kind::time},
    };
    const auto* found =
        std::ranges::find_if(known, [&](const auto& each) { return equal_ignoring_case(each.base, base); });
    return found == known.end() ? Kind::text : found->kind;
}

std::optional<std::string> TargetColumn::append(std::string& sql,
                                                const std::optional<std::string>& value) const {
    if (!value) {
        sql += "NULL";
        return std::nullopt;
    }
    const bool is_boolean = *value == "true" || *value == "false";
    switch (kind_) {
        case Kind::integer:
        case Kind::bit:
            if (const auto digits = parse_bytes(*value); digits && kind_ == Kind::bit) {
                sql += "x'";
                sql += *digits;
                sql += '\'';
                return std::nullopt;
            }
            if (!is_boolean && !is_whole_number(*value)) return "is not a whole number";
            sql += is_boolean ? (*value == "true" ? "1" : "0") : *value;
            return std::nullopt;
        case Kind::bytes:
            if (const auto digits = parse_bytes(*value)) {
                sql += "x'";
                sql += *digits;
                sql += '\'';
                return std::nullopt;
            }
            break;
        case Kind::single_float: {
            const auto number = parse_exact_float(*value);
            if (!number) return "is a number that a FLOAT would round";
            // All digits of it: the shortest form of the largest one is beyond the range that the server takes.
            std::array<char, 32> written{};
            sql.append(written.data(), write_real(written.data(), static_cast<double>(*number)));
            return std::nullopt;
        }
        case Kind::double_float:
            if (!parse_exact_double(*value)) return "is a number that a DOUBLE would round";
            break;
        case Kind::date:
        case Kind::time:
            return append_time(sql, *value);
        case Kind::text:
            break;
    }
    append_quoted(sql, *value);
    return std::nullopt;
}

// The session's time zone is UTC, so the time is the same without its Z. The server would round a fraction
// without a warning.
std::optional<std::string> TargetColumn::append_time(std::string& sql, std::string_view value) const {
    if (value.ends_with('Z')) value.remove_suffix(1);
    if (kind_ == Kind::date && value.size() > 10 && value.at(10) == 'T') return "is a date with a time";
    const auto point = value.find('.');
    if (point != std::string_view::npos) {
        const auto last = value.find_last_not_of('0');
        if (last - point > fraction_digits_) return "has more digits of a second than the column";
    }
    append_quoted(sql, value);
    return std::nullopt;
}

}  // namespace prevision::sources::mysql
