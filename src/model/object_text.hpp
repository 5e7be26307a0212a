#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <rapidjson/stringbuffer.h>

#include "model/json.hpp"

namespace prevision::model {

/// Builds one JSON object and hands out its text.
class ObjectText {
  public:
    ObjectText() : writer_(buffer_) { writer_.StartObject(); }

    ObjectText& text(std::string_view name, std::string_view value) {
        write_text(writer_, name, value);
        return *this;
    }
    ObjectText& text_or_null(std::string_view name, std::string_view value) {
        write_text_or_null(writer_, name, value);
        return *this;
    }
    ObjectText& text_if_set(std::string_view name, std::string_view value) {
        if (!value.empty()) write_text(writer_, name, value);
        return *this;
    }
    /// A value that is JSON already.
    ObjectText& json(std::string_view name, std::string_view value) {
        member(name).RawValue(value.data(), value.size(), rapidjson::kObjectType);
        return *this;
    }
    JsonWriter& member(std::string_view name) {
        writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        return writer_;
    }
    template <typename Number>
    ObjectText& number_or_null(std::string_view name, const std::optional<Number>& value) {
        auto& writer = member(name);
        if (!value) {
            writer.Null();
        } else if constexpr (std::is_signed_v<Number>) {
            writer.Int64(*value);
        } else {
            writer.Uint64(*value);
        }
        return *this;
    }
    std::string finish() {
        writer_.EndObject();
        return {buffer_.GetString(), buffer_.GetSize()};
    }

  private:
    rapidjson::StringBuffer buffer_;
    JsonWriter writer_;
};

/// A whole number that counts something; nothing where there is none.
inline std::optional<std::uint64_t> get_count(const rapidjson::Value& object, std::string_view name) {
    const auto value = get_integer(object, name);
    if (!value || *value < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
}

}  // namespace prevision::model
