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

/// Each step returns false at whatever is not plain.
class Reformatter {
  public:
    Reformatter(std::string_view json, std::optional<std::size_t> indent) : rest_(json), indent_(indent) {
        result_.reserve(json.size() * (indent ? 2 : 1));
    }

    std::optional<std::string> run() {
        if (!value()) return std::nullopt;
        skip_space();
        if (!rest_.empty()) return std::nullopt;
        return std::move(result_);
    }

  private:
    void skip_space() {
        while (!rest_.empty() &&
               (rest_[0] == ' ' || rest_[0] == '\n' || rest_[0] == '\r' || rest_[0] == '\t'))
            rest_.remove_prefix(1);
    }

    void append(std::size_t size) {
        result_.append(rest_.substr(0, size));
        rest_.remove_prefix(size);
    }

    void new_line() {
        if (indent_) result_.append(1, '\n').append(*indent_ + depth_ * 2, ' ');
    }

    bool value() {
        skip_space();
        if (rest_.empty()) return false;
        if (rest_[0] == '{') return nested('}', true);
        if (rest_[0] == '[') return nested(']', false);
        return rest_[0] == '"' ? text() : scalar();
    }

    bool nested(char end, bool has_names) {
        if (++depth_ > depth_limit) return false;
        append(1);
        skip_space();
        if (rest_.starts_with(end)) {
            --depth_;
            append(1);
            return true;
        }
        for (;;) {
            new_line();
            if ((has_names && !name()) || !value()) return false;
            skip_space();
            if (rest_.starts_with(',')) {
                append(1);
                continue;
            }
            if (!rest_.starts_with(end)) return false;
            --depth_;
            new_line();
            append(1);
            return true;
        }
    }

    bool name() {
        skip_space();
        if (!rest_.starts_with('"') || !text()) return false;
        skip_space();
        if (!rest_.starts_with(':')) return false;
        append(1);
        if (indent_) result_ += ' ';
        return true;
    }

    bool text() {
        const auto size = 1 + count_plain(rest_.substr(1));
        if (size == rest_.size() || rest_[size] != '"') return false;
        append(size + 1);
        return true;
    }

    bool scalar() {
        constexpr std::array<std::string_view, 3> literals{"null", "true", "false"};
        const auto is_part = [](char c) {
            return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
        };
        std::size_t size = 0;
        while (size < rest_.size() && is_part(rest_[size])) ++size;
        const auto token = rest_.substr(0, size);
        if (std::ranges::find(literals, token) == literals.end() && !is_number(token)) return false;
        append(size);
        return true;
    }

    std::string_view rest_;
    std::optional<std::size_t> indent_;
    std::string result_;
    std::size_t depth_ = 0;
};

}  // namespace

std::optional<std::string> reformat_plain(std::string_view json, std::optional<std::size_t> indent) {
    return Reformatter(json, indent).run();
}

}  // namespace prevision::render
