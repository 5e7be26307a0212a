#include "sources/mysql/session.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources::mysql {

namespace {

/// Whether any user may set a variable. One that needs a right is left as it is where the user lacks that right:
/// init_connect runs with the same rights, so it has not changed the variable either.
enum class Needs { nothing, right };

/// A value for each use; an empty one leaves the variable as it is.
struct Setting {
    std::string_view name;
    std::string_view for_reading;
    std::string_view for_writing;
    Needs needs = Needs::nothing;
};

constexpr std::string_view no_limit = "18446744073709551615";
// "{}" stands for the seconds that a wait for a lock may take.
constexpr std::string_view lock_seconds = "{}";

// Servers differ in which of these they have; the others are left out. The first statement of `prepare_session` sets
// what the question for them depends on.
constexpr std::array settings{
    // What a SELECT yields. Without these a table may lose rows, or a value its end.
    Setting{"sql_select_limit", no_limit, no_limit},
    Setting{"max_join_size", no_limit, no_limit},
    Setting{"sql_big_selects", "1", "1"},
    Setting{"group_concat_max_len", "4294967295", "4294967295"},
    Setting{"max_recursive_iterations", "4294967295", "4294967295"},  // MariaDB stops there with a warning
    Setting{"cte_max_recursion_depth", "4294967295", "4294967295"},   // MySQL
    Setting{"max_sort_length", "1024", "1024"},  // GROUP BY compares no more of a value; the default
    Setting{"sql_auto_is_null", "0", "0"},       // otherwise "id IS NULL" finds the last inserted row
    Setting{"system_versioning_asof", "DEFAULT", "DEFAULT"},  // rows of another time; DEFAULT is the present
    Setting{"wsrep_dirty_reads", "0", "0"},                   // rows of a node that has lost its cluster
    Setting{"show_gipk_in_create_table_and_information_schema", "1", "1"},  // else a key is not listed
    Setting{"show_old_temporals", "0", "0"},  // a comment within a column's type
    // How expressions are computed and written: the defaults of both servers.
    Setting{"timestamp", "DEFAULT", "DEFAULT", Needs::right},  // otherwise NOW() is that time
    Setting{"last_insert_id", "0", "0"},
    Setting{"div_precision_increment", "4", "4"},
    Setting{"windowing_use_high_precision", "1", "1"},
    Setting{"default_week_format", "0", "0"},
    Setting{"lc_time_names", "'en_US'", "'en_US'"},
    Setting{"default_regex_flags", "''", "''"},
    Setting{"block_encryption_mode", "'aes-128-ecb'", "'aes-128-ecb'"},
    Setting{"standard_compliant_cte", "1", "1"},
    // ZERO_DATE_TIME_CAST would take the date away from a TIME that becomes a DATETIME.
    Setting{"old_mode", "CONCAT('' /*M!100601 , 'UTF8_IS_UTF8MB3' */)",
            "CONCAT('' /*M!100601 , 'UTF8_IS_UTF8MB3' */)"},
    // How texts compare whose collation is not named: the default of utf8mb4.
    Setting{"character_set_collations", "''", "''"},
    Setting{"default_collation_for_utf8mb4", "'utf8mb4_0900_ai_ci'", "'utf8mb4_0900_ai_ci'", Needs::right},
    // A TIMESTAMP is shown in the session's zone; `use_time_zone` may choose another one.
    Setting{"time_zone", "'+00:00'", "'+00:00'"},
    // Reading: no mode. The check of a request takes '"' for a string and '\' for an escape, and CHAR is not
    // padded. Writing: a value that does not fit is an error, '\' is a character like any other, 0 stays 0 in
    // an AUTO_INCREMENT column, and dates come back that only a lax session could store.
    Setting{"sql_mode", "''",
            "'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,"
            "NO_ENGINE_SUBSTITUTION'"},
    // Warnings say that the server cut a value. That it rounded a DECIMAL is a note.
    Setting{"max_error_count", "65535", "64"},
    Setting{"sql_notes", "0", "1"},
    Setting{"note_verbosity", "", "'basic'"},
    // Waiting and time. A statement may run for as long as the user waits for it.
    Setting{"max_statement_time", "0", "0"},  // MariaDB
    Setting{"max_execution_time", "0", "0"},  // MySQL
    Setting{"lock_wait_timeout", lock_seconds, lock_seconds},
    Setting{"innodb_lock_wait_timeout", lock_seconds, lock_seconds},
    // The server waits while this side writes to a slow disk or reads from one.
    Setting{"net_write_timeout", "3600", "3600"},
    Setting{"net_read_timeout", "3600", "3600"},
    Setting{"wait_timeout", "3600", "3600"},
    Setting{"idle_transaction_timeout", "0", "0"},
    Setting{"idle_readonly_transaction_timeout", "0", "0"},
    Setting{"idle_write_transaction_timeout", "0", "0"},
    // Transactions: one view of the data, which may be written, and COMMIT neither begins another one nor ends the
    // connection. MariaDB's names, then MySQL's.
    Setting{"tx_isolation", "'REPEATABLE-READ'", "'REPEATABLE-READ'"},
    Setting{"tx_read_only", "0", "0"},
    Setting{"transaction_isolation", "'REPEATABLE-READ'", "'REPEATABLE-READ'"},
    Setting{"transaction_read_only", "0", "0"},
    Setting{"completion_type", "0", "0"},
    Setting{"autocommit", "1", "0"},
    // What init_connect or a cautious configuration may have changed for writing.
    Setting{"sql_safe_updates", "", "0"},  // it refuses a DELETE without a key
    Setting{"foreign_key_checks", "", "1"},
    Setting{"unique_checks", "", "1"},
    Setting{"check_constraint_checks", "", "1"},
    Setting{"insert_id", "", "0"},      // the next number of an AUTO_INCREMENT column
    Setting{"sql_if_exists", "", "0"},  // it adds IF EXISTS to a RENAME
    Setting{"system_versioning_insert_history", "", "0"},
    Setting{"sql_generate_invisible_primary_key", "", "0", Needs::right},  // a column that nobody asked for
    Setting{"sql_log_bin", "", "1", Needs::right},  // otherwise replicas and backups miss the rows
    Setting{"skip_replication", "", "0", Needs::right},
};

std::set<std::string, std::less<>> known_variables(Client& client) {
    std::string names;
    for (const auto& setting : settings)
        names += fmt::format("{}'{}'", names.empty() ? "" : ",", setting.name);
    std::set<std::string, std::less<>> known;
    client.for_each_row(fmt::format("SHOW SESSION VARIABLES WHERE Variable_name IN ({})", names),
                        [&](auto row) { known.emplace(row[0].text()); });
    return known;
}

std::string lock_limit(const Target& target) {
    constexpr std::int64_t most = 31'536'000;  // what the server takes
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(target.wait_limit).count();
    return std::to_string(seconds == 0 ? most : std::min<std::int64_t>(seconds, most));
}

/// "+5:30" → "+05:30"; nothing for the name of a zone.
std::optional<std::string> offset_of(std::string_view zone) {
    if (zone.empty() || zone == "UTC") return "+00:00";
    const auto colon = zone.find(':');
    if ((zone[0] != '+' && zone[0] != '-') || colon == std::string_view::npos) return std::nullopt;
    return fmt::format("{}{:0>2}:{}", zone[0], zone.substr(1, colon - 1), zone.substr(colon + 1));
}

// False when the server refuses one of them; it has set none then.
bool try_to_set(Client& client, const std::vector<std::string>& assignments) {
    try {
        client.execute("SET " + join(assignments, ", "));
        return true;
    } catch (const Error& error) {
        if (error.error_class() == ErrorClass::unreachable) throw;
        return false;
    }
}

}  // namespace

