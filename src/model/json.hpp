#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>
#include <rapidjson/error/error.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace prevision::model {

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

/// How deep arrays and objects may lie within each other.
inline constexpr std::size_t json_depth_limit = 512;

/// Parses a whole text. Error invalid, with the place, when it is no JSON in UTF-8 or is nested too deeply.
rapidjson::Document parse_json(std::string_view text);

/// As `parse_json`, and the text must hold an object.
rapidjson::Document parse_json_object(std::string_view text);

/// Throws what `parse_json` does unless the library has read the whole text; it has come as far as `end`.
void check_parsed(const rapidjson::ParseResult& result, std::size_t end, std::string_view text);

std::string write_json(const rapidjson::Value& value);

/// The member of that name; nullptr where it is absent or null, which mean the same on the platform.
const rapidjson::Value* find_member(const rapidjson::Value& object, std::string_view name);

/// Members of an object, as platforms send them: numbers may come as texts and texts as numbers, and absent,
/// null and "" are all "not set".
std::string get_text(const rapidjson::Value& object, std::string_view name);
std::optional<std::int64_t> get_integer(const rapidjson::Value& object, std::string_view name);
std::optional<bool> get_boolean(const rapidjson::Value& object, std::string_view name);

/// A scalar as text: a text as it is, a number or boolean in its JSON form, null as nothing, the rest as
/// JSON.
std::optional<std::string> scalar_text(const rapidjson::Value& value);

void write_text(JsonWriter& writer, std::string_view name, std::string_view value);

/// As `write_text`, with null for an empty value.
void write_text_or_null(JsonWriter& writer, std::string_view name, std::string_view value);

}  // namespace prevision::model
