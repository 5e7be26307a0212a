#pragma once

#include <span>
#include <vector>

#include "sources/source.hpp"

namespace prevision::sources::postgres {

/// The kind of the values of a built-in type, by its number, which is the same on every server. Arrays, JSON,
/// enums and the types of users are text.
ValueKind kind_of_type(unsigned type);

/// Splits the rows of a COPY in text format into values in the forms that their ValueKind promises. Works within
/// the row's own memory.
class RowParser {
  public:
    /// The numbers of the columns' types.
    explicit RowParser(const std::vector<unsigned>& types);

    /// The values of a row, which ends with '\n'. They live as long as the row and until the next call. Error
    /// unreachable when it does not have as many as there are columns.
    std::span<const Value> parse(std::span<char> row);

  private:
    enum class Form { plain, boolean, timestamp, binary };

    static Form form_of(unsigned type);
    static Value in_form(Form form, char* text, char* end);

    std::vector<Form> forms_;
    std::vector<Value> values_;
};

}  // namespace prevision::sources::postgres
