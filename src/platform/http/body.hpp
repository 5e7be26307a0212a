#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>

#include "core/secret.hpp"

namespace prevision::platform {

/// The JSON object in the body of a call, read field by field. Absent, null and "" all mean "not set". Each method
/// throws Error invalid, naming the field, for a value of the wrong type.
class Body {
  public:
    /// Keeps a copy of the text. Error invalid when it is not a JSON object.
    explicit Body(std::string_view text);

    /// Wipes the copy: any field may hold a secret.
    ~Body();
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;

    /// Whether the field is present, even as null or "": then a PATCH changes it.
    [[nodiscard]] bool has(std::string_view name) const;

    [[nodiscard]] std::string text(std::string_view name) const;

    /// Sets the member when the field is present.
    void set(std::string_view name, std::string& member) const {
        if (has(name)) member = text(name);
    }
    void set(std::string_view name, std::optional<bool>& member) const {
        if (has(name)) member = boolean(name);
    }
    void set(std::string_view name, std::optional<std::uint64_t>& member) const {
        if (has(name)) member = count(name);
    }

    /// Error invalid also when it is not set.
    [[nodiscard]] std::string required_text(std::string_view name) const;

    /// true, false, or the text yes or no; nothing when it is not set.
    [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;

    /// A number of 0 or more, as a number or its digits; nothing when it is not set.
    [[nodiscard]] std::optional<std::uint64_t> count(std::string_view name) const;

    /// An array of texts; nothing when it is not set.
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view name) const;

    /// A port, as a number or its digits, in 1..65535.
    [[nodiscard]] std::optional<int> port(std::string_view name) const;

    /// A text, which the body does not hold any more.
    [[nodiscard]] Secret secret(std::string_view name);

    /// A JSON object, or a text that holds one, as text. The body does not hold it any more.
    [[nodiscard]] Secret secret_object(std::string_view name);

  private:
    rapidjson::Value* find(std::string_view name);
    [[nodiscard]] const rapidjson::Value* find(std::string_view name) const;

    std::string text_;
    rapidjson::Document document_;  ///< its texts are parts of `text_`
};

}  // namespace prevision::platform
