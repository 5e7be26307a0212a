#include "sources/mysql/cell.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sources/mysql/library.hpp"

namespace prevision::sources::mysql {

namespace {

constexpr std::size_t first_capacity = 4096;
constexpr std::size_t most_kept = std::size_t{1} << 20U;
constexpr std::size_t real_size = 32;

char* write_two(char* out, unsigned value) {
    *out++ = static_cast<char>('0' + value / 10 % 10);
    *out++ = static_cast<char>('0' + value % 10);
    return out;
}

char* write_date(char* out, const MYSQL_TIME& time) {
    out = write_two(out, time.year / 100);
    out = write_two(out, time.year % 100);
    *out++ = '-';
    out = write_two(out, time.month);
    *out++ = '-';
    return write_two(out, time.day);
}

/// ":MM:SS" and the fraction's first `digits`.
char* write_minutes(char* out, const MYSQL_TIME& time, unsigned digits) {
    *out++ = ':';
    out = write_two(out, time.minute);
    *out++ = ':';
    out = write_two(out, time.second);
    if (digits == 0) return out;
    *out++ = '.';
    unsigned long divisor = 100'000;
    for (unsigned at = 0; at < digits; ++at, divisor /= 10) {
        *out++ = static_cast<char>('0' + time.second_part / divisor % 10);
    }
    return out;
}

template <typename Real>
char* write_shortest(char* out, Real value) {
    const auto size = std::abs(value);
    char* const limit = out + real_size;
    if (size == 0 || (size >= Real(1e-5) && size < Real(1e15))) {
        return std::to_chars(out, limit, value, std::chars_format::fixed).ptr;
    }
    char* end = std::to_chars(out, limit, value, std::chars_format::scientific).ptr;
    // "1e+20" → "1e20", "1e-07" → "1e-7".
    char* exponent = std::find(out, end, 'e') + 1;
    char* digits = exponent + 1;
    while (digits + 1 < end && *digits == '0') ++digits;
    if (*exponent == '-') ++exponent;
    return std::copy(digits, end, exponent);
}

}  // namespace

char* write_real(char* out, double value) { return write_shortest(out, value); }
char* write_real(char* out, float value) { return write_shortest(out, value); }

Cell::Cell(const MYSQL_FIELD& field, std::string_view zone_mark)
    : form_(form_of(field)),
      wire_type_(field.type),
      fraction_digits_(field.decimals <= 6 ? field.decimals : 0),
      is_unsigned_((field.flags & UNSIGNED_FLAG) != 0),
      zone_mark_(zone_mark) {
    if (form_ == Form::bytes) bytes_.resize(std::clamp<std::size_t>(field.length, 64, first_capacity));
}

MYSQL_BIND Cell::bind() {
    MYSQL_BIND bind{};
    bind.length = &length_;
    bind.is_null = &null_;
    bind.error = &error_;
    switch (form_) {
        case Form::integer:
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            bind.buffer = &number_.integer;
            bind.is_unsigned = is_unsigned_ ? 1 : 0;
            break;
        case Form::single_float:
            bind.buffer_type = MYSQL_TYPE_FLOAT;
            bind.buffer = &number_.single;
            break;
        case Form::double_float:
            bind.buffer_type = MYSQL_TYPE_DOUBLE;
            bind.buffer = &number_.real;
            break;
        case Form::date:
        case Form::date_time:
        case Form::point_in_time:
        case Form::time:
            bind.buffer_type = wire_type_;
            bind.buffer = &time_;
            break;
        case Form::bytes:
            bind.buffer_type = MYSQL_TYPE_STRING;
            bind.buffer = bytes_.data();
            bind.buffer_length = bytes_.size();
            break;
    }
    return bind;
}

bool Cell::fetch_whole(MYSQL_STMT* statement, unsigned column) {
    // The library keeps writing to `bytes_`, which therefore must not move.
    if (whole_.size() > most_kept && length_ < most_kept) whole_ = {};
    whole_.resize(length_);
    MYSQL_BIND whole = bind();
    whole.buffer = whole_.data();
    whole.buffer_length = whole_.size();
    return mariadb().stmt_fetch_column(statement, &whole, column, 0) == 0;
}

Value Cell::value() {
    if (null_ != 0) return {};
    char* const text = text_.data();
    char* const limit = text + text_.size();
    const auto written = [&](const char* end) { return Value{text, static_cast<std::size_t>(end - text)}; };
    switch (form_) {
        case Form::integer:
            return written(
                is_unsigned_
                    ? std::to_chars(text, limit, static_cast<unsigned long long>(number_.integer)).ptr
                    : std::to_chars(text, limit, number_.integer).ptr);
        case Form::single_float:
            return written(write_real(text, number_.single));
        case Form::double_float:
            return written(write_real(text, number_.real));
        case Form::bytes:
            return length_ > bytes_.size() ? Value{whole_.data(), length_} : Value{bytes_.data(), length_};
        default:
            return time_value();
    }
}

Value Cell::time_value() {
    char* out = text_.data();
    if (form_ == Form::time) {
        if (time_.neg != 0) *out++ = '-';
        const unsigned hours = time_.day * 24 + time_.hour;
        out = hours < 100 ? write_two(out, hours) : std::to_chars(out, out + 10, hours).ptr;
        out = write_minutes(out, time_, fraction_digits_);
    } else {
        out = write_date(out, time_);
        if (form_ != Form::date) {
            *out++ = 'T';
            out = write_two(out, time_.hour);
            out = write_minutes(out, time_, fraction_digits_);
            // The zero date is not a point in time.
            const bool is_zero = time_.year == 0 && time_.month == 0 && time_.day == 0;
            if (form_ == Form::point_in_time && !is_zero) out = std::ranges::copy(zone_mark_, out).out;
        }
    }
    return {text_.data(), static_cast<std::size_t>(out - text_.data())};
}

}  // namespace prevision::sources::mysql
