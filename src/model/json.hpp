#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <rapidjson/document.h>
#include <rapidjson/error/error.h>

namespace prevision::model {

/// How deep arrays and objects may be nested.
inline constexpr std::size_t json_depth_limit = 512;

/// Parses a whole text. Error invalid, with the byte offset, when it is not JSON in UTF-8 or is nested too
/// deeply.
rapidjson::Document parse_json(std::string_view text);

/// As `parse_json`, and the text must hold an object.
rapidjson::Document parse_json_object(std::string_view text);

/// Throws as `parse_json` does unless the library read the whole text without error. `end` is where it stopped.
void check_parsed(const rapidjson::ParseResult& result, std::size_t end, std::string_view text);

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
