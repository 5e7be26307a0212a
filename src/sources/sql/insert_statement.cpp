#include "sources/sql/insert_statement.hpp"

#include <utility>

namespace prevision::sources {

void InsertStatement::add(std::string_view literals) {
    text_ += text_.empty() ? beginning_ + "(" : ",(";
    text_ += literals;
    text_ += ')';
}

bool InsertStatement::is_full() const { return text_.size() >= std::size_t{512} * 1024; }

std::string InsertStatement::take() { return std::exchange(text_, {}); }

}  // namespace prevision::sources
