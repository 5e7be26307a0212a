#include "contract/table_writing.hpp"

#include "core/text.hpp"
#include "sources/registry.hpp"

namespace prevision::testing {

using sources::Value;
using sources::ValueKind;

std::vector<Value> values_of(const TableSink::Row& row) {
    std::vector<Value> values;
    for (const auto& cell : row) values.push_back(cell ? Value{cell->data(), cell->size()} : Value{});
    return values;
}

void write_rows(const sources::Connection& connection, const sources::Location& location,
                const std::vector<sources::OutgoingColumn>& columns, const Rows& rows,
                sources::WriteMode mode) {
    Cancellation cancellation;
    const auto& engine = sources::detect_engine(connection, cancellation);
    const auto writer = engine.open_table_writer(connection, cancellation);
    writer->begin(location, columns, mode);
    for (const auto& row : rows) writer->row(values_of(row));
    writer->commit();
}

namespace {

/// Gives a writer the rows of another table, in the forms that a dataset has.
class CopySink final : public sources::RowSink {
  public:
    CopySink(sources::TableWriter& writer, sources::Location target, Kinds kinds)
        : writer_(writer), target_(std::move(target)), knows_kinds_(kinds == Kinds::known) {}

    void columns(std::span<const sources::Column> columns) override {
        std::vector<sources::OutgoingColumn> outgoing;
        for (const auto& column : columns) {
            outgoing.emplace_back(column.name, knows_kinds_ ? std::optional(column.kind) : std::nullopt);
            is_binary_.push_back(column.kind == ValueKind::binary);
        }
        writer_.begin(target_, outgoing, sources::WriteMode::replace);
    }

    void row(std::span<const Value> values) override {
        std::vector<Value> written(values.begin(), values.end());
        std::vector<std::string> hex(values.size());
        for (std::size_t at = 0; at < values.size(); ++at) {
            if (!is_binary_[at] || values[at].is_null()) continue;
            hex[at] = "\\x" + to_hex(values[at].text());
            written[at] = {hex[at].data(), hex[at].size()};
        }
        writer_.row(written);
    }

  private:
    sources::TableWriter& writer_;
    sources::Location target_;
    bool knows_kinds_;
    std::vector<bool> is_binary_;
};

}  // namespace

void copy_table(const sources::Connection& from, const sources::Location& source,
                const sources::Connection& to, const sources::Location& target, Kinds kinds) {
    Cancellation cancellation;
    const auto reader = sources::open_source(from, cancellation);
    const auto writer = sources::detect_engine(to, cancellation).open_table_writer(to, cancellation);
    CopySink rows(*writer, target, kinds);
    reader->read(source, {}, rows);
    writer->commit();
}

}  // namespace prevision::testing
