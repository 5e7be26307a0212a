#include "snapshot/inspect/type_guess.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "core/text.hpp"

namespace prevision::snapshot {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes the digits off the front of the text; returns how many.
std::size_t take_digits(std::string_view& text) {
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    const auto count = static_cast<std::size_t>(end - text.begin());
    text.remove_prefix(count);
    return count;
}

bool take(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
}

/// Takes a number of exactly two digits within bounds.
bool take_two_digits(std::string_view& text, int low, int high) {
    if (text.size() < 2 || !is_digit(text[0]) || !is_digit(text[1])) return false;
    const int value = 10 * (text[0] - '0') + (text[1] - '0');
    text.remove_prefix(2);
    return value >= low && value <= high;
}

bool is_not_a_finite_number(std::string_view text) {
    take(text, '-');
    return equal_ignoring_case(text, "nan") || equal_ignoring_case(text, "inf") ||
           equal_ignoring_case(text, "infinity");
}

ValueForm number_form(std::string_view text) {
    take(text, '-');
    const bool zero_first = !text.empty() && text.front() == '0';
    const auto whole = take_digits(text);
    if (zero_first && whole > 1) return ValueForm::text;
    if (text.empty()) return whole > 0 ? ValueForm::integer : ValueForm::text;
    auto form = ValueForm::real;
    std::size_t fraction = 0;
    if (take(text, '.')) {
        form = ValueForm::decimal;
        fraction = take_digits(text);
        if (fraction == 0) return ValueForm::text;
    }
    if (whole + fraction == 0) return ValueForm::text;
    if (text.empty()) return form;
    if (!take(text, 'e') && !take(text, 'E')) return ValueForm::text;
    if (!take(text, '-')) take(text, '+');
    return take_digits(text) > 0 && text.empty() ? ValueForm::real : ValueForm::text;
}

/// Z, +hh, +hhmm or +hh:mm.
bool is_offset(std::string_view text) {
    if (text == "Z" || text == "z") return true;
    if (!take(text, '+') && !take(text, '-')) return false;
    if (!take_two_digits(text, 0, 23)) return false;
    if (text.empty()) return true;
    take(text, ':');
    return take_two_digits(text, 0, 59) && text.empty();
}

/// What follows a date: T or a space, hh:mm, and perhaps seconds, their fraction and an offset.
bool is_time_of_day(std::string_view text) {
    if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return false;
    if (!take_two_digits(text, 0, 24) || !take(text, ':') || !take_two_digits(text, 0, 59)) return false;
    if (take(text, ':')) {
        if (!take_two_digits(text, 0, 60)) return false;
        if (take(text, '.') && take_digits(text) == 0) return false;
    }
    if (take(text, ' ') && text.empty()) return false;
    return text.empty() || is_offset(text);
}

/// YYYY-MM-DD, with a time or without; every month may have 31 days.
ValueForm date_form(std::string_view text) {
    if (take_digits(text) != 4 || !take(text, '-') || !take_two_digits(text, 1, 12) || !take(text, '-') ||
        !take_two_digits(text, 1, 31)) {
        return ValueForm::text;
    }
    if (text.empty()) return ValueForm::date;
    return is_time_of_day(text) ? ValueForm::timestamp : ValueForm::text;
}

using sources::ValueKind;

struct Type {
    std::string_view word;
    ValueKind kind;
};

Type type_of(ValueForm form) {
    constexpr std::array<Type, 9> types{{{"text", ValueKind::text},
                                         {"boolean", ValueKind::boolean},
                                         {"integer", ValueKind::integer},
                                         {"decimal", ValueKind::decimal},
                                         {"real", ValueKind::real},
                                         {"date", ValueKind::date},
                                         {"timestamp", ValueKind::timestamp},
                                         {"json", ValueKind::text},
                                         {"text", ValueKind::text}}};
    return types.at(static_cast<std::size_t>(form));
}

bool is_number(ValueForm form) {
    return form == ValueForm::integer || form == ValueForm::decimal || form == ValueForm::real;
}

bool is_day(ValueForm form) { return form == ValueForm::date || form == ValueForm::timestamp; }

}  // namespace

ValueForm form_of(std::string_view text) {
    const auto start = text.find_first_not_of(' ');
    if (start == std::string_view::npos) return ValueForm::text;
    text = text.substr(start, text.find_last_not_of(' ') + 1 - start);
    const char first = text.front();
    if (is_digit(first) || first == '-' || first == '.') {
        if (text.size() >= 10 && text[4] == '-' && is_digit(text[3])) return date_form(text);
        const auto form = number_form(text);
        return form == ValueForm::text && is_not_a_finite_number(text) ? ValueForm::real : form;
    }
    if (text.size() > 8) return ValueForm::text;
    if (equal_ignoring_case(text, "true") || equal_ignoring_case(text, "false")) return ValueForm::boolean;
    return is_not_a_finite_number(text) ? ValueForm::real : ValueForm::text;
}

ValueForm wider(ValueForm left, ValueForm right) {
    if (left == right || right == ValueForm::nothing) return left;
    if (left == ValueForm::nothing) return right;
    if ((is_number(left) && is_number(right)) || (is_day(left) && is_day(right)))
        return std::max(left, right);
    return ValueForm::text;
}

sources::Column TypeGuess::column(std::string name) const {
    const auto type = type_of(form_);
    const bool nullable =
        missing_ || form_ == ValueForm::nothing || (empty_text_ && type.kind != ValueKind::text);
    return {.name = std::move(name), .type = std::string(type.word), .kind = type.kind, .nullable = nullable};
}

}  // namespace prevision::snapshot
