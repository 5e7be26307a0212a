#include "model/json_parts.hpp"

#include <algorithm>

#include "model/json.hpp"

namespace prevision::model {

namespace {

/// Walks over valid JSON.
class Scanner {
  public:
    /// Begins behind the first bracket.
    explicit Scanner(std::string_view text) : text_(text), at_(text.find_first_of("{[") + 1) {}

    /// Whether another element or member follows.
    bool next() {
        at_ = text_.find_first_not_of(" \t\r\n,", at_);
        return text_[at_] != ']' && text_[at_] != '}';
    }

    std::string_view value() {
        at_ = text_.find_first_not_of(" \t\r\n:", at_);
        const auto begin = at_;
        if (text_[at_] == '"') {
            skip_text();
        } else if (text_[at_] == '{' || text_[at_] == '[') {
            skip_nested();
        } else {
            at_ = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
        }
        return text_.substr(begin, at_ - begin);
    }

  private:
    void skip_text() {
        for (++at_; text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
        }
        ++at_;
    }

    void skip_nested() {
        std::size_t depth = 0;
        do {
            at_ = text_.find_first_of("\"{[}]", at_);
            if (text_[at_] == '"') {
                skip_text();
                continue;
            }
            if (text_[at_] == '{' || text_[at_] == '[') {
                ++depth;
            } else {
                --depth;
            }
            ++at_;
        } while (depth > 0);
    }

    std::string_view text_;
    std::size_t at_;
};

std::string name_of(std::string_view quoted) {
    if (quoted.find('\\') == std::string_view::npos) return std::string(quoted.substr(1, quoted.size() - 2));
    return scalar_text(parse_json(quoted)).value_or("");
}

}  // namespace

std::vector<JsonMember> members_of(std::string_view text) {
    std::vector<JsonMember> members;
    for (Scanner scanner(text); scanner.next();) {
        auto name = name_of(scanner.value());
        members.push_back({std::move(name), scanner.value()});
    }
    return members;
}

std::vector<std::string_view> elements_of(std::string_view text) {
    std::vector<std::string_view> elements;
    for (Scanner scanner(text); scanner.next();) elements.push_back(scanner.value());
    return elements;
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
