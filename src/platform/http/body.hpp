#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <rapidjson/document.h>

#include "core/secret.hpp"

namespace prevision::platform {

/// The JSON object that a call carries, read field by field. Absent, null and "" are all "not set"; other fields
/// are ignored. Each call throws Error invalid, naming the field, for a value of the wrong type.
class Body {
  public:
    /// Error invalid when the text is not a JSON object.
    explicit Body(std::string_view text);

    /// Whether the field is present, even as null or "": a PATCH changes it then.
    [[nodiscard]] bool has(std::string_view name) const;

    [[nodiscard]] std::string text(std::string_view name) const;

    /// Error invalid also when it is not set.
    [[nodiscard]] std::string required_text(std::string_view name) const;

    /// true, false, or the text yes or no; nothing when it is not set.
    [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;

    /// A number of 0 or more, as a number or its digits; nothing when it is not set.
    [[nodiscard]] std::optional<std::uint64_t> count(std::string_view name) const;

    /// A port, as a number or its digits, in 1..65535.
    [[nodiscard]] std::optional<int> port(std::string_view name) const;

    /// A text; it is wiped here, so that only the Secret holds it.
    [[nodiscard]] Secret secret(std::string_view name);

    /// A JSON object, or a text that holds one, as text; wiped here likewise.
    [[nodiscard]] Secret secret_object(std::string_view name);

  private:
    rapidjson::Value* find(std::string_view name);
    [[nodiscard]] const rapidjson::Value* find(std::string_view name) const;

    rapidjson::Document document_;
};

}  // namespace prevision::platform
