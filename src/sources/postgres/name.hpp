#pragma once

#include <string>
#include <string_view>

namespace prevision::sources::postgres {

/// A table as users name it: "orders", which the server looks for along its search_path, or "shop.orders"; a
/// part that holds a dot or a quote is written in double quotes ("\"odd.schema\".\"t\"\"x\"").
struct TableName {
    std::string schema;  ///< empty: along the search_path
    std::string table;
};

/// Error invalid, naming the field `table`, when it is no such name.
TableName parse_name(std::string_view text);

/// The name as users write it, so that `parse_name` gives it back.
std::string write_name(const TableName& name);

/// The name as SQL has it.
std::string quote_name(const TableName& name);

}  // namespace prevision::sources::postgres
