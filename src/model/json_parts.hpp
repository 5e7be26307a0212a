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

// A JSON text in pieces, for what is handed on as it was sent: a number that is read and written again may
// lose digits. The pieces point into `text`. Nothing where that is of another kind than the one asked for.
// Error invalid, with the place, as of `parse_json`.

std::optional<std::vector<JsonMember>> split_object(std::string_view text);
std::optional<std::vector<std::string_view>> split_array(std::string_view text);

/// The value of the first member of that name.
std::optional<std::string_view> find_value(const std::vector<JsonMember>& members, std::string_view name);

}  // namespace prevision::model
