#include "sources/postgres/session.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "sources/sql/text.hpp"

namespace prevision::sources::postgres {

namespace {

struct Setting {
    std::string_view name;
    std::string_view value;
    int since = 0;  ///< the first version of the server that has it, as server_version_num writes it
};

/// The settings of a role, a database or a server that would change the rows of a SELECT, the text of its
/// values, or whether it ends. BEGIN sets the transaction's own properties; TimeZone, lock_timeout and
/// row_security come from the connector.
///
/// Not set here, because they are part of the question: `search_path`, along which names without a schema are
/// found (`use_search_path` sets it where no name of the user's depends on it), and the settings of functions
/// that a view or a request calls (`lc_numeric` and `lc_time` of to_char, `default_text_search_config`). Nor
/// `lc_monetary`: the amount of a `money` depends on it, so it is read as a number.
constexpr std::array<Setting, 18> settings{{
    // How values are written.
    {"DateStyle", "ISO, YMD"},         // dates and times in ISO 8601; the order of ambiguous literals
    {"IntervalStyle", "postgres"},     // one form of intervals; how the sign of a literal is read
    {"bytea_output", "hex"},           // what the row parser reads
    {"extra_float_digits", "3"},       // floating-point numbers in their shortest exact form
    {"xmlbinary", "base64"},           // bytes within XML
    {"xmloption", "content"},          // XML fragments can be written back
    {"quote_all_identifiers", "off"},  // names of types and tables
    // How statements are read.
    {"standard_conforming_strings", "on"},  // the check of a request reads backslashes so
    {"transform_null_equals", "off"},       // "= NULL" is never true
    {"array_nulls", "on"},                  // NULL in the text of an array is NULL
    {"timezone_abbreviations", "Default"},  // what "IST" means
    // Which rows come, and in which order.
    {"synchronize_seqscans", "off"},  // the same order each time, though others read the table meanwhile
    {"gin_fuzzy_search_limit", "0"},  // index scans give all of their rows
    // Whether it ends. The server waits for long while we write to a slow disk.
    {"statement_timeout", "0"},
    {"idle_in_transaction_session_timeout", "0"},
    {"transaction_timeout", "0", 170000},
    {"client_connection_check_interval", "500", 140000},  // a query ends when its client has gone
    {"client_min_messages", "notice"},                    // the server says so when it cuts a name
}};

struct Unsafe {
    std::string_view name;
    std::string_view value;
    std::string_view safe;
    Use use;  ///< for which it is unsafe, and for the later ones
};

constexpr std::array<Unsafe, 4> unsafe_settings{{
    {"zero_damaged_pages", "on", "off", Use::reading},                // damaged rows are left out
    {"ignore_checksum_failure", "on", "off", Use::reading},           // damaged rows are taken for good ones
    {"session_replication_role", "replica", "origin", Use::writing},  // foreign keys and triggers do nothing
    {"synchronous_commit", "off", "on", Use::writing},  // a crash of the server would undo the export
}};

/// An offset is that of ISO 8601, east of Greenwich when it is positive; POSIX, which the server follows, has it the
/// other way round.
std::string zone_of(const std::string& zone) {
    if (zone.empty()) return "UTC";
    if (zone.front() != '+' && zone.front() != '-') return zone;
    const auto digits = zone.substr(1);
    return fmt::format("<{}>{}{}", zone, zone.front() == '+' ? '-' : '+', digits);
}

/// One message to the server: BEGIN and all the settings.
void begin(Client& client, std::string_view mode) {
    const auto& target = client.target();
    client.set_purpose(fmt::format("cannot prepare the session at {}", target.address()),
                       ErrorClass::invalid);
    std::string statements = fmt::format("BEGIN ISOLATION LEVEL {} NOT DEFERRABLE", mode);
    const auto set = [&](std::string_view name, std::string_view value) {
        statements += fmt::format("; SET LOCAL {} = {}", name, quote_literal(value));
    };
    for (const auto& setting : settings) {
        if (client.server_version_number() >= setting.since) set(setting.name, setting.value);
    }
    set("TimeZone", zone_of(target.time_zone));
    set("lock_timeout", std::to_string(target.wait_limit.count()));
    // A query that policies would make partial fails, as it does for pg_dump.
    set("row_security", target.row_security ? "on" : "off");
    // A server in SQL_ASCII checks what it sends and converts nothing: we do both.
    set("client_encoding", client.has_raw_text() ? "SQL_ASCII" : "UTF8");
    client.execute(statements);
}

}  // namespace

void begin_reading(Client& client) { begin(client, "REPEATABLE READ READ ONLY"); }

void begin_writing(Client& client) { begin(client, "READ COMMITTED READ WRITE"); }

// The question has no operator and no type that the role's search_path could change.
void require_safe_settings(Client& client, Use use) {
    std::string question = "SELECT ";
    for (const auto& each : unsafe_settings)
        question +=
            fmt::format("{}pg_catalog.current_setting('{}')", question.size() > 7 ? ", " : "", each.name);
    const auto found = client.query(question);
    for (std::size_t at = 0; at < unsafe_settings.size(); ++at) {
        const auto& setting = unsafe_settings.at(at);
        if (setting.use > use || found.text(0, static_cast<int>(at)) != setting.value) continue;
        constexpr std::array<std::string_view, 1> no_privilege{"42501"};
        if (client.execute_unless(fmt::format("SET LOCAL {} = {}", setting.name, setting.safe), no_privilege))
            continue;
        throw Error(
            ErrorClass::invalid,
            fmt::format("{}: the session has {} = {}, which would make the result wrong in silence",
                        client.purpose(), setting.name, setting.value),
            fmt::format("let the server's administrator RESET it for the user '{}': only an administrator "
                        "can change it",
                        client.username()));
    }
}

void use_search_path(Client& client, SearchPath path) {
    client.execute(path == SearchPath::role ? "SET LOCAL search_path = DEFAULT"
                                            : "SET LOCAL search_path = ''");
}

void lock_table(Client& client, const std::string& quoted_name, LockMode mode) {
    constexpr std::array<std::string_view, 2> tolerated{"42501", "42809"};  // no privilege, not a table
    const bool is_locked =
        client.execute_unless(fmt::format("SAVEPOINT before_lock; LOCK TABLE {} IN {} MODE", quoted_name,
                                          mode == LockMode::read ? "ACCESS SHARE" : "EXCLUSIVE"),
                              tolerated);
    if (!is_locked) client.execute("ROLLBACK TO SAVEPOINT before_lock");
}

bool was_rewritten(Client& client) {
    // pg_class is read by the transaction's snapshot, pg_relation_filenode() by the newest one.
    return client
               .query(
                   "SELECT 1 FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation "
                   "WHERE l.locktype = 'relation' AND l.pid = pg_catalog.pg_backend_pid() AND l.database = "
                   "(SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) "
                   "AND (c.oid IS NULL OR c.relfilenode <> 0 AND pg_catalog.pg_relation_filenode(c.oid) <> "
                   "c.relfilenode) LIMIT 1")
               .rows() > 0;
}

}  // namespace prevision::sources::postgres
