#include "sources/table_writer.hpp"

#include <fmt/format.h>

#include "sources/field.hpp"

namespace prevision::sources {

std::string column_list(const std::vector<std::string>& columns, SqlDialect dialect, std::string_view type) {
    std::string list;
    for (const auto& column : columns) {
        if (!list.empty()) list += ", ";
        list += quote_identifier(column, dialect, "column");
        list += type;
    }
    return list;
}

std::vector<std::string> names_of(const std::vector<OutgoingColumn>& columns) {
    if (columns.empty()) refuse_field("dataset", "it has no columns");
    std::vector<std::string> names;
    for (const auto& column : columns) names.push_back(column.name);
    return names;
}

void refuse_value(std::string_view purpose, std::string_view column, std::uint64_t row,
                  std::string_view problem) {
    throw Error(ErrorClass::invalid,
                fmt::format("{}: the value of the column '{}' in row {} {}", purpose, column, row, problem),
                "give the table a column that can hold it");
}

}  // namespace prevision::sources
