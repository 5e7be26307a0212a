#include "sources/table_writer.hpp"

#include "core/error.hpp"

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

void check_columns(const std::vector<std::string>& columns) {
    if (columns.empty()) throw Error(ErrorClass::invalid, "invalid dataset: it has no columns");
}

}  // namespace prevision::sources
