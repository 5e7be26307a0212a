#include "sources/sqlite/value.hpp"

#include <cmath>
#include <utility>

#include "core/text.hpp"
#include "sources/sql/exact_number.hpp"

namespace prevision::sources::sqlite {

namespace {

std::string from_hex(std::string_view digits) {
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2)
        bytes += static_cast<char>(value(digits[at]) * 16 + value(digits[at + 1]));
    return bytes;
}

bool is_infinite(std::string_view value) { return value == "inf" || value == "-inf"; }

double infinity(std::string_view value) { return value == "inf" ? HUGE_VAL : -HUGE_VAL; }

}  // namespace

TargetColumn::TargetColumn(std::string name, std::string_view type, bool strict)
    : name_(std::move(name)),
      affinity_(strict && equal_ignoring_case(type, "ANY") ? Affinity::none : affinity_of(type)),
      holds_only_text_(strict && equal_ignoring_case(type, "TEXT")) {}

// The rules of https://sqlite.org/datatype3.html, section 3.1.
TargetColumn::Affinity TargetColumn::affinity_of(std::string_view type) {
    const auto lower = to_lower(type);
    const auto has = [&](std::string_view part) { return lower.find(part) != std::string::npos; };
    if (has("int")) return Affinity::number;
    if (has("char") || has("clob") || has("text")) return Affinity::text;
    return lower.empty() || has("blob") ? Affinity::none : Affinity::number;
}

std::optional<std::string> TargetColumn::bind(Statement& statement, int index,
                                              const std::optional<std::string>& value) const {
    if (!value) {
        statement.bind_null(index);
        return std::nullopt;
    }
    const auto bytes = parse_bytes(*value);
    if (bytes && !holds_only_text_) {
        statement.bind_blob(index, from_hex(*bytes));
        return std::nullopt;
    }
    if (affinity_ == Affinity::none) {
        bind_untyped(statement, index, *value);
        return std::nullopt;
    }
    if (affinity_ == Affinity::number && is_infinite(*value)) {
        statement.bind(index, infinity(*value));
        return std::nullopt;
    }
    const bool is_rounded = affinity_ == Affinity::number && is_decimal_number(*value) &&
                            !parse_integer(*value) && !parse_exact_double(*value);
    if (is_rounded) return "is a number that SQLite would round";
    statement.bind(index, std::string_view(*value));
    return std::nullopt;
}

// A text becomes a number only when the number is written just so.
void TargetColumn::bind_untyped(Statement& statement, int index, const std::string& value) {
    if (const auto integer = parse_integer(value); integer && std::to_string(*integer) == value) {
        statement.bind(index, *integer);
        return;
    }
    if (is_infinite(value)) {
        statement.bind(index, infinity(value));
        return;
    }
    const auto real = is_whole_number(value) ? std::nullopt : parse_exact_double(value);
    if (real && write_real(*real) == value) {
        statement.bind(index, *real);
        return;
    }
    statement.bind(index, std::string_view(value));
}

}  // namespace prevision::sources::sqlite
