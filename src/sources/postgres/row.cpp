#include "sources/postgres/row.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/error.hpp"

namespace prevision::sources::postgres {

namespace {

// Numbers of types, from the server's catalogue of types.
constexpr unsigned type_bool = 16;
constexpr unsigned type_bytea = 17;
constexpr unsigned type_timestamp = 1114;
constexpr unsigned type_timestamptz = 1184;

struct TypeKind {
    unsigned type;
    ValueKind kind;
};

constexpr std::array<TypeKind, 14> type_kinds{{
    {type_bool, ValueKind::boolean},
    {type_bytea, ValueKind::binary},
    {20, ValueKind::integer},  // int8
    {21, ValueKind::integer},  // int2
    {23, ValueKind::integer},  // int4
    {26, ValueKind::integer},  // oid
    {700, ValueKind::real},
    {701, ValueKind::real},
    {790, ValueKind::decimal},  // money, which is read as numeric
    {1700, ValueKind::decimal},
    {1082, ValueKind::date},
    {1083, ValueKind::time},
    {type_timestamp, ValueKind::timestamp},
    {type_timestamptz, ValueKind::timestamp},
}};

[[noreturn]] void refuse() {
    throw Error(ErrorClass::unreachable, "cannot read a row: the server sent one that is damaged",
                "try again; when it fails again, see the server's log");
}

/// The top bit of each byte of the word that is a tab or a backslash, and of some after the first of these.
std::uint64_t marks(std::uint64_t word) {
    constexpr std::uint64_t ones = ~std::uint64_t{0} / 0xFF;
    const auto zeros = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes & (ones * 0x80); };
    return zeros(word ^ (ones * '\t')) | zeros(word ^ (ones * '\\'));
}

std::uint64_t load(const char* from) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
}

/// The first tab or backslash, or the end.
char* find_mark(char* at, char* end) {
    if constexpr (std::endian::native == std::endian::little) {
        for (; end - at >= 8; at += 8) {
            if (const auto found = marks(load(at)); found != 0) return at + std::countr_zero(found) / 8;
        }
    }
    while (at != end && *at != '\t' && *at != '\\') ++at;
    return at;
}

char unescaped(char c) {
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'v':
            return '\v';
        default:
            return c;
    }
}

/// Removes the backslashes of a value, of which `at` is the first. Returns the value's new end; `at` is then
/// after the value as it was sent.
char* unescape(char*& at, const char* end) {
    char* out = at;
    while (at != end && *at != '\t') {
        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        if (end - at < 2) refuse();
        *out++ = unescaped(at[1]);
        at += 2;
    }
    return out;
}

constexpr auto hex_digits = [] {
    std::array<std::int8_t, 256> digits{};
    digits.fill(-1);
    for (std::size_t i = 0; i < 10; ++i) digits[std::size_t{'0'} + i] = static_cast<std::int8_t>(i);
    for (std::size_t i = 0; i < 6; ++i) digits[std::size_t{'a'} + i] = static_cast<std::int8_t>(10 + i);
    return digits;
}();

int hex_digit(char c) { return hex_digits[static_cast<unsigned char>(c)]; }

/// "\\x6162" as a COPY escapes it → "ab"
Value decode_hex(char* text, const char* end) {
    constexpr std::string_view prefix = "\\\\x";
    if (!std::string_view(text, static_cast<std::size_t>(end - text)).starts_with(prefix)) refuse();
    const char* at = text + prefix.size();
    if ((end - at) % 2 != 0) refuse();
    char* out = text;
    for (; at != end; at += 2) {
        const int pair = hex_digit(at[0]) * 16 | hex_digit(at[1]);
        if (pair < 0) refuse();
        *out++ = static_cast<char>(pair);
    }
    return {text, static_cast<std::size_t>(out - text)};
}

/// "2020-01-01 00:00:00+00" → "2020-01-01T00:00:00Z". Years BC and infinity, for which ISO 8601 has no form, stay
/// as they are, and so does the offset of a zone other than UTC.
Value in_iso_8601(char* text, char* end) {
    const std::string_view whole(text, static_cast<std::size_t>(end - text));
    constexpr std::size_t usual = 10;
    const auto space = whole.size() > usual && whole[usual] == ' ' ? usual : whole.find(' ');
    if (space == std::string_view::npos || whole.ends_with('C')) return {text, whole.size()};
    text[space] = 'T';
    if (!whole.ends_with("+00")) return {text, whole.size()};
    end[-3] = 'Z';
    return {text, whole.size() - 2};
}

}  // namespace

ValueKind kind_of_type(unsigned type) {
    const auto found = std::ranges::find(type_kinds, type, &TypeKind::type);
    return found == type_kinds.end() ? ValueKind::text : found->kind;
}

RowParser::RowParser(const std::vector<unsigned>& types) {
    for (const auto type : types) forms_.push_back(form_of(type));
    values_.resize(types.size());
}

RowParser::Form RowParser::form_of(unsigned type) {
    switch (type) {
        case type_bool:
            return Form::boolean;
        case type_timestamp:
        case type_timestamptz:
            return Form::timestamp;
        case type_bytea:
            return Form::binary;
        default:
            return Form::plain;
    }
}

std::span<const Value> RowParser::parse(std::span<char> row) {
    if (row.empty() || row.back() != '\n') refuse();
    char* at = row.data();
    char* const end = at + row.size() - 1;
    const std::size_t count = values_.size();
    for (std::size_t column = 0; column < count; ++column) {
        char* const start = at;
        at = find_mark(at, end);
        char* value_end = at;
        const bool has_backslash = at != end && *at == '\\';
        const bool is_null =
            has_backslash && at == start && end - at >= 2 && at[1] == 'N' && (end - at == 2 || at[2] == '\t');
        if (is_null) {
            at += 2;
            values_[column] = {};
        } else if (has_backslash && forms_[column] == Form::binary) {
            while (at != end && *at == '\\') at = find_mark(at + 1, end);
            values_[column] = decode_hex(start, at);
        } else {
            if (has_backslash) value_end = unescape(at, end);
            values_[column] = in_form(forms_[column], start, value_end);
        }
        if (column + 1 == count) break;
        if (at == end) refuse();
        ++at;
    }
    if (at != end) refuse();
    return values_;
}

Value RowParser::in_form(Form form, char* text, char* end) {
    const auto size = static_cast<std::size_t>(end - text);
    switch (form) {
        case Form::plain:
            break;
        case Form::boolean:
            if (size != 1) refuse();
            return *text == 't' ? Value{"true", 4} : Value{"false", 5};
        case Form::timestamp:
            return in_iso_8601(text, end);
        case Form::binary:
            return decode_hex(text, end);
    }
    return {text, size};
}

}  // namespace prevision::sources::postgres
