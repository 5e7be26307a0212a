#include "model/json_builder.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "model/json.hpp"

namespace prevision::model {

namespace {

void append_escaped(std::string& text, char c) {
    constexpr std::string_view escaped = "\"\\\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\bfnrt";
    const auto found = escaped.find(c);
    if (found == std::string_view::npos) {
        text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
        text += '\\';
        text += letters[found];
    }
}

void append_text(std::string& text, std::string_view value) {
    text += '"';
    // Most texts are appended as they are.
    if (count_plain(value) == value.size()) {
        text.append(value) += '"';
        return;
    }
    std::size_t begin = 0;  // of the characters that are not appended yet
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
        text.append(value, begin, i - begin);
        append_escaped(text, c);
        begin = i + 1;
    }
    text.append(value, begin);
    text += '"';
}

}  // namespace

std::string json_text(std::string_view value) {
    std::string text;
    text.reserve(value.size() + 2);
    append_text(text, value);
    return text;
}

std::string json_number(double value) { return write_json(rapidjson::Value(value)); }

JsonObject& JsonObject::json(std::string_view name, std::string_view value) {
    if (!empty()) text_ += ',';
    append_text(text_, name);
    text_ += ':';
    text_ += value;
    return *this;
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
    json(name, {});
    append_text(text_, value);
    return *this;
}

std::string JsonObject::finish() {
    text_ += '}';
    return std::move(text_);
}

JsonArray& JsonArray::json(std::string_view value) {
    if (text_.size() > 1) text_ += ',';
    text_ += value;
    return *this;
}

std::string JsonArray::finish() {
    text_ += ']';
    return std::move(text_);
}

}  // namespace prevision::model
