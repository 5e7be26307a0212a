#include "sources/sqlite/value.hpp"

#include <cmath>
#include <utility>

#include "core/text.hpp"
#include "sources/sql/exact_number.hpp"

namespace prevision::sources::sqlite {

namespace {

/// The infinity that other systems and SQLite write; nothing for another text.
std::optional<double> parse_infinity(std::string_view value) {
    if (value == "inf" || value == "Infinity") return HUGE_VAL;
    if (value == "-inf" || value == "-Infinity") return -HUGE_VAL;
    return std::nullopt;
}

}  // namespace

TargetColumn::TargetColumn(std::string name, std::string_view type, bool strict,
                           std::optional<ValueKind> values)
    : name_(std::move(name)),
      affinity_(strict && equal_ignoring_case(type, "ANY") ? Affinity::none : affinity_of(type)),
      holds_only_text_(strict && equal_ignoring_case(type, "TEXT")),
      holds_booleans_(to_lower(type).find("bool") != std::string::npos),
      values_(values) {}

// The rules of https://sqlite.org/datatype3.html, section 3.1.
TargetColumn::Affinity TargetColumn::affinity_of(std::string_view type) {
    const auto lower = to_lower(type);
    const auto has = [&](std::string_view part) { return lower.find(part) != std::string::npos; };
    if (has("int")) return Affinity::number;
    if (has("char") || has("clob") || has("text")) return Affinity::text;
    return lower.empty() || has("blob") ? Affinity::none : Affinity::number;
}

std::optional<std::string> TargetColumn::bind(Statement& statement, int index,
                                              const std::optional<std::string>& value,
                                              TextDecoder* encoder) const {
    if (!value) {
        statement.bind_null(index);
        return std::nullopt;
    }
    const bool may_be_bytes = !values_ || values_ == ValueKind::binary || values_ == ValueKind::any;
    const auto bytes = may_be_bytes && !holds_only_text_ ? parse_bytes(*value) : std::nullopt;
    if (bytes) {
        statement.bind_blob(index, from_hex(*bytes));
        return std::nullopt;
    }
    // SQLite's own datasets may hold the words true and false as text.
    const bool is_boolean = values_ == ValueKind::boolean || (!values_ && holds_booleans_);
    if (is_boolean && affinity_ != Affinity::text && (*value == "true" || *value == "false")) {
        statement.bind(index, std::int64_t{*value == "true" ? 1 : 0});
        return std::nullopt;
    }
    if (affinity_ == Affinity::number) return bind_number(statement, index, *value);
    if (affinity_ == Affinity::none && values_ != ValueKind::text && bind_untyped(statement, index, *value))
        return std::nullopt;
    const auto encoded = encoder != nullptr ? encoder->convert(*value) : value;
    if (!encoded) return "has characters that the encoding does not have";
    statement.bind(index, std::string_view(*encoded));
    return std::nullopt;
}

// The column's affinity makes a number of a text that is one.
std::optional<std::string> TargetColumn::bind_number(Statement& statement, int index,
                                                     const std::string& value) const {
    const bool is_number = values_ == ValueKind::real || values_ == ValueKind::decimal;
    if (const auto infinity = parse_infinity(value); infinity && (is_number || value.ends_with("inf"))) {
        statement.bind(index, *infinity);
        return std::nullopt;
    }
    if (is_number && !is_decimal_number(value)) return "is not a number that SQLite has";
    const auto text = trim(value);
    if (text.size() != value.size() && is_decimal_number(text))
        return "is a number with blanks, which SQLite drops";
    if (!is_decimal_number(value) || parse_integer(value)) {
        statement.bind(index, std::string_view(value));
        return std::nullopt;
    }
    // SQLite's own conversion of a text is not exact.
    const auto real = parse_exact_double(value);
    if (!real) return "is a number that SQLite would round";
    statement.bind(index, *real);
    return std::nullopt;
}

// A text becomes a number only when the number is written just so. False: it is text.
bool TargetColumn::bind_untyped(Statement& statement, int index, const std::string& value) {
    if (const auto integer = parse_integer(value); integer && std::to_string(*integer) == value) {
        statement.bind(index, *integer);
        return true;
    }
    const auto infinity = parse_infinity(value);
    const auto real = infinity || is_whole_number(value) ? infinity : parse_exact_double(value);
    const bool is_real = infinity ? value.ends_with("inf") : real && write_real(*real) == value;
    if (is_real) statement.bind(index, *real);
    return is_real;
}

}  // namespace prevision::sources::sqlite
