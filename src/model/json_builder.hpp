#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace prevision::model {

/// A JSON value as text. Strings must be UTF-8; their quotes, backslashes and control characters are escaped, as RFC 8785
/// says.
std::string json_text(std::string_view value);
std::string json_number(double value);

template <typename Number>
requires std::is_arithmetic_v<Number> std::string json_value(Number value) {
    if constexpr (std::is_same_v<Number, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_floating_point_v<Number>) {
        return json_number(value);
    } else {
        return std::to_string(value);
    }
}

template <typename Number>
std::string json_value(const std::optional<Number>& value) {
    return value ? json_value(*value) : "null";
}

/// Builds one JSON object; the members have the order of the calls.
class JsonObject {
  public:
    JsonObject() {
        // Most objects fit, without copying them as they grow.
        constexpr std::size_t usual_size = 256;
        text_.reserve(usual_size);
        text_ += '{';
    }

    /// `value` must be JSON already.
    JsonObject& json(std::string_view name, std::string_view value);
    JsonObject& text(std::string_view name, std::string_view value);
    JsonObject& text_or_null(std::string_view name, std::string_view value) {
        return value.empty() ? json(name, "null") : text(name, value);
    }
    JsonObject& text_if_set(std::string_view name, std::string_view value) {
        return value.empty() ? *this : text(name, value);
    }
    /// A number or a boolean; an optional one without a value is null.
    template <typename Value>
    JsonObject& value(std::string_view name, const Value& value) {
        return json(name, json_value(value));
    }
    // Without a value these add nothing.
    JsonObject& text_if_given(std::string_view name, const std::optional<std::string>& value) {
        return value ? text(name, *value) : *this;
    }
    template <typename Value>
    JsonObject& value_if_given(std::string_view name, const std::optional<Value>& value) {
        return value ? json(name, json_value(*value)) : *this;
    }

    [[nodiscard]] bool empty() const { return text_.size() == 1; }

    /// The object's text; do not use the builder after it.
    std::string finish();

  private:
    std::string text_;
};

/// Builds one JSON array.
class JsonArray {
  public:
    /// `value` must be JSON already.
    JsonArray& json(std::string_view value);
    JsonArray& text(std::string_view value) { return json(json_text(value)); }

    /// The array's text; do not use the builder after it.
    std::string finish();

  private:
    std::string text_ = "[";
};

}  // namespace prevision::model
