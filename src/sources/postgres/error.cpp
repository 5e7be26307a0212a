#include "sources/postgres/error.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/text.hpp"

namespace prevision::sources::postgres {

namespace {

enum class Advice {
    none,
    credentials,  ///< refused while logging in
    privileges,   ///< logged in, but not allowed to do this
    name,         ///< no such database, schema or table
    cut_off,      ///< the server's limit of time
    lock,         ///< others hold a lock
    later,        ///< too busy, starting or shutting down
    link,         ///< the connection was lost
    address,      ///< nothing there, or not a PostgreSQL server
    fill,         ///< a materialized view without data
    definition,   ///< a view, a function or a request that fails on the server
    extension,    ///< a library that the server does not find
    encoding,     ///< text that is not in the encoding of its database
};

struct Meaning {
    std::string_view state;  ///< five characters, or the first two, which name a class of states
    ErrorClass error_class;
    Advice advice;
};

// Appendix A of PostgreSQL's manual lists the states. A state comes before its class.
constexpr std::array<Meaning, 28> meanings{{
    {"", ErrorClass::unreachable, Advice::address},
    {"28", ErrorClass::auth, Advice::credentials},
    {"42501", ErrorClass::auth, Advice::privileges},
    {"3D000", ErrorClass::not_found, Advice::name},
    {"3F000", ErrorClass::not_found, Advice::name},
    {"42P01", ErrorClass::not_found, Advice::name},      // no such table
    {"42883", ErrorClass::invalid, Advice::definition},  // no such function or operator
    {"42704", ErrorClass::invalid, Advice::definition},  // no such type, collation or role
    {"42703", ErrorClass::invalid, Advice::definition},  // no such column
    {"42P17", ErrorClass::invalid, Advice::definition},  // a definition that refers to itself
    {"42P22", ErrorClass::invalid, Advice::definition},  // it is not clear which collation applies
    {"55000", ErrorClass::invalid, Advice::fill},
    {"22021", ErrorClass::integrity, Advice::encoding},  // bytes that are not in the encoding
    {"22P05", ErrorClass::integrity, Advice::encoding},  // a character that UTF-8 does not have
    {"22023", ErrorClass::invalid, Advice::none},        // a value that a setting does not take
    {"0A000", ErrorClass::invalid, Advice::definition},  // not supported
    {"08P01", ErrorClass::unreachable, Advice::address},
    {"08", ErrorClass::unreachable, Advice::link},
    {"40", ErrorClass::unreachable, Advice::later},  // a conflict with others
    {"53", ErrorClass::unreachable, Advice::later},  // too many connections, no memory, disk full
    {"55P03", ErrorClass::unreachable, Advice::lock},
    {"57014", ErrorClass::unreachable, Advice::cut_off},
    {"57", ErrorClass::unreachable, Advice::later},  // shut down, starting up, timed out
    {"58P01", ErrorClass::invalid, Advice::extension},
    {"58", ErrorClass::unreachable, Advice::later},  // the server's own input or output
    {"25P03", ErrorClass::unreachable, Advice::later},
    {"39", ErrorClass::invalid, Advice::definition},  // a function that breaks its rules
    {"XX", ErrorClass::unreachable, Advice::link},
}};

const Meaning* find(std::string_view state) {
    const auto means = [&](const Meaning& meaning) {
        return meaning.state.empty() ? state.empty() : state.starts_with(meaning.state);
    };
    const auto found = std::ranges::find_if(meanings, means);
    return found == meanings.end() ? nullptr : &*found;
}

bool is_state(std::string_view text) {
    const auto is_part = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
    return text.size() == 5 && std::ranges::all_of(text, is_part);
}

// "connection to server at "db" (192.0.2.1), port 5432 failed: why" → "why"
std::string_view without_place(std::string_view line) {
    constexpr std::string_view mark = " failed: ";
    if (!line.starts_with("connection to server")) return line;
    const auto at = line.find(mark);
    return at == std::string_view::npos ? line : line.substr(at + mark.size());
}

}  // namespace

std::optional<ErrorClass> classify(std::string_view state) {
    const auto* meaning = find(state);
    if (meaning == nullptr) return std::nullopt;
    return meaning->error_class;
}

std::string hint_for(std::string_view state, const std::string& username) {
    const auto* meaning = find(state);
    switch (meaning == nullptr ? Advice::none : meaning->advice) {
        case Advice::none:
            break;
        case Advice::credentials:
            return "check the user name and the password, and what the server's pg_hba.conf demands of this user "
                   "from this address";
        case Advice::privileges:
            return fmt::format(
                "let the server's administrator GRANT the user '{}' CONNECT on the database, USAGE on the "
                "schema and SELECT on the table",
                username);
        case Advice::name:
            return "names are taken as they are, upper and lower case too: list what there is with "
                   "'prevision connector browse CONNECTOR'";
        case Advice::cut_off:
            return fmt::format(
                "if a limit of the server ended it, let the administrator raise it for the user '{}'",
                username);
        case Advice::lock:
            return "another session holds a lock: try again when it has ended, or wait longer with --timeout";
        case Advice::later:
            return "the server is busy, starting or shutting down: try again later";
        case Advice::link:
            return "try again; when it fails again, see the server's log";
        case Advice::address:
            return "check the host, the port and the option tls, and that a PostgreSQL server listens there";
        case Advice::fill:
            return "a materialized view without data is filled by REFRESH MATERIALIZED VIEW on the server";
        case Advice::definition:
            return "the view, function or request fails on the server: run it there with psql, and fix it";
        case Advice::extension:
            return "let the administrator install the extension that the server does not find";
        case Advice::encoding:
            return "the text is damaged, or in another encoding than the database says; for a database in "
                   "SQL_ASCII name its encoding by the connector's --encoding";
    }
    return {};
}

Refusal parse_refusal(std::string_view message) {
    constexpr std::string_view behind_severity = ":  ";
    Refusal refusal;
    for (const auto& line : split(message, '\n')) {
        const std::string_view text = without_place(line);
        const auto severity_end = text.find(behind_severity);
        if (severity_end != std::string_view::npos) {
            const auto rest = text.substr(severity_end + behind_severity.size());
            if (rest.size() > 7 && is_state(rest.substr(0, 5)) && rest.substr(5, 2) == ": ") {
                return {std::string(rest.substr(0, 5)), std::string(trim(rest.substr(7)))};
            }
        }
        // The library's own message; its other lines guess at the cause.
        if (refusal.reason.empty()) refusal.reason = trim(text);
    }
    return refusal;
}

}  // namespace prevision::sources::postgres
