#pragma once

#include <string>
#include <string_view>

#include "sources/source.hpp"

namespace prevision::snapshot {

/// What a text looks like; the order is that of the table in type_guess.cpp.
enum class ValueForm : unsigned char {
    nothing,
    boolean,
    integer,
    decimal,
    real,
    date,
    timestamp,
    json,
    text
};

/// The form of one text that is not empty; spaces around it do not count. A number with a plus or with zeros
/// in front is a text: a telephone number or a post code that must stay as it is.
ValueForm form_of(std::string_view text);

/// The narrowest form that holds both: integer < decimal < real, date < timestamp, and text holds all.
ValueForm wider(ValueForm left, ValueForm right);

/// Finds the type of a column from all its values. Once the type is text, it looks at no further value.
class TypeGuess {
  public:
    /// A value that is not empty.
    void value(std::string_view text) {
        if (form_ == ValueForm::text || is_usual_number(text)) return;
        form_ = wider(form_, form_of(text));
    }
    void form(ValueForm form) { form_ = wider(form_, form); }
    /// No value.
    void missing() { missing_ = true; }
    /// An empty text; in any column but one of texts it is the same as no value.
    void empty_text() { empty_text_ = true; }

    [[nodiscard]] ValueForm form() const { return form_; }
    [[nodiscard]] sources::Column column(std::string name) const;

  private:
    /// Whether it is a number of the column's form, without looking further than is worth it: digits, no zero
    /// in front, and a point among them where the form has one.
    [[nodiscard]] bool is_usual_number(std::string_view text) const {
        const bool decimal = form_ == ValueForm::decimal;
        if ((!decimal && form_ != ValueForm::integer) || text.size() > 18 || text[0] < '1') return false;
        bool point = !decimal;
        for (const char c : text) {
            if (c >= '0' && c <= '9') continue;
            if (c != '.' || point) return false;
            point = true;
        }
        return text.back() != '.';
    }

    ValueForm form_ = ValueForm::nothing;
    bool missing_ = false;
    bool empty_text_ = false;
};

}  // namespace prevision::snapshot
