#include "sources/mysql/reader.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <mysqld_error.h>

#include "core/text.hpp"
#include "sources/mysql/charset.hpp"
#include "sources/mysql/marks.hpp"
#include "sources/mysql/name.hpp"
#include "sources/mysql/session.hpp"
#include "sources/mysql/statement.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources::mysql {

namespace {

std::vector<Column> describe_all(const Client& client, std::span<const MYSQL_FIELD> fields,
                                 const std::map<unsigned, Charset>& charsets) {
    std::vector<Column> columns;
    for (const auto& field : fields) {
        const auto charset = charsets.find(field.charsetnr);
        if (charset == charsets.end() && kind_of(field) == ValueKind::text) {
            throw Error(ErrorClass::unreachable,
                        fmt::format("{}: the columns have changed meanwhile", client.purpose()), "try again");
        }
        columns.push_back(describe(field, charset == charsets.end() ? 1 : charset->second.most_bytes));
    }
    return columns;
}

/// The warnings of a SELECT that say that its result is not whole: a limit of the server ended a value or the rows, or
/// a value did not fit into a temporary table or another character set. What a conversion that the request asks for
/// makes of a value, such as CAST('12a' AS INT), is not among them.
constexpr std::array<unsigned, 11> losses{
    ER_REGEXP_ERROR,  // the limit of a match, which then counts as none
    ER_CUT_VALUE_GROUP_CONCAT,
    ER_WARN_DATA_OUT_OF_RANGE,
    WARN_DATA_TRUNCATED,
    ER_INVALID_CHARACTER_STRING,
    ER_WARN_ALLOWED_PACKET_OVERFLOWED,  // a longer value is NULL
    ER_TRUNCATED_WRONG_VALUE_FOR_FIELD,
    ER_DATA_TOO_LONG,
    ER_QUERY_RESULT_INCOMPLETE,  // LIMIT ROWS EXAMINED, or the limit of a recursion
    ER_CANNOT_CONVERT_CHARACTER,
    ER_JSON_DEPTH,  // a deeper document is NULL
};

// Error integrity when the last statement gave such a warning.
void refuse_losses(Client& client) {
    std::string loss;
    client.for_each_row("SHOW WARNINGS LIMIT 65535", [&](auto row) {
        const auto code = static_cast<unsigned>(parse_integer(row[1].text()).value_or(0));
        if (loss.empty() && row[0].text() != "Note" && std::ranges::find(losses, code) != losses.end())
            loss = fmt::format("{} (warning {})", row[2].text(), code);
    });
    if (loss.empty()) return;
    throw Error(
        ErrorClass::integrity, fmt::format("{}: the server cut or lost a value: {}", client.purpose(), loss),
        "read less in one value, or let the server's administrator raise the limit that the warning names");
}

void stream(Client& client, Statement& statement, const Target& target, const std::vector<Declared>& declared,
            const ReadOptions& options, RowSink& sink) {
    // Asked before the rows begin to arrive.
    const auto charsets = find_charsets(client, statement.fields());
    const Decoders decoders(client, statement.fields(), charsets, target.encoding);
    statement.execute();
    auto columns = describe_all(client, statement.fields(), charsets);
    for (std::size_t at = 0; at < declared.size(); ++at) columns.at(at).type = declared[at].type;
    sink.columns(columns);
    RowDecoder decoder(columns, decoders.of_columns());
    std::uint64_t left = options.limit.value_or(UINT64_MAX);
    // Fetch one more row than wanted: the server usually has no more, and the connection then ends in
    // good order.
    while (statement.next()) {
        client.check_cancellation();
        if (left-- == 0) return;
        sink.row(decoder.decode(statement.values()));
    }
    refuse_losses(client);
}

/// Whether the values may depend on the session's time zone: those of a table do not.
bool is_view(Client& client, const Location& location) {
    bool found = false;
    client.for_each_row(
        fmt::format(
            "SELECT 1 FROM information_schema.views WHERE table_schema = CONVERT(x'{}' USING utf8mb4) AND "
            "table_name = CONVERT(x'{}' USING utf8mb4)",
            to_hex(location.database), to_hex(location.table)),
        [&](auto) { found = true; });
    return found;
}

/// Tells the sink how many rows the server estimates. It has no estimate for a view.
void tell_estimate(Client& client, const Location& location, RowSink& sink) {
    client.for_each_row(
        fmt::format(
            "SELECT table_rows FROM information_schema.tables WHERE table_schema = CONVERT(x'{}' USING "
            "utf8mb4) AND table_name = CONVERT(x'{}' USING utf8mb4)",
            to_hex(location.database), to_hex(location.table)),
        [&](auto row) {
            const auto rows = row[0].is_null() ? std::nullopt : parse_integer(std::string(row[0].text()));
            if (rows && *rows > 0) sink.expect(static_cast<std::uint64_t>(*rows));
        });
}

void read_table(Client& client, const Target& target, const Location& location, const ReadOptions& options,
                ContentSink& sink) {
    client.set_purpose(fmt::format("cannot read the table '{}' of '{}' at {}", location.table,
                                   location.database, target.address()));
    const auto table = quote_table(location.database, location.table, ErrorClass::not_found);
    client.execute("START TRANSACTION READ ONLY");
    // Reads no row, so that the view of the data does not begin yet, and keeps DDL and TRUNCATE away until
    // the end of the transaction. Also fails unless the user may read every visible column: SHOW COLUMNS
    // lists only those that he may read.
    client.for_each_row(fmt::format("SELECT * FROM {} LIMIT 0", table), [](auto) {});
    const auto declared = list_declared(client, table);
    std::string list;
    for (const auto& column : declared) {
        list += list.empty() ? "" : ", ";
        list += quote_identifier(column.name, SqlDialect::mysql, "column");
    }
    if (options.marks && !tell_marks(client, location, table, declared, sink)) return;
    auto& rows = sink.table();
    if (!options.limit) tell_estimate(client, location, rows);
    const bool uses_zone = !target.time_zone.empty() && is_view(client, location);
    const auto zone_mark = uses_zone ? use_time_zone(client, target) : "Z";
    const auto limit = options.limit ? fmt::format(" LIMIT {}", *options.limit) : std::string();
    Statement statement(client, fmt::format("SELECT {} FROM {}{}", list, table, limit), zone_mark);
    stream(client, statement, target, declared, options, rows);
}

void read_request(Client& client, const Target& target, const Location& location, const ReadOptions& options,
                  ContentSink& sink) {
    client.set_purpose(
        fmt::format("cannot use the database '{}' at {}", location.database, target.address()));
    if (!location.database.empty()) {
        quote_name(location.database, "database", ErrorClass::not_found);
        client.use_database(location.database);
    }
    client.set_purpose(fmt::format("cannot read the request at {}", target.address()), ErrorClass::invalid);
    const auto zone_mark = use_time_zone(client, target);
    if (options.limit) client.execute(fmt::format("SET SESSION sql_select_limit = {}", *options.limit));
    // The statement itself takes the view of the data, after it has locked the definitions of its tables.
    client.execute("START TRANSACTION READ ONLY");
    Statement statement(client, location.request, zone_mark);
    stream(client, statement, target, {}, options, sink.table());
}

}  // namespace

std::vector<Declared> list_declared(Client& client, const std::string& quoted_table) {
    std::vector<Declared> columns;
    client.for_each_row(fmt::format("SHOW COLUMNS FROM {}", quoted_table), [&](auto row) {
        columns.push_back({std::string(row[0].text()), std::string(row[1].text()), std::string(row[5].text()),
                           row[2].text() == "YES"});
    });
    return columns;
}

void read(Client& client, const Target& target, const Location& location, const ReadOptions& options,
          ContentSink& sink) {
    prepare_session(client, SessionUse::read, target);
    if (location.table.empty()) return read_request(client, target, location, options, sink);
    read_table(client, target, location, options, sink);
}

}  // namespace prevision::sources::mysql
