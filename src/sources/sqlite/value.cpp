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

/// The number that is written just so.
std::optional<std::int64_t> untyped_integer(std::string_view value) {
    const auto integer = parse_integer(value);
    return integer && std::to_string(*integer) == value ? integer : std::nullopt;
}

std::optional<double> untyped_real(std::string_view value) {
    if (const auto infinity = parse_infinity(value)) return value.ends_with("inf") ? infinity : std::nullopt;
    const auto real = is_whole_number(value) ? std::nullopt : parse_exact_double(value);
    return real && write_real(*real) == value ? real : std::nullopt;
}

}  // namespace

TargetColumn::TargetColumn(std::string name, std::string_view type, bool strict, bool nullable,
                           std::optional<ValueKind> values)
    : name_(std::move(name)),
      affinity_(strict && equal_ignoring_case(type, "ANY") ? Affinity::none : affinity_of(type)),
      nullable_(nullable),
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

std::optional<std::string> TargetColumn::bind(Statement& statement, int index, const Value& value,
                                              TextDecoder* encoder) const {
    if (value.is_null()) {
        if (!nullable_) return "is NULL, which the column cannot hold";  // a row id would get a number
        statement.bind_null(index);
        return std::nullopt;
    }
    const auto text = value.text();
    const bool may_be_bytes =
        !value.is_text && (!values_ || values_ == ValueKind::binary || values_ == ValueKind::any);
    const auto bytes = may_be_bytes && !holds_only_text_ ? parse_bytes(text) : std::nullopt;
    if (bytes) {
        statement.bind_blob(index, from_hex(*bytes));
        return std::nullopt;
    }
    const bool is_boolean =
        !value.is_text && (values_ == ValueKind::boolean || (!values_ && holds_booleans_));
    if (is_boolean && affinity_ != Affinity::text && (text == "true" || text == "false")) {
        statement.bind(index, std::int64_t{text == "true" ? 1 : 0});
        return std::nullopt;
    }
    if (affinity_ == Affinity::number) return bind_number(statement, index, value);
    const bool may_be_number = !value.is_text && values_ != ValueKind::text;
    if (affinity_ == Affinity::none && may_be_number && bind_untyped(statement, index, text))
        return std::nullopt;
    if (encoder == nullptr) {
        statement.bind(index, text);
        return std::nullopt;
    }
    const auto encoded = encoder->convert(text);
    if (!encoded) return "has characters that the encoding does not have";
    statement.bind(index, std::string_view(*encoded));
    return std::nullopt;
}

// The column's affinity makes a number of a text that is one.
std::optional<std::string> TargetColumn::bind_number(Statement& statement, int index,
                                                     const Value& value) const {
    const auto text = value.text();
    const bool is_number = values_ == ValueKind::real || values_ == ValueKind::decimal;
    const auto infinity = value.is_text ? std::nullopt : parse_infinity(text);
    if (infinity && (is_number || text.ends_with("inf"))) {
        statement.bind(index, *infinity);
        return std::nullopt;
    }
    if (is_number && !is_decimal_number(text)) return "is not a number that SQLite has";
    const auto trimmed = trim(text);
    if (trimmed.size() != text.size() && is_decimal_number(trimmed))
        return "is a number with blanks, which SQLite drops";
    if (!is_decimal_number(text) || parse_integer(text)) {
        statement.bind(index, text);
        return std::nullopt;
    }
    // SQLite's own conversion of a text is not exact.
    const auto real = parse_exact_double(text);
    if (!real) return "is a number that SQLite would round";
    statement.bind(index, *real);
    return std::nullopt;
}

// A text becomes a number only when the number is written just so. False: it is text.
bool TargetColumn::bind_untyped(Statement& statement, int index, std::string_view value) {
    if (const auto integer = untyped_integer(value)) {
        statement.bind(index, *integer);
        return true;
    }
    const auto real = untyped_real(value);
    if (real) statement.bind(index, *real);
    return real.has_value();
}

bool TargetColumn::looks_like_another_kind(std::string_view text, std::string_view type) {
    if (parse_bytes(text) || parse_infinity(text) || text == "true" || text == "false") return true;
    // A column for numbers holds a text that is one when it is of type ANY in a STRICT table, or of a view.
    return affinity_of(type) != Affinity::text && (untyped_integer(text) || untyped_real(text));
}

}  // namespace prevision::sources::sqlite
