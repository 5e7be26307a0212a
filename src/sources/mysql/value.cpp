#include "sources/mysql/value.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/mysql/cell.hpp"
#include "sources/sql/exact_number.hpp"
#include "sources/sql/text.hpp"
#include "sources/sql/time_text.hpp"

namespace prevision::sources::mysql {

namespace {

std::string_view base_of(std::string_view type) { return type.substr(0, type.find_first_of("( ")); }

std::string_view in_parentheses(std::string_view type) {
    const auto open = type.find('(');
    const auto close = type.rfind(')');
    return open == std::string_view::npos || close < open ? std::string_view()
                                                          : type.substr(open + 1, close - open - 1);
}

/// "'x','y''z'" → x, y'z
std::vector<std::string> split_members(std::string_view list) {
    std::vector<std::string> members;
    bool is_quoted = false;
    for (std::size_t at = 0; at < list.size(); ++at) {
        const bool is_doubled = is_quoted && list.substr(at).starts_with("''");
        if (list[at] == '\'' && !is_doubled) {
            is_quoted = !is_quoted;
            if (is_quoted) members.emplace_back();
        } else if (is_quoted) {
            members.back() += list[at];
            if (is_doubled) ++at;
        }
    }
    return members;
}

// A NULL in another column that may not hold it is an error of the server.
std::string_view stored_for_null(std::string_view type, std::string_view extra, bool nullable) {
    if (nullable) return {};
    if (extra.find("auto_increment") != std::string_view::npos) return "the next number";
    return equal_ignoring_case(base_of(type), "timestamp") ? "the current time" : std::string_view();
}

void append_hex_literal(std::string& sql, std::string_view digits) { sql += fmt::format("x'{}'", digits); }

}  // namespace

TargetColumn::TargetColumn(std::string name, std::string_view type, std::string_view extra, bool nullable,
                           std::optional<ValueKind> values)
    : name_(std::move(name)),
      kind_(kind_of(base_of(type))),
      is_generated_(extra.find("VIRTUAL GENERATED") != std::string_view::npos ||
                    extra.find("STORED GENERATED") != std::string_view::npos),
      stored_for_null_(stored_for_null(type, extra, nullable)),
      values_(values) {
    const auto inner = in_parentheses(type);
    if (kind_ == Kind::member || kind_ == Kind::members) {
        members_ = split_members(inner);
    } else {
        size_ = static_cast<std::size_t>(parse_integer(inner).value_or(0));
    }
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
        Known{"decimal", Kind::decimal},
        Known{"float", Kind::single_float},
        Known{"double", Kind::double_float},
        Known{"char", Kind::fixed_text},
        Known{"enum", Kind::member},
        Known{"set", Kind::members},
        Known{"binary", Kind::fixed_bytes},
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
        Known{"year", Kind::year},
        Known{"date", Kind::date},
        Known{"datetime", Kind::time},
        Known{"timestamp", Kind::time},
        Known{"time", Kind::time},
    };
    const auto* found =
        std::ranges::find_if(known, [&](const auto& each) { return equal_ignoring_case(each.base, base); });
    return found == known.end() ? Kind::text : found->kind;
}

std::optional<std::string> TargetColumn::append(std::string& sql, const Value& value,
                                                TextDecoder* encoder) const {
    if (value.is_null()) {
        if (!stored_for_null_.empty())
            return fmt::format("is NULL, for which the server would store {}", stored_for_null_);
        sql += "NULL";
        return std::nullopt;
    }
    const auto text = value.text();
    switch (kind_) {
        case Kind::text:
            return append_text(sql, text, encoder);
        case Kind::fixed_text:
            if (text.ends_with(' ')) return "ends with a space, which a CHAR does not keep";
            return append_text(sql, text, encoder);
        case Kind::member:
        case Kind::members:
            if (!is_allowed(text)) return "is not one of the column's";
            return append_text(sql, text, encoder);
        case Kind::bit:
        case Kind::bytes:
        case Kind::fixed_bytes:
            return append_bytes(sql, value);
        case Kind::date:
        case Kind::time:
            return append_time(sql, text);
        case Kind::year:
            if (text.size() != 4 || !is_whole_number(text)) return "is not a year of four digits";
            sql += text;
            return std::nullopt;
        default:
            return append_number(sql, text);
    }
}

