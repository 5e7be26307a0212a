#pragma once

#include <string>
#include <vector>

#include "contract/source_contract.hpp"
#include "sources/table_writer.hpp"

/// What the tests of writers of tables share.
namespace prevision::testing {

using Rows = std::vector<TableSink::Row>;

/// The cells as a writer takes them; they must outlive the values.
std::vector<sources::Value> values_of(const TableSink::Row& row);

/// Writes the rows and commits.
void write_rows(const sources::Connection& connection, const sources::Location& location,
                const std::vector<sources::OutgoingColumn>& columns, const Rows& rows,
                sources::WriteMode mode = sources::WriteMode::append);

/// Whether the writer gets to know what the values of each column are.
enum class Kinds { known, unknown };

/// Reads a table, and writes its rows into another one, in the forms that a dataset has. The other one's rows are
/// replaced.
void copy_table(const sources::Connection& from, const sources::Location& source,
                const sources::Connection& to, const sources::Location& target, Kinds kinds = Kinds::known);

}  // namespace prevision::testing
