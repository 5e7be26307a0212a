#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "render/formats.hpp"

// A list may have thousands of documents, and most hold nothing but plain texts and short numbers: these are written in one
// pass, by a small part of the work that a general reader of JSON takes.
namespace prevision::render {

namespace {

constexpr std::size_t depth_limit = 100;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Removes the digits with which the text begins. Returns false when it begins with none.
bool take_digits(std::string_view& text) {
    const auto end = std::ranges::find_if_not(text, is_digit);
    const bool found = end != text.begin();
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    return found;
}

/// A number without an exponent, short enough that any reader takes it.
bool is_number(std::string_view text) {
    constexpr std::size_t most = 32;
    if (text.size() > most) return false;
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) return false;
    if (!take_digits(text)) return false;
    if (!text.starts_with('.')) return text.empty();
    text.remove_prefix(1);
    return take_digits(text) && text.empty();
}

/// Goes through the document and copies what lies between two places where white space is added or removed. Each step
/// returns false at whatever is not plain.
class Reformatter {
  public:
    Reformatter(std::string_view json, std::optional<std::size_t> indent)
        : json_(json), line_("\n" + std::string(indent.value_or(0), ' ')), is_indented_(indent.has_value()) {
        result_.reserve(json.size() * (indent ? 2 : 1));
    }

    std::optional<std::string> run() {
        if (!value()) return std::nullopt;
        skip_space();
        if (at_ < json_.size()) return std::nullopt;
        copy();
        return std::move(result_);
    }

  private:
    static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

    [[nodiscard]] bool is_at(char c) const { return at_ < json_.size() && json_[at_] == c; }

    /// Copies what was passed since the last time.
    void copy() {
        result_.append(json_, copied_, at_ - copied_);
        copied_ = at_;
    }

    void skip_space() {
        if (at_ == json_.size() || !is_space(json_[at_])) return;
        copy();
        while (at_ < json_.size() && is_space(json_[at_])) ++at_;
        copied_ = at_;
    }

    void new_line() {
        if (!is_indented_) return;
        copy();
        result_ += line_;
    }

    bool value() {
        skip_space();
        if (is_at('{')) return nested('}', true);
        if (is_at('[')) return nested(']', false);
        return is_at('"') ? text() : scalar();
    }

    bool nested(char end, bool has_names) {
        if (++depth_ > depth_limit) return false;
        ++at_;
        skip_space();
        const bool is_empty = is_at(end);
        line_.append(2, ' ');
        for (bool more = !is_empty; more;) {
            new_line();
            if ((has_names && !name()) || !value()) return false;
            skip_space();
            more = is_at(',');
            if (more) ++at_;
        }
        line_.resize(line_.size() - 2);
        if (!is_at(end)) return false;
        --depth_;
        if (!is_empty) new_line();
        ++at_;
        return true;
    }

    bool name() {
        skip_space();
        if (!is_at('"') || !text()) return false;
        skip_space();
        if (!is_at(':')) return false;
        ++at_;
        if (is_indented_) {
            copy();
            result_ += ' ';
        }
        return true;
    }

    bool text() {
        at_ += 1 + count_plain(json_.substr(at_ + 1));
        if (!is_at('"')) return false;
        ++at_;
        return true;
    }

    bool scalar() {
        constexpr std::array<std::string_view, 3> literals{"null", "true", "false"};
        const auto is_part = [](char c) {
            return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
        };
        const auto begin = at_;
        while (at_ < json_.size() && is_part(json_[at_])) ++at_;
        const auto token = json_.substr(begin, at_ - begin);
        return std::ranges::find(literals, token) != literals.end() || is_number(token);
    }

    std::string_view json_;
    std::size_t at_ = 0;
    std::size_t copied_ = 0;  // up to here
    std::string line_;        // a line end, and the indent of the next line
    bool is_indented_;
    std::string result_;
    std::size_t depth_ = 0;
};

}  // namespace

std::optional<std::string> reformat_plain(std::string_view json, std::optional<std::size_t> indent) {
    return Reformatter(json, indent).run();
}

}  // namespace prevision::render
