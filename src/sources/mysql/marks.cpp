#include "sources/mysql/marks.hpp"

#include <optional>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources::mysql {

namespace {

bool is_innodb(Client& client, const Location& location) {
    bool found = false;
    client.for_each_row(
        fmt::format("SELECT engine FROM information_schema.tables WHERE table_schema = CONVERT(x'{}' USING "
                    "utf8mb4) AND table_name = CONVERT(x'{}' USING utf8mb4) AND table_type = 'BASE TABLE'",
                    to_hex(location.database), to_hex(location.table)),
        [&](auto row) { found = row[0].text() == "InnoDB"; });
    return found;
}

/// The MD5 of a value, which is at least as exact as a snapshot's text: a FLOAT as text has six digits, a DOUBLE all.
std::string digest_of(const Declared& column) {
    const auto name = quote_identifier(column.name, SqlDialect::mysql, "column");
    const auto exact =
        to_lower(column.type).starts_with("float") ? fmt::format("CAST({} AS DOUBLE)", name) : name;
    // A value that is too long for the server's packets has no MD5, and is not taken for NULL.
    return fmt::format("IF({} IS NULL, 'N', MD5(CAST({} AS BINARY)))", name, exact);
}

}  // namespace

bool tell_marks(Client& client, const Location& location, const std::string& quoted_table,
                const std::vector<Declared>& columns, ContentSink& sink) {
    if (!is_innodb(client, location)) return true;
    std::string digests;
    std::string described;
    for (const auto& column : columns) {
        digests += fmt::format("{}{}", digests.empty() ? "" : ", ", digest_of(column));
        described += fmt::format("{}\n{}\n{}\n", column.name, column.type, column.nullable ? 1 : 0);
    }
    std::optional<std::string> checksum;
    try {
        client.for_each_row(
            fmt::format("SELECT COUNT(*), COUNT(h), SUM(CAST(CONV(LEFT(h, 16), 16, 10) AS UNSIGNED)), "
                        "SUM(CAST(CONV(RIGHT(h, 16), 16, 10) AS UNSIGNED)), "
                        "MD5(x'{}') FROM (SELECT MD5(CONCAT({})) AS h FROM {}) AS r",
                        to_hex(described), digests, quoted_table),
            [&](auto row) {
                if (row[0].text() != row[1].text()) return;  // a row has no checksum
                checksum =
                    fmt::format("{}:{}:{}:{}", row[0].text(), row[2].text(), row[3].text(), row[4].text());
            },
            Patience::working);
    } catch (const Error& error) {
        if (error.error_class() == ErrorClass::unreachable) throw;
        client.check_cancellation();
        return true;
    }
    return !checksum || sink.mark({.method = "checksum", .value = *checksum});
}

}  // namespace prevision::sources::mysql
