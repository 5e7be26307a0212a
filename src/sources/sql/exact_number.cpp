#include "sources/sql/exact_number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "core/text.hpp"

namespace prevision::sources {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

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
    if (digits.empty() || digits == "-") return std::pair{std::string("0"), 0L};
    return std::pair{digits, exponent};
}

/// The number of that text as a Real; nothing when a Real would round it.
template <typename Real>
std::optional<Real> parse_exactly(std::string_view text) {
    Real number{};
    const auto* const end = text.data() + text.size();
    if (std::from_chars(text.data(), end, number).ptr != end || !std::isfinite(number)) return std::nullopt;
    std::array<char, 32> written{};
    const char* const written_end =
        std::to_chars(written.data(), written.data() + written.size(), number).ptr;
    const auto before = normal_form(text);
    const auto after = normal_form({written.data(), static_cast<std::size_t>(written_end - written.data())});
    return before && before == after ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<float> parse_exact_float(std::string_view text) { return parse_exactly<float>(text); }
std::optional<double> parse_exact_double(std::string_view text) { return parse_exactly<double>(text); }

bool is_decimal_number(std::string_view text) {
    return text.find_first_of("0123456789") != std::string_view::npos && normal_form(text).has_value();
}

std::optional<long> needed_scale(std::string_view text) {
    const auto number = normal_form(text);
    if (!number || !is_decimal_number(text)) return std::nullopt;
    const std::string_view digits = number->first;
    if (digits == "0") return 0;
    return static_cast<long>(digits.size()) - (digits.starts_with('-') ? 1 : 0) - number->second;
}

bool is_whole_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && std::ranges::all_of(text, is_digit);
}

std::optional<std::string_view> parse_bytes(std::string_view text) {
    if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
    const auto digits = text.substr(2);
    if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
    return digits;
}

std::string from_hex(std::string_view digits) {
    const auto value = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
    std::string bytes;
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2)
        bytes += static_cast<char>(value(digits[at]) * 16 + value(digits[at + 1]));
    return bytes;
}

}  // namespace prevision::sources
