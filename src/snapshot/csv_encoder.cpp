#include "snapshot/csv_encoder.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::snapshot {

namespace {

constexpr std::size_t buffer_size = std::size_t{256} << 10U;

// A value up to this size is written after one check of the room left: twice its size (every character a
// quote, or hex), two quotes or `\x`, and a comma or a line end.
constexpr std::size_t short_size = 4096;
constexpr std::size_t room_for_short = 2 * short_size + 4;

template <class Word>
Word load(const char* from) {
    Word word;
    std::memcpy(&word, from, sizeof(word));
    return word;
}

/// Sets the top bit of each byte that is `wanted`. Bytes above such a one may have it set, too; whether any
/// is set is exact.
template <class Word>
constexpr Word matches(Word word, char wanted) {
    constexpr Word ones = static_cast<Word>(~Word{0}) / 0xFF;
    // Only a byte that is zero gets a top bit by the subtraction.
    const Word bytes = word ^ (ones * static_cast<Word>(wanted));
    return (bytes - ones) & ~bytes & (ones * 0x80);
}

/// Whether a byte of the word needs quotes.
template <class Word>
constexpr bool has_special(Word word) {
    return (matches(word, '"') | matches(word, ',') | matches(word, '\r') | matches(word, '\n')) != 0;
}

bool is_special(char c) { return c == '"' || c == ',' || c == '\r' || c == '\n'; }

bool has_special(std::string_view text) {
    for (; text.size() >= 8; text.remove_prefix(8)) {
        if (has_special(load<std::uint64_t>(text.data()))) return true;
    }
    return std::ranges::any_of(text, is_special);
}

/// Copies the first and the last bytes of the value as words, which may overlap.
template <class Word>
bool copy_ends(char* to, const char* from, std::size_t size) {
    const auto first = load<Word>(from);
    const auto last = load<Word>(from + size - sizeof(Word));
    std::memcpy(to, &first, sizeof(Word));
    std::memcpy(to + size - sizeof(Word), &last, sizeof(Word));
    return has_special(first) || has_special(last);
}

/// Copies a text that is not empty; returns whether it has a character that needs quotes.
bool copy_text(char* to, const char* from, std::size_t size) {
    bool special = false;
    for (; size > 16; size -= 8, from += 8, to += 8) {
        const auto word = load<std::uint64_t>(from);
        std::memcpy(to, &word, sizeof(word));
        special |= has_special(word);
    }
    if (size >= 8) return copy_ends<std::uint64_t>(to, from, size) || special;
    if (size >= 4) return copy_ends<std::uint32_t>(to, from, size);
    for (std::size_t i = 0; i < size; ++i) {
        to[i] = from[i];
        special |= is_special(from[i]);
    }
    return special;
}

/// For the sizes of numbers and dates this is quicker than a call.
void copy_plain(char* to, const char* from, std::size_t size) {
    if (size > 16) {
        std::memcpy(to, from, size);
    } else if (size >= 8) {
        const auto first = load<std::uint64_t>(from);
        const auto last = load<std::uint64_t>(from + size - 8);
        std::memcpy(to, &first, 8);
        std::memcpy(to + size - 8, &last, 8);
    } else if (size >= 4) {
        const auto first = load<std::uint32_t>(from);
        const auto last = load<std::uint32_t>(from + size - 4);
        std::memcpy(to, &first, 4);
        std::memcpy(to + size - 4, &last, 4);
    } else {
        for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
    }
}

/// Each quote becomes two. Needs room for twice the text.
char* write_doubled(char* to, std::string_view text) {
    for (const char c : text) {
        to[0] = c;
        to[1] = '"';
        to += c == '"' ? 2 : 1;
    }
    return to;
}

char* write_quoted(char* to, std::string_view text) {
    *to++ = '"';
    for (; text.size() >= 8; text.remove_prefix(8)) {
        const auto word = load<std::uint64_t>(text.data());
        if (matches(word, '"') != 0) {
            to = write_doubled(to, text.substr(0, 8));
        } else {
            std::memcpy(to, &word, sizeof(word));
            to += sizeof(word);
        }
    }
    to = write_doubled(to, text);
    *to++ = '"';
    return to;
}

constexpr auto hex_pairs = [] {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {digits[i >> 4U], digits[i & 15U]};
    return pairs;
}();

char* write_hex(char* to, std::string_view bytes) {
    for (const char c : bytes) {
        std::memcpy(to, hex_pairs[static_cast<unsigned char>(c)].data(), 2);
        to += 2;
    }
    return to;
}

}  // namespace

