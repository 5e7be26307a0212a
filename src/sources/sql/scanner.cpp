#include "sources/sql/scanner.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sources/field.hpp"

namespace prevision::sources {

namespace {

bool is_word_start(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || byte >= 0x80;
}

}  // namespace

void refuse_request(std::string_view why) {
    refuse_field("request", why, "a request is one SELECT statement");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word_part(char c) { return is_word_start(c) || is_digit(c); }

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

Token Scanner::next() {
    skip_blanks_and_comments();
    if (at_ == sql_.size()) {
        if (in_hidden_code_) refuse_request("a comment is not closed");
        return {};
    }
    const std::size_t start = at_;
    const char c = sql_[at_];
    if (c == '\'' || c == '"' || (c == '`' && !postgres_)) {
        skip_quoted(c, mysql_ && c != '`');
        return {Token::Kind::quoted, sql_.substr(start, at_ - start)};
    }
    if (c == '$' && postgres_) {
        skip_dollar_quoted();
        return {Token::Kind::quoted, sql_.substr(start, at_ - start)};
    }
    if (c == '[' && !mysql_ && !postgres_) {
        at_ = sql_.find(']', at_);
        if (at_ == std::string_view::npos) refuse_request("a '[' is not closed");
        ++at_;
        return {Token::Kind::quoted, sql_.substr(start, at_ - start)};
    }
    if (is_digit(c)) {  // consumes the '.': "1.INTO" is a number and a keyword
        skip_digits();
        if (at_ < sql_.size() && sql_[at_] == '.') ++at_;
        skip_digits();
        return {Token::Kind::number, sql_.substr(start, at_ - start)};
    }
    if (is_word_part(c)) {
        while (at_ < sql_.size() && is_word_part(sql_[at_])) ++at_;
        if (postgres_ && equal_ignoring_case(sql_.substr(start, at_ - start), "E") && at("'")) {
            skip_escaped_string();
            return {Token::Kind::quoted, sql_.substr(start, at_ - start)};
        }
        return {Token::Kind::word, sql_.substr(start, at_ - start)};
    }
    ++at_;
    return {Token::Kind::symbol, sql_.substr(start, 1)};
}

void Scanner::skip_digits() {
    while (at_ < sql_.size() && is_digit(sql_[at_])) ++at_;
}

void Scanner::skip_blanks_and_comments() {
    while (at_ < sql_.size()) {
        if (is_blank(sql_[at_])) {
            ++at_;
        } else if (in_hidden_code_ && at("*/")) {
            in_hidden_code_ = false;
            at_ += 2;
        } else if ((mysql_ && sql_[at_] == '#') || starts_line_comment()) {
            at_ = std::min(sql_.find_first_of(postgres_ ? "\r\n" : "\n", at_), sql_.size());
        } else if (at("/*") && postgres_) {
            skip_nested_comment();
        } else if (at("/*")) {
            skip_comment();
        } else {
            return;
        }
    }
}

// In MySQL "--5" is twice minus, and "-- 5" is a comment.
bool Scanner::starts_line_comment() const {
    if (!at("--")) return false;
    if (!mysql_ || at_ + 2 == sql_.size()) return true;
    const char after = sql_[at_ + 2];
    return is_blank(after) || static_cast<unsigned char>(after) < ' ';
}

void Scanner::skip_comment() {
    // The servers do not agree on what a comment in such a comment means.
    if (in_hidden_code_) refuse_request("a comment is inside a comment");
    const std::size_t start = at_;
    const bool hidden_code = mysql_ && (at("/*!") || at("/*M!"));
    const auto end = sql_.find("*/", at_ + 2);
    if (end == std::string_view::npos) refuse_request("a comment is not closed");
    if (!hidden_code) {
        at_ = end + 2;
        return;
    }
    at_ = sql_.find('!', at_) + 1;
    skip_digits();
    if (run_hidden_code_) {
        in_hidden_code_ = true;
        return;
    }
    if (sql_.substr(start + 2, end - start - 2).find("/*") != std::string_view::npos) {
        refuse_request("a comment is inside a comment");
    }
    at_ = end + 2;
}

void Scanner::skip_nested_comment() {
    int depth = 0;
    do {
        at_ = sql_.find_first_of("/*", at_);
        if (at_ == std::string_view::npos) refuse_request("a comment is not closed");
        if (at("/*")) {
            ++depth;
            at_ += 2;
        } else if (at("*/")) {
            --depth;
            at_ += 2;
        } else {
            ++at_;
        }
    } while (depth > 0);
}

// $tag$ … $tag$, or the '$' of a parameter.
void Scanner::skip_dollar_quoted() {
    std::size_t end = at_ + 1;
    while (end < sql_.size() && is_word_part(sql_[end]) && sql_[end] != '$') ++end;
    if (end == sql_.size() || sql_[end] != '$' || is_digit(sql_[at_ + 1])) {
        ++at_;
        return;
    }
    const auto tag = sql_.substr(at_, end + 1 - at_);
    at_ = sql_.find(tag, end + 1);
    if (at_ == std::string_view::npos) refuse_request(fmt::format("a {} is not closed", tag));
    at_ += tag.size();
}

// E'…', which a string on the next line may carry on.
void Scanner::skip_escaped_string() {
    skip_quoted('\'', true);
    skip_blanks_and_comments();
    if (at("'")) refuse_request("a string follows an E'' string");
}

void Scanner::skip_quoted(char quote, bool backslash_escapes) {
    for (++at_; at_ < sql_.size(); ++at_) {
        if (backslash_escapes && sql_[at_] == '\\') {
            ++at_;
        } else if (sql_[at_] == quote) {
            ++at_;
            if (at_ == sql_.size() || sql_[at_] != quote) return;
        }
    }
    refuse_request(fmt::format("a {} is not closed", quote));
}

}  // namespace prevision::sources