void prepare_session(Client& client, SessionUse use, const Target& target) {
    client.set_purpose(fmt::format("cannot prepare the session at {}", target.address()),
                       ErrorClass::invalid);
    // The question for the variables must not be refused or cut itself, and a strict mode would refuse a value that is
    // beyond a variable's range in this version. MariaDB runs the code in /*M! */.
    client.execute(fmt::format(
        "SET NAMES utf8mb4, SESSION sql_mode = '', SESSION sql_select_limit = {0}, SESSION "
        "max_join_size = {0}, SESSION sql_big_selects = 1 /*M! , SESSION max_statement_time = 0 */",
        no_limit));
    const auto known = known_variables(client);
    std::vector<std::string> certain;
    std::vector<std::string> restricted;
    for (const auto& setting : settings) {
        const auto value = use == SessionUse::read ? setting.for_reading : setting.for_writing;
        if (value.empty() || !known.contains(setting.name)) continue;
        auto& list = setting.needs == Needs::nothing ? certain : restricted;
        list.push_back(fmt::format("SESSION {} = {}", setting.name,
                                   value == lock_seconds ? lock_limit(target) : std::string(value)));
    }
    auto all = certain;
    all.insert(all.end(), restricted.begin(), restricted.end());
    if (!try_to_set(client, all)) {
        client.execute("SET " + join(certain, ", "));
        for (const auto& assignment : restricted) try_to_set(client, {assignment});
    }
    // Once more, with the default collation that is set now. Text arrives as it is stored, so that this side finds out
    // what has no Unicode form: see charset.hpp.
    client.execute(use == SessionUse::read ? "SET NAMES utf8mb4, SESSION character_set_results = NULL"
                                           : "SET NAMES utf8mb4");
}

std::string use_time_zone(Client& client, const Target& target) {
    const auto offset = offset_of(target.time_zone);
    if (offset == "+00:00") return "Z";  // which prepare_session has set
    client.execute(
        fmt::format("SET SESSION time_zone = {}", quote_literal(offset.value_or(target.time_zone))));
    return offset.value_or("");
}

}  // namespace prevision::sources::mysql
