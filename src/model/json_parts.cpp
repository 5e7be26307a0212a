#include "model/json_parts.hpp"

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "model/json.hpp"

namespace prevision::model {

namespace {

/// Walks over JSON. Error invalid where a bracket or quote has no end; everything else is left to who parses the pieces.
class Scanner {
  public:
    /// Begins behind the first bracket.
    explicit Scanner(std::string_view text) : text_(text), at_(text.find_first_of("{[") + 1) {}

    /// Whether another element or member follows.
    bool next() {
        skip_space_and(',');
        return current() != ']' && current() != '}';
    }

    std::string_view value() {
        skip_space_and(':');
        const auto begin = at_;
        if (current() == '"') {
            skip_text();
        } else if (current() == '{' || current() == '[') {
            skip_nested();
        } else {
            while (at_ < text_.size() && !is_end_of_scalar(text_[at_])) ++at_;
            if (at_ == begin) fail();
        }
        return text_.substr(begin, at_ - begin);
    }

    [[nodiscard]] bool is_at_array() {
        skip_space_and(':');
        return current() == '[';
    }

    std::vector<std::string_view> elements() {
        std::vector<std::string_view> elements;
        ++at_;
        while (next()) elements.push_back(value());
        ++at_;
        return elements;
    }

  private:
    static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
    static bool is_end_of_scalar(char c) { return is_space(c) || c == ',' || c == ']' || c == '}'; }

    void skip_space_and(char mark) {
        while (at_ < text_.size() && (is_space(text_[at_]) || text_[at_] == mark)) ++at_;
    }

    [[nodiscard]] char current() const {
        if (at_ >= text_.size()) fail();
        return text_[at_];
    }

    [[noreturn]] static void fail() {
        throw Error(ErrorClass::invalid, "invalid JSON: its brackets and quotes do not match");
    }

    void skip_text() {
        for (;;) {
            at_ = text_.find('"', at_ + 1);
            if (at_ == std::string_view::npos) fail();
            // An odd number of backslashes escapes the quote.
            std::size_t before = 0;
            while (text_[at_ - 1 - before] == '\\') ++before;
            if (before % 2 == 0) break;
        }
        ++at_;
    }

    void skip_nested() {
        std::size_t depth = 0;
        do {
            const char c = current();
            if (c == '"') {
                skip_text();
                continue;
            }
            if (c == '{' || c == '[') ++depth;
            if (c == '}' || c == ']') --depth;
            ++at_;
        } while (depth > 0);
    }

    std::string_view text_;
    std::size_t at_;
};

}  // namespace

std::string text_of(std::string_view value) {
    if (value.starts_with('"') && value.find('\\') == std::string_view::npos)
        return std::string(value.substr(1, value.size() - 2));
    return scalar_text(parse_json(value)).value_or("");
}

void for_each_member(std::string_view text, const EachMember& each) {
    for (Scanner scanner(text); scanner.next();) {
        const auto quoted = scanner.value();
        const bool is_usual = quoted.starts_with('"') && quoted.find('\\') == std::string_view::npos;
        const auto value = scanner.value();
        if (is_usual ? !each(quoted.substr(1, quoted.size() - 2), value) : !each(text_of(quoted), value))
            return;
    }
}

std::vector<JsonMember> members_of(std::string_view text) {
    std::vector<JsonMember> members;
    for_each_member(text, [&](std::string_view name, std::string_view value) {
        members.push_back({std::string(name), value});
        return true;
    });
    return members;
}

std::vector<std::string_view> elements_of(std::string_view text) {
    std::vector<std::string_view> elements;
    for (Scanner scanner(text); scanner.next();) elements.push_back(scanner.value());
    return elements;
}

ListObject split_list_object(std::string_view text, std::string_view list) {
    ListObject object;
    for (Scanner scanner(text); scanner.next();) {
        auto name = text_of(scanner.value());
        if (name != list) {
            object.others.push_back({std::move(name), scanner.value()});
        } else if (!std::exchange(object.has_list, true) && scanner.is_at_array()) {
            object.elements = scanner.elements();
        } else {
            scanner.value();
        }
    }
    return object;
}

std::optional<std::vector<JsonMember>> split_object(std::string_view text) {
    if (!parse_json(text).IsObject()) return std::nullopt;
    return members_of(text);
}

std::optional<std::vector<std::string_view>> split_array(std::string_view text) {
    if (!parse_json(text).IsArray()) return std::nullopt;
    return elements_of(text);
}

std::optional<std::string_view> find_value(const std::vector<JsonMember>& members, std::string_view name) {
    const auto found = std::ranges::find(members, name, &JsonMember::name);
    if (found == members.end()) return std::nullopt;
    return found->value;
}

}  // namespace prevision::model
