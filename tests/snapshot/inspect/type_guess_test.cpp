#include "snapshot/inspect/type_guess.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace prevision;
using snapshot::TypeGuess;
using snapshot::ValueForm;

TEST_CASE("a text is told to be a number, a date or a truth value by its form") {
    const std::vector<std::pair<ValueForm, std::vector<std::string>>> table{
        {ValueForm::integer,
         {"0", "1", "-1", "42", " 42", "42 ", "-0", "9223372036854775808",
          "123456789012345678901234567890123456789012345678901234567890"}},
        {ValueForm::decimal, {"0.5", "-0.5", ".5", "-.5", "1.0", "123456789.123456789012345678901234567890"}},
        {ValueForm::real,
         {"1e5", "1E5", "1e+5", "1.5e-300", "-1.5E10", ".5e1", "NaN", "nan", "inf", "-inf", "-Infinity"}},
        {ValueForm::boolean, {"true", "false", "TRUE", "False", " true "}},
        {ValueForm::date, {"2024-01-31", "0001-01-01", "9999-12-31"}},
        {ValueForm::timestamp,
         {"2024-01-31T00:00:00", "2024-01-31 23:59:59", "2024-01-31T12:00", "2024-01-31T12:00:00.123456",
          "2024-01-31T12:00:00Z", "2024-01-31T12:00:00+02:00", "2024-01-31 12:00:00 +0200",
          "2024-01-31 12:00:00-05", "2016-12-31T23:59:60Z"}},
        {ValueForm::text,
         {"x",
          " ",
          "-",
          "--1",
          "1-",
          "+1",
          "007",
          "00",
          "01.5",
          "1.",
          ".",
          "1.2.3",
          "1,5",
          "1 000",
          "0x1f",
          "1e",
          "e5",
          "1e5.5",
          "1e+",
          "truex",
          "yes",
          "t",
          "nano",
          "info",
          "2024-13-01",
          "2024-00-01",
          "2024-01-32",
          "2024-1-1",
          "24-01-01",
          "2024/01/01",
          "20240-01-1",
          "2024-01-011",
          "2024-01-01T",
          "2024-01-01 1",
          "2024-01-01 25:00",
          "2024-01-01 12:60",
          "2024-01-01 12:00:61",
          "2024-01-01T12:00:00.",
          "2024-01-01T12:00:00+",
          "2024-01-01T12:00:00+24:00",
          "2024-01-01T12:00:00Zx",
          "１"}},
    };
    for (const auto& [form, texts] : table) {
        for (const auto& text : texts) {
            CAPTURE(text, form);
            CHECK(snapshot::form_of(text) == form);
        }
    }
}

TEST_CASE("a column has the narrowest type that holds all of its values") {
    struct Case {
        std::vector<std::string> values;
        std::string type;
    };
    const std::vector<Case> table{
        {{}, "text"},
        {{"1", "2"}, "integer"},
        {{"1", "2.5"}, "decimal"},
        {{"2.5", "1"}, "decimal"},
        {{"1", "1e5"}, "real"},
        {{"1e5", "1.5", "1"}, "real"},
        {{"1", "NaN"}, "real"},
        {{"2024-01-01", "2024-01-01T00:00:00"}, "timestamp"},
        {{"2024-01-01T00:00:00Z", "2024-01-01"}, "timestamp"},
        {{"true", "false"}, "boolean"},
        {{"true", "1"}, "text"},
        {{"1", "true"}, "text"},
        {{"1", "2024-01-01"}, "text"},
        {{"2024-01-01", "1"}, "text"},
        {{"1", "x", "2"}, "text"},
        {{"1", "2", "007"}, "text"},
        {{"12345678901234567890", "1"}, "integer"},
    };
    for (const auto& [values, type] : table) {
        CAPTURE(values);
        TypeGuess guess;
        for (const auto& value : values) guess.value(value);
        CHECK(guess.column("c").type == type);
        CHECK(guess.column("c").name == "c");
        CHECK(guess.column("c").nullable == values.empty());
    }
}

TEST_CASE("an empty text is no value, except in a column of texts") {
    TypeGuess number;
    number.value("1");
    CHECK_FALSE(number.column("c").nullable);
    number.empty_text();
    CHECK(number.column("c").nullable);
    CHECK(number.column("c").kind == sources::ValueKind::integer);

    TypeGuess text;
    text.value("x");
    text.empty_text();
    CHECK_FALSE(text.column("c").nullable);
    text.missing();
    CHECK(text.column("c").nullable);
}
