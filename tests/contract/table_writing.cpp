#include "contract/table_writing.hpp"

#include "core/text.hpp"
#include "sources/registry.hpp"

namespace prevision::testing {

using sources::ValueKind;

void write_rows(const sources::Connection& connection, const sources::Location& location,
                const std::vector<sources::OutgoingColumn>& columns, const Rows& rows,
                sources::WriteMode mode) {
    Cancellation cancellation;
    const auto& engine = sources::detect_engine(connection, cancellation);
    const auto writer = engine.open_table_writer(connection, cancellation);
    writer->begin(location, columns, mode);
    for (const auto& row : rows) writer->row(row);
    writer->commit();
}

void copy_table(const sources::Connection& from, const sources::Location& source,
                const sources::Connection& to, const sources::Location& target, Kinds kinds) {
    auto table = read_whole(from, source);
    std::vector<sources::OutgoingColumn> columns;
    for (const auto& column : table.header)
        columns.emplace_back(column.name, kinds == Kinds::known ? std::optional(column.kind) : std::nullopt);
    for (auto& row : table.rows) {
        for (std::size_t at = 0; at < row.size(); ++at) {
            if (row[at] && table.header[at].kind == ValueKind::binary) row[at] = "\\x" + to_hex(*row[at]);
        }
    }
    write_rows(to, target, columns, table.rows, sources::WriteMode::replace);
}

}  // namespace prevision::testing
