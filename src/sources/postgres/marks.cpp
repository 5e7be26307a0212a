#include "sources/postgres/marks.hpp"

#include <fmt/format.h>

#include "sources/sql/text.hpp"

namespace prevision::sources::postgres {

namespace {

/// A question that the server may refuse, which leaves the transaction as it was.
std::optional<std::string> ask(Client& client, const std::string& question, Patience patience) {
    client.execute("SAVEPOINT before_mark");
    try {
        const auto found = client.query(question, {}, patience);
        client.execute("RELEASE SAVEPOINT before_mark");
        auto text = found.rows() == 1 ? found.text(0, 0) : std::string();
        return text.empty() ? std::nullopt : std::optional(std::move(text));
    } catch (const Error& error) {
        if (error.error_class() == ErrorClass::unreachable) throw;
        client.check_cancellation();
        client.execute("ROLLBACK TO SAVEPOINT before_mark");
        return std::nullopt;
    }
}

/// The transaction's view of all transactions. While another view is the same, no transaction has changed anything:
/// - Its rows must be of a plain table without children, which may be foreign, without policies, which may depend on the
///   time, and logged: a crash empties the others.
/// - On a standby, the text of a view lacks the transactions that are running.
/// - A restart, or a crash that loses commits whose log was not yet on disk, may use the numbers of transactions again.
///   The first changes the server's start; the second ends with a checkpoint.
std::optional<std::string> find_transactions(Client& client, const Relation& relation) {
    return ask(
        client,
        fmt::format(
            "SELECT pg_catalog.concat_ws(' ', s.system_identifier, "
            "pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time()), k.checkpoint_lsn, "
            "pg_catalog.pg_current_snapshot()) FROM pg_catalog.pg_control_system() s, "
            "pg_catalog.pg_control_checkpoint() k, pg_catalog.pg_class c WHERE c.oid = {} AND c.relkind = 'r' "
            "AND c.relpersistence = 'p' AND NOT c.relhassubclass AND NOT c.relrowsecurity AND NOT "
            "pg_catalog.pg_is_in_recovery()",
            quote_literal(relation.oid)),
        Patience::limited);
}

/// A sum over all rows, whatever their order: their number, and the sums of the halves of their MD5. Other names and types
/// of columns make another mark.
std::optional<std::string> compute_checksum(Client& client, const std::string& statement,
                                            const std::vector<Column>& columns) {
    std::string described;
    for (const auto& column : columns)
        described += fmt::format("{}\n{}\n{}\n", column.name, column.type, column.nullable ? 1 : 0);
    return ask(
        client,
        fmt::format(
            "SELECT pg_catalog.concat_ws(':', pg_catalog.count(*), "
            "pg_catalog.sum(CAST(CAST(CAST(pg_catalog.concat('x', pg_catalog.substr(h, 1, 16)) AS bit(64)) AS "
            "bigint) AS numeric)), "
            "pg_catalog.sum(CAST(CAST(CAST(pg_catalog.concat('x', pg_catalog.substr(h, 17, 16)) AS bit(64)) AS "
            "bigint) AS numeric)), pg_catalog.md5({})) FROM (SELECT pg_catalog.md5(CAST(ROW(r.*) AS text)) AS h FROM "
            "(\n{}\n) AS r) AS s",
            quote_literal(described), statement),
        Patience::working);
}

}  // namespace

bool tell_marks(Client& client, const std::optional<Relation>& relation, const std::string& statement,
                const std::vector<Column>& columns, ContentSink& sink) {
    if (relation) {
        const auto transactions = find_transactions(client, *relation);
        if (transactions && !sink.mark({.method = "transactions", .value = *transactions})) return false;
    }
    const auto checksum = compute_checksum(client, statement, columns);
    return !checksum || sink.mark({.method = "checksum", .value = *checksum});
}

}  // namespace prevision::sources::postgres
