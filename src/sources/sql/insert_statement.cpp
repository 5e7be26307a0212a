#include "sources/sql/insert_statement.hpp"

#include <utility>

namespace prevision::sources {

namespace {

constexpr std::size_t statement_size = std::size_t{512} * 1024;

void append_literal(std::string& text, const std::optional<std::string>& value) {
    if (!value) {
        text += "NULL";
        return;
    }
    text += '\'';
    for (const char each : *value) {
        if (each == '\'') text += '\'';
        text += each;
    }
    text += '\'';
}

}  // namespace

void InsertStatement::add(std::span<const std::optional<std::string>> values) {
    text_ += text_.empty() ? beginning_ + "(" : ",(";
    for (std::size_t at = 0; at < values.size(); ++at) {
        if (at > 0) text_ += ',';
        append_literal(text_, values[at]);
        if (!casts_.empty()) text_ += casts_[at];
    }
    text_ += ')';
}

void InsertStatement::add_literals(std::string_view literals) {
    text_ += text_.empty() ? beginning_ + "(" : ",(";
    text_ += literals;
    text_ += ')';
}

bool InsertStatement::is_full() const { return text_.size() >= statement_size; }

std::string InsertStatement::take() { return std::exchange(text_, {}); }

}  // namespace prevision::sources
