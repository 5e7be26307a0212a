#include "sources/mysql/session.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sources/sql/text.hpp"

namespace prevision::sources::mysql {

namespace {

/// A value for both uses, or for one.
struct Setting {
    std::string_view name;
    std::string_view for_reading;
    std::string_view for_writing;  ///< empty: left as it is
};

constexpr std::string_view no_limit = "18446744073709551615";
// "{}" stands for the seconds that a wait for a lock may take.
constexpr std::string_view lock_seconds = "{}";

// Servers differ in which of these they have; the others are left out.
constexpr std::array settings{
    // What a SELECT yields. Without these a table may lose rows, or a value its end.
    Setting{"sql_select_limit", no_limit, no_limit},
    Setting{"max_join_size", no_limit, no_limit},
    Setting{"sql_big_selects", "1", "1"},
    Setting{"group_concat_max_len", "4294967295", "4294967295"},
    Setting{"max_recursive_iterations", "4294967295", "4294967295"},  // MariaDB stops there in silence
    Setting{"sql_auto_is_null", "0", "0"},  // otherwise "id IS NULL" finds the last inserted row
    // How expressions are computed and written: the defaults of both servers.
    Setting{"div_precision_increment", "4", "4"},
    Setting{"default_week_format", "0", "0"},
    Setting{"lc_time_names", "'en_US'", "'en_US'"},
    // A TIMESTAMP is shown in the session's zone; `use_time_zone` may choose another one.
    Setting{"time_zone", "'+00:00'", "'+00:00'"},
    // Reading: no mode. The check of a request takes '"' for a string and '\' for an escape, and CHAR is not
    // padded. Writing: a value that does not fit is an error, '\' is a character like any other, 0 stays 0 in
    // an AUTO_INCREMENT column, and dates come back that only a lax session could store.
    Setting{"sql_mode", "''",
            "'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,"
            "NO_ENGINE_SUBSTITUTION'"},
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
    // Transactions: COMMIT neither begins another one nor ends the connection.
    Setting{"completion_type", "0", "0"},
    Setting{"autocommit", "1", "0"},
    // What init_connect or a cautious configuration may have changed for writing.
    Setting{"sql_safe_updates", "0", "0"},  // it refuses a DELETE without a key
    // Text arrives as it is stored, so that this side finds out what has no Unicode form: see charset.hpp.
    Setting{"character_set_results", "NULL", "'utf8mb4'"},
    Setting{"foreign_key_checks", "", "1"},
    Setting{"unique_checks", "", "1"},
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

}  // namespace

void prepare_session(Client& client, SessionUse use, const Target& target) {
    // The question for the variables must not be refused or cut itself. MariaDB runs the code in /*M! */.
    client.execute(
        fmt::format("SET NAMES utf8mb4, SESSION sql_select_limit = {0}, SESSION max_join_size = {0}, "
                    "SESSION sql_big_selects = 1 /*M! , SESSION max_statement_time = 0 */",
                    no_limit));
    const auto known = known_variables(client);
    std::string assignments;
    for (const auto& setting : settings) {
        const auto value = use == SessionUse::read ? setting.for_reading : setting.for_writing;
        if (value.empty() || !known.contains(setting.name)) continue;
        assignments += fmt::format("{}SESSION {} = {}", assignments.empty() ? "" : ", ", setting.name,
                                   value == lock_seconds ? lock_limit(target) : std::string(value));
    }
    client.execute("SET " + assignments);
    client.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
}

std::string use_time_zone(Client& client, const Target& target) {
    const auto offset = offset_of(target.time_zone);
    if (offset == "+00:00") return "Z";  // which prepare_session has set
    client.execute(
        fmt::format("SET SESSION time_zone = {}", quote_literal(offset.value_or(target.time_zone))));
    return offset.value_or("");
}

}  // namespace prevision::sources::mysql