CsvEncoder::CsvEncoder(ByteSink& sink)
    : sink_(sink),
      buffer_(std::make_unique_for_overwrite<char[]>(buffer_size)),
      next_(buffer_.get()),
      end_(next_ + buffer_size) {}

void CsvEncoder::columns(std::span<const sources::Column> columns) {
    schema_.assign(columns.begin(), columns.end());
    forms_.clear();
    for (const auto& column : schema_) {
        forms_.push_back(form_of(column.kind));
        reserve(room_for_short);
        append(column.name, Form::text);
        *next_++ = ',';
    }
    end_line();
}

void CsvEncoder::row(std::span<const sources::Value> values) {
    if (values.size() != forms_.size()) {
        throw Error(ErrorClass::internal, fmt::format("cannot write a row: it has {} values for {} columns",
                                                      values.size(), forms_.size()));
    }
    const Form* form = forms_.data();
    for (const auto& value : values) {
        reserve(room_for_short);
        if (!value.is_null()) append(value.text(), value.is_text ? Form::quoted : *form);
        ++form;
        *next_++ = ',';
    }
    end_line();
    ++rows_;
}

void CsvEncoder::finish() { flush(); }

CsvEncoder::Form CsvEncoder::form_of(sources::ValueKind kind) {
    switch (kind) {
        case sources::ValueKind::text:
        case sources::ValueKind::any:
            return Form::text;
        case sources::ValueKind::binary:
            return Form::binary;
        default:
            return Form::plain;
    }
}

// Overwrites the comma after the last value, where there was room for two characters. A row without values has
// no comma.
void CsvEncoder::end_line() {
    if (forms_.empty()) {
        append_raw("\r\n");
        return;
    }
    next_[-1] = '\r';
    *next_++ = '\n';
}

// There is `room_for_short` when it is called; it leaves room for two characters.
void CsvEncoder::append(std::string_view value, Form form) {
    if (value.size() > short_size) {
        append_long(value, form);
        reserve(room_for_short);
    } else if (form == Form::plain) {
        copy_plain(next_, value.data(), value.size());
        next_ += value.size();
    } else if (form == Form::binary) {
        next_[0] = '\\';
        next_[1] = 'x';
        next_ = write_hex(next_ + 2, value);
    } else if (form == Form::text && !value.empty() && !copy_text(next_, value.data(), value.size())) {
        next_ += value.size();
    } else {
        next_ = write_quoted(next_, value);
    }
}

void CsvEncoder::append_long(std::string_view value, Form form) {
    if (form == Form::binary) {
        append_hex(value);
    } else if (form == Form::quoted || (form == Form::text && has_special(value))) {
        append_quoted(value);
    } else {
        append_raw(value);
    }
}

void CsvEncoder::append_quoted(std::string_view text) {
    append_raw("\"");
    for (;;) {
        const auto quote = text.find('"');
        if (quote == std::string_view::npos) break;
        append_raw(text.substr(0, quote + 1));
        append_raw("\"");
        text.remove_prefix(quote + 1);
    }
    append_raw(text);
    append_raw("\"");
}

void CsvEncoder::append_hex(std::string_view bytes) {
    append_raw("\\x");
    while (!bytes.empty()) {
        const auto part = bytes.substr(0, short_size);
        reserve(2 * part.size());
        next_ = write_hex(next_, part);
        bytes.remove_prefix(part.size());
    }
}

void CsvEncoder::append_raw(std::string_view bytes) {
    while (!bytes.empty()) {
        if (next_ == end_) flush();
        const auto part = bytes.substr(0, static_cast<std::size_t>(end_ - next_));
        std::memcpy(next_, part.data(), part.size());
        next_ += part.size();
        bytes.remove_prefix(part.size());
    }
}

void CsvEncoder::reserve(std::size_t size) {
    if (static_cast<std::size_t>(end_ - next_) < size) [[unlikely]]
        flush();
}

void CsvEncoder::flush() {
    const std::string_view bytes(buffer_.get(), static_cast<std::size_t>(next_ - buffer_.get()));
    if (bytes.empty()) return;
    flushed_ += bytes.size();
    next_ = buffer_.get();
    sink_.write(bytes);
}

}  // namespace prevision::snapshot
