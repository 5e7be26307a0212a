#pragma once

#include <span>
#include <vector>

#include "sources/source.hpp"

namespace prevision::sources::postgres {

/// What a type of PostgreSQL's own, named by the number that it has everywhere, is. Arrays, JSON, enums and
/// all that is not listed are text.
ValueKind kind_of_type(unsigned type);

/// Cuts the rows of a COPY in text format into values, and brings these into the forms that a ValueKind
/// promises, both in the row's own memory.
class RowParser {
  public:
    /// The numbers of the columns' types.
    explicit RowParser(const std::vector<unsigned>& types);

    /// The values of a row, which ends with '\n'. They live as long as the row and until the next call. Error
    /// unreachable when it does not have as many as there are columns.
    std::span<const Value> parse(std::span<char> row);

  private:
    enum class Form { plain, boolean, timestamp, point_in_time, binary };

    static Form form_of(unsigned type);
    static Value in_form(Form form, char* text, char* end);

    std::vector<Form> forms_;
    std::vector<Value> values_;
};

}  // namespace prevision::sources::postgres
