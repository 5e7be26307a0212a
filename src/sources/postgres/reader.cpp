#include "sources/postgres/reader.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/postgres/catalog.hpp"
#include "sources/postgres/name.hpp"
#include "sources/postgres/row.hpp"
#include "sources/postgres/session.hpp"
#include "sources/sql/text.hpp"
#include "sources/sql/text_converter.hpp"

namespace prevision::sources::postgres {

namespace {

/// The statement whose rows are copied, and their description.
struct Query {
    std::string statement;
    std::vector<Field> fields;
    std::vector<Column> columns;
    std::optional<std::uint64_t> about_rows;
};

constexpr Oid type_money = 790;

// A `money` is text in the words of a locale, and a number when it is cast.
std::string with_numbers_for_money(const std::string& query, const std::vector<Field>& fields) {
    if (std::ranges::find(fields, type_money, &Field::type) == fields.end()) return query;
    std::vector<std::string> names;
    std::vector<std::string> values;
    for (const auto& field : fields) {
        names.push_back(fmt::format("c{}", names.size()));
        values.push_back(names.back() + (field.type == type_money ? "::numeric" : ""));
    }
    return fmt::format("SELECT {} FROM (\n{}\n) AS r ({})", join(values, ", "), query, join(names, ", "));
}

/// Begins the transaction, and locks the table. Nothing when a table was rewritten meanwhile.
std::optional<Query> prepare(Client& client, const Location& location) {
    begin_reading(client);
    const bool is_table = !location.table.empty();
    Query query;
    if (is_table) {
        const auto table = parse_name(location.table);
        client.set_purpose(fmt::format("cannot read the table '{}' of '{}' at {}", location.table,
                                       location.database, client.target().address()),
                           ErrorClass::invalid);
        lock_table(client, quote_name(table));
        require_exact_name(client, table, ErrorClass::not_found);
        query.about_rows = estimate_rows(client, table);
        query.statement = fmt::format("SELECT * FROM {}", quote_name(table));
    } else {
        client.set_purpose(fmt::format("cannot read the request in '{}' at {}", location.database,
                                       client.target().address()),
                           ErrorClass::invalid);
        query.statement = without_end(location.request, SqlDialect::postgres);
    }
    query.fields = client.describe(query.statement);
    query.columns = describe_columns(client, query.fields, is_table);
    if (client.has_raw_text())
        query.columns = decode_names(std::move(query.columns), client.target().encoding);
    query.statement = with_numbers_for_money(query.statement, query.fields);
    if (was_rewritten(client)) return std::nullopt;
    return query;
}

[[noreturn]] void fail_as_rewritten(const Client& client) {
    throw Error(ErrorClass::unreachable,
                fmt::format("{}: a table was rewritten or emptied while it was read", client.purpose()),
                "try again");
}

void copy(Client& client, const Query& query, RowSink& sink) {
    if (query.about_rows) sink.expect(*query.about_rows);
    sink.columns(query.columns);
    std::vector<unsigned> types;
    types.reserve(query.fields.size());
    for (const auto& field : query.fields) types.push_back(field.type);
    RowParser parser(types);
    std::optional<RowDecoder> decoder;
    if (client.has_raw_text()) decoder.emplace(query.columns, client.target().encoding);
    for (;;) {
        const auto copied = client.next_copied();
        if (copied.empty()) return;
        client.check_cancellation();
        const auto row = parser.parse(copied);
        sink.row(decoder ? decoder->decode(row) : row);
    }
}

}  // namespace

void read(Client& client, const Location& location, const ReadOptions& options, RowSink& sink) {
    auto query = prepare(client, location);
    if (!query) {
        client.execute("ROLLBACK");
        query = prepare(client, location);
    }
    if (!query) fail_as_rewritten(client);
    // A request may end in a comment, hence the line ends.
    if (options.limit) {
        query->statement =
            fmt::format("SELECT * FROM (\n{}\n) AS r LIMIT {}", query->statement, *options.limit);
        query->about_rows.reset();
    }
    client.start_copy(fmt::format("COPY (\n{}\n) TO STDOUT", query->statement));
    copy(client, *query, sink);
    // Partitions are locked when the query runs.
    if (was_rewritten(client)) fail_as_rewritten(client);
}

}  // namespace prevision::sources::postgres
