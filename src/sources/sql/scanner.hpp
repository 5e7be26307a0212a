#pragma once

#include <cstddef>
#include <string_view>

#include "core/text.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources {

/// Throws Error invalid, naming `request`, with a hint.
[[noreturn]] void refuse_request(std::string_view why);

/// Of a name or a keyword, the first character excepted.
bool is_word_part(char c);
bool is_digit(char c);
bool is_blank(char c);

struct Token {
    enum class Kind { end, word, number, quoted, symbol };
    Kind kind = Kind::end;
    std::string_view text;  ///< within the SQL

    [[nodiscard]] bool is(char symbol) const { return kind == Kind::symbol && text.front() == symbol; }
    [[nodiscard]] bool is_word(std::string_view word) const {
        return kind == Kind::word && equal_ignoring_case(text, word);
    }
};

/// Splits SQL into words, quoted text and symbols; skips blanks and comments. Throws Error invalid for a
/// quote, a comment or a bracket that is not closed.
class Scanner {
  public:
    /// `sql` must outlive it. `run_hidden_code` says whether to read the code in MySQL's /*! … */. Whether the
    /// server runs it depends on its version, so a text is checked both ways.
    Scanner(std::string_view sql, SqlDialect dialect, bool run_hidden_code)
        : sql_(sql),
          mysql_(dialect == SqlDialect::mysql),
          postgres_(dialect == SqlDialect::postgres),
          run_hidden_code_(run_hidden_code) {}

    Token next();

  private:
    [[nodiscard]] bool at(std::string_view text) const { return sql_.substr(at_).starts_with(text); }
    void skip_digits();
    void skip_blanks_and_comments();
    [[nodiscard]] bool starts_line_comment() const;
    void skip_comment();
    void skip_nested_comment();
    void skip_dollar_quoted();
    void skip_escaped_string();
    void skip_quoted(char quote, bool backslash_escapes);

    std::string_view sql_;
    std::size_t at_ = 0;
    bool mysql_;
    bool postgres_;
    bool run_hidden_code_;
    bool in_hidden_code_ = false;
};

}  // namespace prevision::sources
