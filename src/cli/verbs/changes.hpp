#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "model/json.hpp"

namespace prevision::cli {

/// The fields of an object that an `update` changes, as the JSON object that is sent: those that were given
/// alone.
class Changes {
  public:
    Changes() : writer_(buffer_) { writer_.StartObject(); }

    void text(std::string_view name, const std::optional<std::string>& value) {
        if (!value) return;
        model::write_text(writer_, name, *value);
        any_ = true;
    }

    void integer(std::string_view name, const std::optional<int>& value) {
        if (!value) return;
        writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        writer_.Int(*value);
        any_ = true;
    }

    /// null where it is to be forgotten.
    void boolean(std::string_view name, const std::optional<bool>& value) {
        writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        if (value) {
            writer_.Bool(*value);
        } else {
            writer_.Null();
        }
        any_ = true;
    }

    [[nodiscard]] bool any() const { return any_; }

    std::string finish() {
        writer_.EndObject();
        return {buffer_.GetString(), buffer_.GetSize()};
    }

  private:
    rapidjson::StringBuffer buffer_;
    model::JsonWriter writer_;
    bool any_ = false;
};

}  // namespace prevision::cli
