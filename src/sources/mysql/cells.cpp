#include "sources/mysql/cells.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace prevision::sources {

namespace {

constexpr std::size_t first_room = 4096;
constexpr std::size_t room_kept = std::size_t{1} << 20U;
constexpr std::size_t real_room = 32;

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
    char* const limit = out + real_room;
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

MysqlCell::Form MysqlCell::form_of(const MYSQL_FIELD& field) {
    switch (field.type) {
        case MYSQL_TYPE_TINY:
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_LONGLONG:
            // The library pads these with zeros when it writes them as text itself.
            if ((field.flags & ZEROFILL_FLAG) != 0) return Form::bytes;
            return (field.flags & UNSIGNED_FLAG) != 0 ? Form::unsigned_integer : Form::signed_integer;
        case MYSQL_TYPE_FLOAT:
            return Form::single_float;
        case MYSQL_TYPE_DOUBLE:
            return Form::double_float;
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE:
            return Form::date;
        case MYSQL_TYPE_DATETIME:
            return Form::date_time;
        case MYSQL_TYPE_TIMESTAMP:
            return Form::point_in_time;
        case MYSQL_TYPE_TIME:
            return Form::time;
        default:
            return Form::bytes;
    }
}

MysqlCell::MysqlCell(const MYSQL_FIELD& field)
    : form_(form_of(field)),
      wire_type_(field.type),
      fraction_digits_(field.decimals <= 6 ? field.decimals : 0) {
    if (form_ == Form::bytes) bytes_.resize(std::clamp<std::size_t>(field.length, 64, first_room));
}

MYSQL_BIND MysqlCell::bind() {
    MYSQL_BIND bind{};
    bind.length = &length_;
    bind.is_null = &null_;
    bind.error = &error_;
    switch (form_) {
        case Form::signed_integer:
        case Form::unsigned_integer:
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            bind.buffer = &number_.integer;
            bind.is_unsigned = form_ == Form::unsigned_integer ? 1 : 0;
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

bool MysqlCell::fetch_whole(MYSQL_STMT* statement, unsigned column) {
    // The library keeps writing to the room that it was given first, so that stays where it is.
    if (whole_.size() > room_kept && length_ < room_kept) whole_ = {};
    whole_.resize(length_);
    MYSQL_BIND whole = bind();
    whole.buffer = whole_.data();
    whole.buffer_length = whole_.size();
    return mysql_stmt_fetch_column(statement, &whole, column, 0) == 0;
}

Value MysqlCell::value() {
    if (null_ != 0) return {};
    char* const text = text_.data();
    char* const limit = text + text_.size();
    const auto written = [&](const char* end) { return Value{text, static_cast<std::size_t>(end - text)}; };
    switch (form_) {
        case Form::signed_integer:
            return written(std::to_chars(text, limit, number_.integer).ptr);
        case Form::unsigned_integer:
            return written(std::to_chars(text, limit, static_cast<unsigned long long>(number_.integer)).ptr);
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

Value MysqlCell::time_value() {
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
            // The session's zone is UTC. The zero date is no point in time.
            const bool is_zero = time_.year == 0 && time_.month == 0 && time_.day == 0;
            if (form_ == Form::point_in_time && !is_zero) *out++ = 'Z';
        }
    }
    return {text_.data(), static_cast<std::size_t>(out - text_.data())};
}

std::vector<MysqlCell> make_mysql_cells(std::span<const MYSQL_FIELD> fields) {
    std::vector<MysqlCell> cells;
    cells.reserve(fields.size());
    for (const auto& field : fields) cells.emplace_back(field);
    return cells;
}

std::vector<MYSQL_BIND> bind_mysql_cells(std::vector<MysqlCell>& cells) {
    std::vector<MYSQL_BIND> binds;
    binds.reserve(cells.size());
    for (auto& cell : cells) binds.push_back(cell.bind());
    return binds;
}

}  // namespace prevision::sources
