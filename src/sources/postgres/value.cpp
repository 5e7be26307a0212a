#include "sources/postgres/value.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "sources/sql/exact_number.hpp"
#include "sources/sql/text.hpp"
#include "sources/sql/time_text.hpp"

namespace prevision::sources::postgres {

namespace {

/// "timestamp(3) with time zone" → "timestamp with time zone"
std::string base_of(std::string_view type) {
    const auto open = type.find('(');
    const auto close = type.find(')', std::min(open, type.size()));
    if (close == std::string_view::npos) return std::string(type);
    return std::string(type.substr(0, open)) + std::string(type.substr(close + 1));
}

/// The last number in parentheses: the scale of a numeric, the length of a text. A numeric(5) has a scale of 0.
std::optional<long> size_of(std::string_view type) {
    const auto open = type.find('(');
    const auto close = type.find(')', std::min(open, type.size()));
    if (close == std::string_view::npos) return std::nullopt;
    const auto numbers = split(type.substr(open + 1, close - open - 1), ',');
    if (type.starts_with("numeric") && numbers.size() < 2) return 0;
    const auto number = numbers.empty() ? std::nullopt : parse_integer(numbers.back());
    return number ? std::optional(static_cast<long>(*number)) : std::nullopt;
}

constexpr long money_scale = 2;

bool is_special_number(std::string_view value) {
    constexpr std::array<std::string_view, 6> names{"NaN", "Infinity", "-Infinity", "nan", "inf", "-inf"};
    return std::ranges::find(names, value) != names.end();
}

/// Of an array: "[2:3]={1.50,NULL}". The server rounds its numbers without an error.
std::optional<std::string> check_amounts(std::string_view array) {
    constexpr std::string_view marks = "{},\" ";
    if (array.starts_with('[')) array.remove_prefix(std::min(array.size(), array.find('=') + 1));
    while (!array.empty()) {
        const auto part = array.substr(0, array.find_first_of(marks));
        array.remove_prefix(std::min(array.size(), part.size() + 1));
        if (part.empty() || equal_ignoring_case(part, "null")) continue;
        const auto scale = needed_scale(part);
        if (!scale) return "holds what is not a number";
        if (*scale > money_scale) return "holds a number that the column would round";
    }
    return std::nullopt;
}

long count_characters(std::string_view text) {
    return std::ranges::count_if(text,
                                 [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

}  // namespace

TargetColumn::TargetColumn(std::string name, std::string_view type)
    : name_(std::move(name)), kind_(kind_of(base_of(type))), size_(size_of(type)) {}

TargetColumn::Kind TargetColumn::kind_of(std::string_view base) {
    struct Known {
        std::string_view base;
        Kind kind;
    };
    constexpr std::array known{
        Known{"text", Kind::text},
        Known{"character varying", Kind::text},
        Known{"character", Kind::fixed_text},
        Known{"name", Kind::name},
        Known{"boolean", Kind::boolean},
        Known{"smallint", Kind::integer},
        Known{"integer", Kind::integer},
        Known{"bigint", Kind::integer},
        Known{"oid", Kind::integer},
        Known{"numeric", Kind::decimal},
        Known{"real", Kind::single_float},
        Known{"double precision", Kind::double_float},
        Known{"money", Kind::money},
        Known{"money[]", Kind::money_array},
        Known{"bytea", Kind::bytes},
        Known{"date", Kind::date},
        Known{"time without time zone", Kind::time},
        Known{"time with time zone", Kind::time_with_zone},
        Known{"timestamp without time zone", Kind::timestamp},
        Known{"timestamp with time zone", Kind::timestamp_with_zone},
    };
    const auto* found = std::ranges::find(known, base, &Known::base);
    return found == known.end() ? Kind::other : found->kind;
}

std::optional<std::string> TargetColumn::append(std::string& sql, std::string_view value,
                                                std::optional<ValueKind> kind) const {
    std::optional<std::string> problem;
    switch (kind_) {
        case Kind::other:
            break;
        case Kind::text:
        case Kind::fixed_text:
        case Kind::name:
            problem = check_text(value);
            break;
        case Kind::boolean: {
            constexpr std::array<std::string_view, 4> forms{"true", "false", "1", "0"};
            if (std::ranges::find(forms, value) == forms.end()) problem = "is not true, false, 1 or 0";
            break;
        }
        case Kind::bytes: {
            const auto digits = kind == ValueKind::text ? std::nullopt : parse_bytes(value);
            sql += quote_literal("\\x" + (digits ? std::string(*digits) : to_hex(value)));
            return std::nullopt;
        }
        case Kind::integer:
            if (value == "true" || value == "false") value = value == "true" ? "1" : "0";
            [[fallthrough]];
        case Kind::decimal:
        case Kind::single_float:
        case Kind::double_float:
        case Kind::money:
            problem = check_number(value);
            break;
        case Kind::money_array:
            problem = check_amounts(value);
            break;
        default:
            problem = check_time(value);
    }
    if (problem) return problem;
    // It would end the statement.
    if (value.find('\0') != std::string_view::npos)
        return "holds a NUL byte, which no text of PostgreSQL can hold";
    // The server would ignore the offset of a time for a column without one.
    const auto utc = kind_ == Kind::timestamp ? in_utc(value) : std::string(value);
    if (!utc) return "has an offset from UTC that cannot be taken into account";
    sql += quote_literal(*utc);
    // Numbers that no locale changes.
    if (kind_ == Kind::money) sql += "::numeric";
    if (kind_ == Kind::money_array) sql += "::numeric[]";
    return std::nullopt;
}

// The server cuts spaces at the end that are too many, and names that are too long, without an error.
std::optional<std::string> TargetColumn::check_text(std::string_view value) const {
    constexpr std::size_t longest_name = 63;
    if (kind_ == Kind::name && value.size() > longest_name) return "is longer than the 63 bytes of a name";
    if (size_ && count_characters(value) > *size_) return "is longer than the column";
    const bool is_filled = kind_ == Kind::fixed_text && count_characters(value) == size_.value_or(1);
    if (kind_ == Kind::fixed_text && value.ends_with(' ') && !is_filled)
        return "ends with a space, which this type does not keep";
    return std::nullopt;
}

std::optional<std::string> TargetColumn::check_number(std::string_view value) const {
    if (kind_ == Kind::integer)
        return is_whole_number(value) ? std::nullopt : std::optional("is not a whole number");
    if (is_special_number(value) && kind_ != Kind::money) return std::nullopt;
    const auto scale = needed_scale(value);
    if (!scale) return "is not a number";
    const auto most = kind_ == Kind::money ? money_scale : size_.value_or(*scale);
    const bool is_rounded = (kind_ == Kind::single_float && !parse_exact_float(value)) ||
                            (kind_ == Kind::double_float && !parse_exact_double(value)) || *scale > most;
    return is_rounded ? std::optional("is a number that the column would round") : std::nullopt;
}

// The server rounds a fraction, and leaves out what the type does not hold, without an error.
std::optional<std::string> TargetColumn::check_time(std::string_view value) const {
    constexpr long default_digits = 6;
    const auto parts = split_time(value);
    if (static_cast<long>(fraction_digits(parts)) > size_.value_or(default_digits))
        return "has more digits of a second than the column";
    const bool has_date =
        kind_ == Kind::timestamp || kind_ == Kind::timestamp_with_zone || kind_ == Kind::date;
    if (!has_date && !parts.date.empty()) return "is a time with a date";
    if (kind_ == Kind::date && !parts.time.empty()) return "is a date with a time";
    if (kind_ == Kind::time && !parts.offset.empty()) return "has an offset from UTC";
    if (kind_ == Kind::time_with_zone && parts.offset.empty()) return "has no offset from UTC";
    if (has_date && parts.date.empty() && !parts.time.empty()) return "has no date";
    return std::nullopt;
}

ValueKind TargetColumn::values_of(std::string_view type) {
    switch (kind_of(base_of(type))) {
        case Kind::boolean:
            return ValueKind::boolean;
        case Kind::integer:
            return ValueKind::integer;
        case Kind::decimal:
        case Kind::money:
            return ValueKind::decimal;
        case Kind::single_float:
        case Kind::double_float:
            return ValueKind::real;
        case Kind::bytes:
            return ValueKind::binary;
        case Kind::date:
            return ValueKind::date;
        case Kind::time:
            return ValueKind::time;
        case Kind::timestamp:
        case Kind::timestamp_with_zone:
            return ValueKind::timestamp;
        default:
            return ValueKind::text;
    }
}

}  // namespace prevision::sources::postgres
