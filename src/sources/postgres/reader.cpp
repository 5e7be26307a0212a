#include "sources/postgres/reader.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/postgres/catalog.hpp"
#include "sources/postgres/marks.hpp"
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
    SearchPath path = SearchPath::role;
    std::optional<Relation> relation;  ///< nothing for a request
};

// A `money` is text in the words of a locale, and a number when it is cast.
std::string_view cast_of(Oid type) {
    constexpr Oid type_money = 790;
    constexpr Oid type_money_array = 791;
    if (type == type_money) return "::numeric";
    return type == type_money_array ? "::numeric[]" : "";
}

std::string with_numbers_for_money(const std::string& query, const std::vector<Field>& fields) {
    if (std::ranges::all_of(fields, [](const Field& field) { return cast_of(field.type).empty(); }))
        return query;
    std::vector<std::string> names;
    std::vector<std::string> values;
    for (const auto& field : fields) {
        names.push_back(fmt::format("c{}", names.size()));
        values.push_back(fmt::format("{}{}", names.back(), cast_of(field.type)));
    }
    return fmt::format("SELECT {} FROM (\n{}\n) AS r ({})", join(values, ", "), query, join(names, ", "));
}

/// Locks the table, which `require_safe_settings` must not precede. Nothing when it was made meanwhile.
std::optional<Query> prepare_table(Client& client, const Location& location) {
    const auto table = parse_name(location.table);
    client.set_purpose(
        fmt::format("cannot read the table '{}' of '{}' at {}", location.table, location.database,
                    client.target().address()),
        ErrorClass::invalid,
        "a view, or a function that it calls, fails on the server: read it there with psql, and fix it");
    lock_table(client, quote_name(table), LockMode::read);
    const auto relation = find_relation(client, table, ErrorClass::not_found);
    if (!relation) return std::nullopt;
    Query query;
    query.statement = fmt::format("SELECT * FROM {}", quote_name(relation->name));
    query.fields = client.describe(query.statement);
    query.about_rows = estimate_rows(client, *relation);
    // Functions of a view expect the role's search_path; names within values must be complete.
    if (holds_names(client, *relation)) query.path = SearchPath::catalog;
    query.relation = relation;
    return query;
}

Query prepare_request(Client& client, const Location& location) {
    client.set_purpose(
        fmt::format("cannot read the request in '{}' at {}", location.database, client.target().address()),
        ErrorClass::invalid, "the request fails on the server: run it there with psql, and fix it");
    Query query;
    query.statement = without_end(location.request, SqlDialect::postgres);
    query.fields = client.describe(query.statement);
    use_search_path(client, SearchPath::catalog);
    return query;
}

/// Begins the transaction. Nothing when a table was rewritten meanwhile.
std::optional<Query> prepare(Client& client, const Location& location) {
    begin_reading(client);
    const bool is_table = !location.table.empty();
    auto query = is_table ? prepare_table(client, location) : prepare_request(client, location);
    if (!query) return std::nullopt;
    require_safe_settings(client, Use::reading);
    query->columns = describe_columns(client, query->fields, is_table);
    if (client.has_raw_text())
        query->columns = decode_names(std::move(query->columns), client.target().encoding);
    query->statement = with_numbers_for_money(query->statement, query->fields);
    if (was_rewritten(client)) return std::nullopt;
    use_search_path(client, query->path);
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

void read(Client& client, const Location& location, const ReadOptions& options, ContentSink& sink) {
    auto query = prepare(client, location);
    if (!query) {
        client.execute("ROLLBACK");
        query = prepare(client, location);
    }
    if (!query) fail_as_rewritten(client);
    if (options.marks && !tell_marks(client, query->relation, query->statement, query->columns, sink)) return;
    // A request may end in a comment, hence the line ends.
    if (options.limit) {
        query->statement =
            fmt::format("SELECT * FROM (\n{}\n) AS r LIMIT {}", query->statement, *options.limit);
        query->about_rows.reset();
    }
    client.start_copy(fmt::format("COPY (\n{}\n) TO STDOUT", query->statement));
    copy(client, *query, sink.table());
    // Partitions are locked when the query runs.
    use_search_path(client, SearchPath::catalog);
    if (was_rewritten(client)) fail_as_rewritten(client);
}

}  // namespace prevision::sources::postgres
