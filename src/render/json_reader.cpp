#include "render/json_reader.hpp"

#include <array>

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::render {

namespace {

constexpr std::size_t deepest = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

}  // namespace

std::optional<JsonToken> JsonReader::next() {
    skip_blanks();
    if (expect_ == Expect::separator) {
        if (peek() != ',' && (open_.back() != peek())) fail("a comma or the end is missing");
        if (peek() == open_.back()) return close();
        ++place_;
        expect_ = open_.back() == '}' ? Expect::key : Expect::value;
        skip_blanks();
    }
    switch (expect_) {
        case Expect::end:
            if (place_ < text_.size()) fail("something follows its end");
            return std::nullopt;
        case Expect::key_or_end:
        case Expect::value_or_end:
            if (peek() == open_.back()) return close();
            break;
        default:
            break;
    }
    if (expect_ == Expect::key || expect_ == Expect::key_or_end) return read_key();
    return read_value();
}

void JsonReader::skip_blanks() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') ++place_;
}

void JsonReader::fail(std::string_view reason) const {
    throw Error(ErrorClass::internal,
                fmt::format("cannot show the JSON document: {} at byte {}", reason, place_));
}

JsonToken JsonReader::take(JsonKind kind, std::size_t length) {
    const JsonToken token{.kind = kind, .spelling = text_.substr(place_, length)};
    place_ += length;
    return token;
}

JsonToken JsonReader::open(JsonKind kind, Expect then) {
    if (open_.size() == deepest) fail("it is nested too deeply");
    open_.push_back(kind == JsonKind::begin_object ? '}' : ']');
    expect_ = then;
    return take(kind, 1);
}

JsonToken JsonReader::close() {
    const auto kind = open_.back() == '}' ? JsonKind::end_object : JsonKind::end_array;
    open_.pop_back();
    value_done();
    return take(kind, 1);
}

void JsonReader::value_done() { expect_ = open_.empty() ? Expect::end : Expect::separator; }

JsonToken JsonReader::read_key() {
    if (peek() != '"') fail("a key is missing");
    const JsonToken key = take(JsonKind::key, text_length());
    skip_blanks();
    if (peek() != ':') fail("a colon is missing");
    ++place_;
    expect_ = Expect::value;
    return key;
}

JsonToken JsonReader::read_value() {
    switch (peek()) {
        case '{':
            return open(JsonKind::begin_object, Expect::key_or_end);
        case '[':
            return open(JsonKind::begin_array, Expect::value_or_end);
        default:
            break;
    }
    value_done();
    if (peek() == '"') return take(JsonKind::text, text_length());
    if (peek() == '-' || is_digit(peek())) return take(JsonKind::number, number_length());
    return take(JsonKind::literal, literal_length());
}

std::size_t JsonReader::text_length() const {
    for (std::size_t i = place_ + 1; i < text_.size(); ++i) {
        const char c = text_[i];
        if (c == '"') return i + 1 - place_;
        if (static_cast<unsigned char>(c) < 0x20) fail("a control character stands in the text that begins");
        if (c != '\\') continue;
        const char escaped = ++i < text_.size() ? text_[i] : '\0';
        if (escaped == 'u') {
            for (int digit = 0; digit < 4; ++digit) {
                if (++i >= text_.size() || !is_hex_digit(text_[i])) fail("an escape is wrong in the text");
            }
        } else if (std::string_view("\"\\/bfnrt").find(escaped) == std::string_view::npos) {
            fail("an escape is wrong in the text");
        }
    }
    fail("the end is missing of the text");
}

std::size_t JsonReader::number_length() const {
    std::size_t end = place_;
    const auto at = [&] { return end < text_.size() ? text_[end] : '\0'; };
    const auto skip_digits = [&] {
        if (!is_digit(at())) fail("a digit is missing in the number");
        while (is_digit(at())) ++end;
    };
    if (at() == '-') ++end;
    if (at() == '0') {
        ++end;
    } else {
        skip_digits();
    }
    if (at() == '.') {
        ++end;
        skip_digits();
    }
    if (at() == 'e' || at() == 'E') {
        ++end;
        if (at() == '+' || at() == '-') ++end;
        skip_digits();
    }
    return end - place_;
}

std::size_t JsonReader::literal_length() const {
    constexpr std::array<std::string_view, 3> literals{"true", "false", "null"};
    for (const auto literal : literals) {
        if (text_.substr(place_).starts_with(literal)) return literal.size();
    }
    fail("a value is missing");
}

}  // namespace prevision::render
