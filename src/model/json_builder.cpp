#include "model/json_builder.hpp"

#include <utility>

#include <fmt/format.h>

#include "model/json.hpp"

namespace prevision::model {

namespace {

std::string_view short_escape(char c) {
    switch (c) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '\b':
            return "\\b";
        case '\f':
            return "\\f";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            return {};
    }
}

}  // namespace

std::string json_text(std::string_view value) {
    std::string text = "\"";
    text.reserve(value.size() + 2);
    for (const char c : value) {
        if (const auto escape = short_escape(c); !escape.empty()) {
            text += escape;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            text += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        } else {
            text += c;
        }
    }
    return text += '"';
}

std::string json_number(double value) { return write_json(rapidjson::Value(value)); }

JsonObject& JsonObject::json(std::string_view name, std::string_view value) {
    if (!empty()) text_ += ',';
    text_ += json_text(name);
    text_ += ':';
    text_ += value;
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
