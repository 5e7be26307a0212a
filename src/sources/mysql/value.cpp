#include "sources/mysql/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/text.hpp"
#include "sources/mysql/cell.hpp"

namespace prevision::sources::mysql {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_integer(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && std::ranges::all_of(text, is_digit);
}

/// The hex digits of bytes as a dataset holds them, `\x00ff`; nothing for another text.
std::optional<std::string_view> hex_digits(std::string_view text) {
    if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
    const auto digits = text.substr(2);
    const bool is_hex = digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    return is_hex ? std::optional(digits) : std::nullopt;
}

void append_quoted(std::string& sql, std::string_view text) {
    sql += '\'';
    for (const char c : text) {
        if (c == '\'') sql += '\'';
        sql += c;
    }
    sql += '\'';
}

/// A number's digits without zeros at both ends, its sign, and the power of ten of the first digit: two texts
/// of the same number have the same.
std::optional<std::pair<std::string, long>> normal_form(std::string_view text) {
    std::string digits(text.starts_with('-') ? "-" : "");
    if (!digits.empty()) text.remove_prefix(1);
    const auto mark = text.find_first_of("eE");
    long exponent = 0;
    if (mark != std::string_view::npos) {
        const auto value =
            parse_integer(text.substr(mark + (text.substr(mark + 1).starts_with('+') ? 2 : 1)));
        if (!value) return std::nullopt;
        exponent = static_cast<long>(*value);
    }
    bool started = false;
    bool in_fraction = false;
    for (const char c : text.substr(0, mark)) {
        if (c == '.' && !std::exchange(in_fraction, true)) continue;
        if (!is_digit(c)) return std::nullopt;
        started = started || c != '0';
        if (started) digits += c;
        if (started && !in_fraction) ++exponent;
        if (!started && in_fraction) --exponent;
    }
    while (digits.ends_with('0')) digits.pop_back();
    if (!started) return std::pair{std::string("0"), 0L};
    return std::pair{digits, exponent};
}

/// The number of that text as a Real; nothing when a Real would round it.
template <typename Real>
std::optional<Real> parse_exactly(std::string_view text) {
    Real number{};
    const auto* const end = text.data() + text.size();
    if (std::from_chars(text.data(), end, number).ptr != end || !std::isfinite(number)) return std::nullopt;
    std::array<char, 32> written{};
    const char* const written_end = write_real(written.data(), number);
    const auto before = normal_form(text);
    const auto after = normal_form({written.data(), static_cast<std::size_t>(written_end - written.data())});
    return before && before == after ? std::optional(number) : std::nullopt;
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
            if (const auto digits = hex_digits(*value); digits && kind_ == Kind::bit) {
                sql += "x'";
                sql += *digits;
                sql += '\'';
                return std::nullopt;
            }
            if (!is_boolean && !is_integer(*value)) return "is not a whole number";
            sql += is_boolean ? (*value == "true" ? "1" : "0") : *value;
            return std::nullopt;
        case Kind::bytes:
            if (const auto digits = hex_digits(*value)) {
                sql += "x'";
                sql += *digits;
                sql += '\'';
                return std::nullopt;
            }
            break;
        case Kind::single_float: {
            const auto number = parse_exactly<float>(*value);
            if (!number) return "is a number that a FLOAT would round";
            // All digits of it: the shortest form of the largest one is beyond the range that the server takes.
            std::array<char, 32> written{};
            sql.append(written.data(), write_real(written.data(), static_cast<double>(*number)));
            return std::nullopt;
        }
        case Kind::double_float:
            if (!parse_exactly<double>(*value)) return "is a number that a DOUBLE would round";
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
