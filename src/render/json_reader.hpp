#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prevision::render {

enum class JsonKind { begin_object, end_object, begin_array, end_array, key, text, number, literal };

constexpr bool is_begin(JsonKind kind) {
    return kind == JsonKind::begin_object || kind == JsonKind::begin_array;
}

constexpr bool is_end(JsonKind kind) { return kind == JsonKind::end_object || kind == JsonKind::end_array; }

struct JsonToken {
    JsonKind kind = JsonKind::literal;
    std::string_view spelling;  ///< as the document spells it: a key or text with its quotes and escapes
};

/// Reads a JSON document token by token, without turning numbers and texts into values: that is what a
/// library does first, and then 1.0, 1e400 and 12345678901234567890123 are no longer what was sent. It takes
/// what RFC 8259 allows and nothing else, save that a text may hold invalid UTF-8. The text must outlive it.
class JsonReader {
  public:
    explicit JsonReader(std::string_view text) : text_(text) {}

    /// The next token; nothing at the end of a whole document. Error internal, with the place, when it is no
    /// JSON or is nested more than 1000 deep.
    std::optional<JsonToken> next();

  private:
    enum class Expect { value, value_or_end, key, key_or_end, separator, end };

    void skip_blanks();
    [[nodiscard]] char peek() const { return place_ < text_.size() ? text_[place_] : '\0'; }
    [[noreturn]] void fail(std::string_view reason) const;
    JsonToken take(JsonKind kind, std::size_t length);
    JsonToken open(JsonKind kind, Expect then);
    JsonToken close();
    JsonToken read_key();
    JsonToken read_value();
    [[nodiscard]] std::size_t text_length() const;
    [[nodiscard]] std::size_t number_length() const;
    [[nodiscard]] std::size_t literal_length() const;
    void value_done();

    std::string_view text_;
    std::size_t place_ = 0;
    Expect expect_ = Expect::value;
    std::vector<char> open_;  // the closing brackets that are due
};

/// What the spelling of a key or text stands for. A lone half of a surrogate pair becomes U+FFFD.
std::string unescape_json(std::string_view spelling);

/// A text as JSON, quoted. Invalid UTF-8 becomes U+FFFD, and what a terminal must not see an escape.
std::string quote_json(std::string_view text);

}  // namespace prevision::render
