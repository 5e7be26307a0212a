#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prevision::model {

/// A member of a JSON object, its value spelled as it is in the text.
struct JsonMember {
    std::string name;
    std::string_view value;
};

// These split a JSON text into pieces that point into `text`, so that values are passed on exactly as they were
// sent: a number that is read and written again may lose digits. Nothing when the text is of another kind. Errors
// as `parse_json`.

std::optional<std::vector<JsonMember>> split_object(std::string_view text);
std::optional<std::vector<std::string_view>> split_array(std::string_view text);

/// The value of the first member of that name.
std::optional<std::string_view> find_value(const std::vector<JsonMember>& members, std::string_view name);

}  // namespace prevision::model