std::optional<std::string> TargetColumn::append_text(std::string& sql, std::string_view value,
                                                     TextDecoder* encoder) const {
    if (encoder == nullptr) {
        sql += quote_literal(value);
        return std::nullopt;
    }
    const auto encoded = encoder->convert(value);
    if (!encoded) return "has characters that the encoding does not have";
    append_hex_literal(sql, to_hex(*encoded));
    return std::nullopt;
}

// Other systems' text may look like bytes.
std::optional<std::string> TargetColumn::append_bytes(std::string& sql, const Value& value) const {
    const bool may_be_bytes = values_ != ValueKind::text && !value.is_text;
    const auto digits = may_be_bytes ? parse_bytes(value.text()) : std::nullopt;
    if (kind_ == Kind::bit && !digits) return append_number(sql, value.text());
    const auto size = digits ? digits->size() / 2 : value.size;
    if (kind_ == Kind::fixed_bytes && size < size_) return "is shorter than the column, which fills it up";
    append_hex_literal(sql, digits ? std::string(*digits) : to_hex(value.text()));
    return std::nullopt;
}

std::optional<std::string> TargetColumn::append_number(std::string& sql, std::string_view value) const {
    if (kind_ == Kind::integer || kind_ == Kind::bit) {
        if (value == "true") value = "1";
        if (value == "false") value = "0";
        if (!is_whole_number(value)) return "is not a whole number";
    } else if (kind_ == Kind::decimal && !is_decimal_number(value)) {
        return "is not a decimal number";
    } else if (kind_ == Kind::double_float && !parse_exact_double(value)) {
        return "is not a number that a DOUBLE holds without rounding";
    } else if (kind_ == Kind::single_float) {
        const auto number = parse_exact_float(value);
        if (!number) return "is not a number that a FLOAT holds without rounding";
        // All digits of it: the shortest form of the largest one is beyond the range that the server takes.
        std::array<char, 32> written{};
        sql.append(written.data(), write_real(written.data(), static_cast<double>(*number)));
        return std::nullopt;
    }
    // In quotes: without them 1.5e0 is a double for the server, and a long decimal may be one.
    sql += kind_ == Kind::integer || kind_ == Kind::bit ? std::string(value) : quote_literal(value);
    return std::nullopt;
}

// The session's time zone is UTC. The server would round a fraction without a warning.
std::optional<std::string> TargetColumn::append_time(std::string& sql, std::string_view value) const {
    const auto utc = in_utc(value);
    const auto parts = split_time(value);
    if (!utc || (!parts.offset.empty() && parts.date.empty())) return "has an offset from UTC";
    if (kind_ == Kind::date && !parts.time.empty()) return "is a date with a time";
    if (fraction_digits(parts) > size_) return "has more digits of a second than the column";
    sql += quote_literal(*utc);
    return std::nullopt;
}

// A text that is not a member could be taken for the number of one, or for one in other letters.
bool TargetColumn::is_allowed(std::string_view value) const {
    const auto is_member = [&](std::string_view text) {
        return std::ranges::find(members_, text) != members_.end();
    };
    if (kind_ == Kind::member || value.empty()) return value.empty() || is_member(value);
    return std::ranges::all_of(split(value, ','), is_member);
}

ValueKind TargetColumn::values_of(std::string_view type) {
    const auto base = base_of(type);
    switch (kind_of(base)) {
        case Kind::integer:
        case Kind::year:
            return ValueKind::integer;
        case Kind::decimal:
            return ValueKind::decimal;
        case Kind::single_float:
        case Kind::double_float:
            return ValueKind::real;
        case Kind::bit:
        case Kind::bytes:
        case Kind::fixed_bytes:
            return ValueKind::binary;
        case Kind::date:
            return ValueKind::date;
        case Kind::time:
            return base == "time" ? ValueKind::time : ValueKind::timestamp;
        default:
            return ValueKind::text;
    }
}

}  // namespace prevision::sources::mysql
