#pragma once

#include <string>
#include <string_view>

namespace prevision::sources {

/// A table as users name it: "orders", which the server looks for along its search_path, or "shop.orders"; a
/// part that holds a dot or a quote stands in double quotes ("\"odd.schema\".\"t\"\"x\"").
struct PostgresName {
    std::string schema;  ///< empty: along the search_path
    std::string table;
};

/// Error invalid, naming the field `table`, when it is no such name.
PostgresName parse_postgres_name(std::string_view text);

/// The name as users write it, so that `parse_postgres_name` gives it back.
std::string write_postgres_name(const PostgresName& name);

/// The name as SQL has it.
std::string quote_postgres_name(const PostgresName& name);

}  // namespace prevision::sources
