#include "sources/sql/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::sources {

namespace {

[[noreturn]] void refuse(std::string_view why) {
    throw Error(ErrorClass::invalid, fmt::format("invalid request: {}", why),
                "a request is one SELECT statement");
}

bool is_word_start(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || byte >= 0x80;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word_part(char c) { return is_word_start(c) || is_digit(c); }

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct Token {
    enum class Kind { end, word, number, quoted, symbol };
    Kind kind = Kind::end;
    std::string_view text;

    [[nodiscard]] bool is(char symbol) const { return kind == Kind::symbol && text.front() == symbol; }
    [[nodiscard]] bool is_word(std::string_view word) const {
        return kind == Kind::word && equal_ignoring_case(text, word);
    }
};

/// Splits SQL into words, quoted text and symbols; skips blanks and comments.
class Scanner {
  public:
    /// `run_hidden_code` says whether to read the code in MySQL's /*! … */. Whether the server runs it depends on its
    /// version, so a text is checked both ways.
    Scanner(std::string_view sql, SqlDialect dialect, bool run_hidden_code)
        : sql_(sql),
          mysql_(dialect == SqlDialect::mysql),
          postgres_(dialect == SqlDialect::postgres),
          run_hidden_code_(run_hidden_code) {}

    Token next() {
        skip_blanks_and_comments();
        if (at_ == sql_.size()) {
            if (in_hidden_code_) refuse("a comment is not closed");
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
            if (at_ == std::string_view::npos) refuse("a '[' is not closed");
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

  private:
    [[nodiscard]] bool at(std::string_view text) const { return sql_.substr(at_).starts_with(text); }

    void skip_digits() {
        while (at_ < sql_.size() && is_digit(sql_[at_])) ++at_;
    }

    void skip_blanks_and_comments() {
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
    [[nodiscard]] bool starts_line_comment() const {
        if (!at("--")) return false;
        if (!mysql_ || at_ + 2 == sql_.size()) return true;
        const char after = sql_[at_ + 2];
        return is_blank(after) || static_cast<unsigned char>(after) < ' ';
    }

    void skip_comment() {
        // The servers do not agree on what a comment in such a comment means.
        if (in_hidden_code_) refuse("a comment stands in a comment");
        const std::size_t start = at_;
        const bool hidden_code = mysql_ && (at("/*!") || at("/*M!"));
        const auto end = sql_.find("*/", at_ + 2);
        if (end == std::string_view::npos) refuse("a comment is not closed");
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
            refuse("a comment stands in a comment");
        }
        at_ = end + 2;
    }

    void skip_nested_comment() {
        int depth = 0;
        do {
            at_ = sql_.find_first_of("/*", at_);
            if (at_ == std::string_view::npos) refuse("a comment is not closed");
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
    void skip_dollar_quoted() {
        std::size_t end = at_ + 1;
        while (end < sql_.size() && is_word_part(sql_[end]) && sql_[end] != '$') ++end;
        if (end == sql_.size() || sql_[end] != '$' || is_digit(sql_[at_ + 1])) {
            ++at_;
            return;
        }
        const auto tag = sql_.substr(at_, end + 1 - at_);
        at_ = sql_.find(tag, end + 1);
        if (at_ == std::string_view::npos) refuse(fmt::format("a {} is not closed", tag));
        at_ += tag.size();
    }

    // E'…', which a string on the next line may carry on.
    void skip_escaped_string() {
        skip_quoted('\'', true);
        skip_blanks_and_comments();
        if (at("'")) refuse("a string follows an E'' string");
    }

    void skip_quoted(char quote, bool backslash_escapes) {
        for (++at_; at_ < sql_.size(); ++at_) {
            if (backslash_escapes && sql_[at_] == '\\') {
                ++at_;
            } else if (sql_[at_] == quote) {
                ++at_;
                if (at_ == sql_.size() || sql_[at_] != quote) return;
            }
        }
        refuse(fmt::format("a {} is not closed", quote));
    }

    std::string_view sql_;
    std::size_t at_ = 0;
    bool mysql_;
    bool postgres_;
    bool run_hidden_code_;
    bool in_hidden_code_ = false;
};

bool is_query_word(const Token& token) {
    constexpr std::array<std::string_view, 3> words{"SELECT", "VALUES", "TABLE"};
    return std::ranges::any_of(words, [&](auto word) { return token.is_word(word); });
}

bool is_change_word(const Token& token) {
    constexpr std::array<std::string_view, 4> words{"INSERT", "UPDATE", "DELETE", "REPLACE"};
    return std::ranges::any_of(words, [&](auto word) { return token.is_word(word); });
}

// Right after a '.' a name may be any word, and so may the name of a variable after an '@'.
bool is_part_of_name(const Token& before, const Token& token) {
    return (before.is('.') || before.is('@')) && before.text.data() + 1 == token.text.data();
}

/// Whether a request in MySQL sets the variable: "@name := …".
bool sets_variable(std::string_view sql, std::string_view variable) {
    for (std::size_t at = 0; at + variable.size() < sql.size(); ++at) {
        if (!equal_ignoring_case(sql.substr(at, variable.size()), variable)) continue;
        auto rest = sql.substr(at + variable.size());
        while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
        if (rest.starts_with(":=")) return true;
    }
    return false;
}

bool is_operand(const Token& token) {
    return token.kind == Token::Kind::word || token.kind == Token::Kind::number ||
           token.kind == Token::Kind::quoted || token.is(')') || token.is(']');
}

/// The parameter that begins with the token: `?`, `?1`, `:name`, `$1`, `$name`, `@name`; empty when none does.
/// `in_brackets` says whether the token stands in `[` and `]`.
std::string_view parameter(std::string_view sql, SqlDialect dialect, const Token& before, const Token& token,
                           bool in_brackets) {
    const bool postgres = dialect == SqlDialect::postgres;
    const auto at = static_cast<std::size_t>(token.text.data() - sql.data());
    std::size_t end = at + 1;
    while (end < sql.size() && is_word_part(sql[end])) ++end;
    const auto name = sql.substr(at, end - at);
    const char previous = at > 0 ? sql[at - 1] : ' ';
    if (token.is('?')) {
        if (!postgres) return name;
        // An operator of jsonb, perhaps of more characters.
        constexpr std::string_view operator_characters = "+-*/<>=~!@#%^&|`?";
        const bool is_part =
            operator_characters.find(previous) != std::string_view::npos ||
            (end < sql.size() && operator_characters.find(sql[end]) != std::string_view::npos);
        return is_part || is_operand(before) ? std::string_view() : name;
    }
    if (token.is(':')) {  // not "::", nor a slice of an array
        const bool is_slice = postgres && (in_brackets || (name.size() > 1 && is_digit(name[1])));
        return name.size() == 1 || previous == ':' || is_slice ? std::string_view() : name;
    }
    if (postgres) return token.text == "$" && name.size() > 1 ? name : std::string_view();
    if (token.is('@')) {
        // MySQL takes NULL for a variable that the request does not set. "@@name" is a system variable.
        const bool is_set = dialect == SqlDialect::mysql &&
                            (previous == '@' || sql.substr(end).starts_with('@') || sets_variable(sql, name));
        return name.size() == 1 || is_set ? std::string_view() : name;
    }
    if (dialect == SqlDialect::mysql) return {};
    return token.kind == Token::Kind::word && token.text.front() == '$' ? token.text : std::string_view();
}

[[noreturn]] void refuse_beginning(const Token& token) {
    if (token.kind == Token::Kind::end) refuse("it is empty");
    refuse(fmt::format("it must be one SELECT statement, and begins with {}",
                       token.kind == Token::Kind::word ? std::string_view(token.text) : "something else"));
}

void check_as(std::string_view sql, SqlDialect dialect, bool run_hidden_code) {
    Scanner scanner(sql, dialect, run_hidden_code);
    int depth = 0;
    Token token = scanner.next();
    for (; token.is('('); token = scanner.next()) ++depth;
    const bool with = token.is_word("WITH");
    if (!with && !is_query_word(token)) refuse_beginning(token);

    // After WITH come the named queries, each in parentheses and, in PostgreSQL, followed by clauses SEARCH and CYCLE.
    // The statement proper begins with the first such word after one of them.
    const int outer_depth = depth;
    int brackets = 0;
    bool statement_found = !with;
    bool in_clause = false;
    Token before = token;
    for (token = scanner.next(); token.kind != Token::Kind::end; token = scanner.next()) {
        if (token.is(';')) {
            for (token = scanner.next(); token.is(';');) token = scanner.next();
            if (token.kind != Token::Kind::end) refuse("it has more than one statement");
            break;
        }
        if (token.is('[')) ++brackets;
        if (token.is(']')) --brackets;
        if (const auto name = parameter(sql, dialect, before, token, brackets > 0); !name.empty())
            refuse_parameter(name);
        if (depth == outer_depth && before.is(')') && dialect == SqlDialect::postgres)
            in_clause = token.is_word("SEARCH") || token.is_word("CYCLE");
        if (!statement_found && depth == outer_depth && (before.is(')') || in_clause)) {
            if (is_change_word(token)) refuse_beginning(token);
            statement_found = is_query_word(token) || (token.is('(') && !in_clause);
        }
        if (token.is('(')) ++depth;
        if (token.is(')') && --depth < 0) refuse("a ')' has no '('");
        if (token.is_word("INTO") && !is_part_of_name(before, token)) {
            refuse("SELECT … INTO writes what it finds elsewhere");
        }
        before = token;
    }
    if (depth > 0) refuse("a '(' is not closed");
    if (!statement_found) refuse("no SELECT follows its WITH");
}

}  // namespace

void check_query(std::string_view sql, SqlDialect dialect) {
    if (sql.find('\0') != std::string_view::npos) refuse("it holds a NUL byte");
    check_as(sql, dialect, true);
    check_as(sql, dialect, false);
}

void refuse_parameter(std::string_view name) {
    throw Error(ErrorClass::invalid, fmt::format("invalid request: the parameter '{}' has no value", name),
                "write the value itself into the request");
}

std::string_view without_end(std::string_view sql, SqlDialect dialect) {
    Scanner scanner(sql, dialect, false);
    Token token = scanner.next();
    while (token.kind != Token::Kind::end && !token.is(';')) token = scanner.next();
    if (token.kind == Token::Kind::end) return sql;
    return sql.substr(0, static_cast<std::size_t>(token.text.data() - sql.data()));
}

std::string quote_identifier(std::string_view name, SqlDialect dialect, std::string_view field) {
    if (name.empty()) throw Error(ErrorClass::invalid, fmt::format("invalid {}: it is empty", field));
    if (name.find('\0') != std::string_view::npos) {
        throw Error(ErrorClass::invalid, fmt::format("invalid {}: it holds a NUL byte", field));
    }
    const char quote = dialect == SqlDialect::mysql ? '`' : '"';
    std::string quoted(1, quote);
    for (const char c : name) {
        if (c == quote) quoted += quote;
        quoted += c;
    }
    quoted += quote;
    return quoted;
}

}  // namespace prevision::sources
