#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <rapidjson/document.h>

namespace prevision::model {

/// How deep arrays and objects may be nested.
inline constexpr std::size_t json_depth_limit = 512;

/// Parses a whole text. Error invalid, with the byte offset, when it is not JSON in UTF-8 or is nested too
/// deeply.
rapidjson::Document parse_json(std::string_view text);

/// As `parse_json`, into the text itself: the document's texts are parts of it, so the text must outlive the document, and
/// nothing of it is elsewhere.
rapidjson::Document parse_json_in_place(std::string& text);

/// As `parse_json`, and the text must hold an object.
rapidjson::Document parse_json_object(std::string_view text);

/// A JSON object, and its text as it was sent.
class JsonText {
  public:
    /// Parses a text, which must outlive this. Error as of `parse_json_object`.
    template <typename Text>
    requires std::is_convertible_v<const Text&, std::string_view> JsonText(const Text& text)  // NOLINT
        : parsed_(parse_json_object(text)), text_(text) {}

    JsonText(const JsonText&) = delete;
    JsonText& operator=(const JsonText&) = delete;

    [[nodiscard]] const rapidjson::Value& value() const { return parsed_; }
    [[nodiscard]] std::string_view text() const { return text_; }

  private:
    rapidjson::Document parsed_;
    std::string_view text_;
};

std::string write_json(const rapidjson::Value& value);

/// The member of that name; nullptr when it is absent or null, which mean the same on the platform.
const rapidjson::Value* find_member(const rapidjson::Value& object, std::string_view name);

/// Members of an object, as platforms send them: a number may come as a string and a string as a number;
/// absent, null and "" all mean "not set".
std::string get_text(const rapidjson::Value& object, std::string_view name);
std::optional<std::int64_t> get_integer(const rapidjson::Value& object, std::string_view name);
/// Nothing for a negative number.
std::optional<std::uint64_t> get_count(const rapidjson::Value& object, std::string_view name);
std::optional<bool> get_boolean(const rapidjson::Value& object, std::string_view name);

/// A string as it is, anything else as JSON; nothing for null.
std::optional<std::string> scalar_text(const rapidjson::Value& value);

}  // namespace prevision::model
