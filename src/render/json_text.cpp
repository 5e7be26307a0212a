#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "core/text.hpp"
#include "render/formats.hpp"
#include "render/json_reader.hpp"
#include "render/renderer.hpp"
#include "render/unicode.hpp"

namespace prevision::render {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

/// Appends a text without JSON's escapes; what a terminal must not see is escaped.
void append_safely(std::string& result, std::string_view text) {
    if (is_plain(text)) {
        result += text;
        return;
    }
    while (!text.empty()) {
        const Character character = first_character(text);
        if (!character.code_point) {
            result += replacement;
        } else if (is_unsafe(*character.code_point)) {
            fmt::format_to(std::back_inserter(result), "\\u{:04x}", *character.code_point);
        } else {
            result += text.substr(0, character.length);
        }
        text.remove_prefix(character.length);
    }
}

void append_quoted(std::string& result, std::string_view text) {
    result += '"';
    // Most texts are appended as they are.
    if (count_plain(text) == text.size()) {
        result.append(text) += '"';
        return;
    }
    while (!text.empty()) {
        const auto plain = text.substr(0, text.find_first_of("\"\\\n\r\t\b\f"));
        append_safely(result, plain);
        text.remove_prefix(plain.size());
        if (text.empty()) break;
        constexpr std::string_view escaped = "\"\\\n\r\t\b\f";
        constexpr std::string_view letters = "\"\\nrtbf";
        result.append(1, '\\').append(1, letters[escaped.find(text.front())]);
        text.remove_prefix(1);
    }
    result += '"';
}

/// Writes tokens as a document again.
class Rewriter {
  public:
    /// Without an indent everything is on one line.
    Rewriter(std::optional<std::size_t> indent, std::size_t size) : indent_(indent) {
        result_.reserve(size * (indent ? 2 : 1));
    }

    void add(const JsonToken& token) {
        if (is_end(token.kind)) {
            --depth_;
            if (!is_begin(previous_)) new_line();
        } else if (previous_ != JsonKind::key) {
            if (!is_begin(previous_)) result_ += ',';
            new_line();
        }
        append(token);
        if (is_begin(token.kind)) ++depth_;
        previous_ = token.kind;
    }

    std::string finish() { return std::move(result_); }

  private:
    void append(const JsonToken& token) {
        switch (token.kind) {
            case JsonKind::begin_object:
                result_ += '{';
                break;
            case JsonKind::end_object:
                result_ += '}';
                break;
            case JsonKind::begin_array:
                result_ += '[';
                break;
            case JsonKind::end_array:
                result_ += ']';
                break;
            case JsonKind::key:
                append_quoted(result_, token.text);
                result_ += indent_ ? ": " : ":";
                break;
            case JsonKind::text:
                append_quoted(result_, token.text);
                break;
            default:
                result_ += token.text;
        }
    }

    void new_line() {
        if (indent_) result_.append(1, '\n').append(*indent_ + depth_ * 2, ' ');
    }

    std::optional<std::size_t> indent_;
    std::string result_;
    std::size_t depth_ = 0;
    JsonKind previous_ = JsonKind::key;  // before the document there is no comma and no line break
};

std::string rewrite(std::string_view json, std::optional<std::size_t> indent) {
    if (auto written = reformat_plain(json, indent)) return std::move(*written);
    Rewriter rewriter(indent, json.size());
    read_json(json, [&](const JsonToken& token) { rewriter.add(token); });
    return rewriter.finish();
}

}  // namespace

std::string quote_json(std::string_view text) {
    std::string result;
    append_quoted(result, text);
    return result;
}

std::string pretty_json(std::string_view json) { return rewrite(json, 0); }

std::string indented_json(std::string_view json, std::size_t indent) { return rewrite(json, indent); }

std::string compact_json(std::string_view json) { return rewrite(json, std::nullopt); }

}  // namespace prevision::render
