#pragma once

#include <functional>
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

// A JSON text in pieces, which are passed on as they were sent: a number that is read and written again may lose digits.
// The pieces point into `text`.

/// The pieces of an object or array. Error invalid where a bracket or quote has no end: the pieces are not checked
/// otherwise, unless the text was parsed before.
std::vector<JsonMember> members_of(std::string_view text);
/// Takes a member; returns whether it wants more.
using EachMember = std::function<bool(std::string_view name, std::string_view value)>;
void for_each_member(std::string_view text, const EachMember& each);
std::vector<std::string_view> elements_of(std::string_view text);

/// An object of which one member is a long list.
struct ListObject {
    std::vector<JsonMember> others;
    bool has_list = false;                   ///< the member is there, whatever it holds
    std::vector<std::string_view> elements;  ///< of the first member of that name, when it is an array
};
/// Reads the object in one pass; errors as above.
ListObject split_list_object(std::string_view text, std::string_view list);

/// A value as `scalar_text` of it. Error as of `parse_json`.
std::string text_of(std::string_view value);

/// The same of any text; nothing when it is of another kind. Error as of `parse_json`.
std::optional<std::vector<JsonMember>> split_object(std::string_view text);
std::optional<std::vector<std::string_view>> split_array(std::string_view text);

/// The value of the first member of that name.
std::optional<std::string_view> find_value(const std::vector<JsonMember>& members, std::string_view name);

}  // namespace prevision::model
