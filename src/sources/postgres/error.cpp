#include "sources/postgres/error.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/text.hpp"

namespace prevision::sources::postgres {

namespace {

enum class Advice {
    none,
    credentials,  ///< refused at the door
    privileges,   ///< let in, and not allowed this
    name,         ///< no such database, schema or table
    patience,     ///< the server's limit of time
    later,        ///< too busy, or going down
    link,         ///< lost on the way
    address,      ///< nobody there, or no PostgreSQL server
};

struct Meaning {
    std::string_view state;  ///< five characters, or a class of them: the first two
    ErrorClass error_class;
    Advice advice;
};

// A state comes before its class.
constexpr std::array<Meaning, 16> meanings{{
    {"", ErrorClass::unreachable, Advice::address},
    {"28", ErrorClass::auth, Advice::credentials},
    {"42501", ErrorClass::auth, Advice::privileges},
    {"3D000", ErrorClass::not_found, Advice::name},
    {"3F000", ErrorClass::not_found, Advice::name},
    {"42P01", ErrorClass::not_found, Advice::name},  // no such table
    {"08P01", ErrorClass::unreachable, Advice::address},
    {"08", ErrorClass::unreachable, Advice::link},
    {"40", ErrorClass::unreachable, Advice::later},  // a conflict with what others do
    {"53", ErrorClass::unreachable, Advice::later},  // too many connections, no memory, disk full
    {"55P03", ErrorClass::unreachable, Advice::later},
    {"57014", ErrorClass::unreachable, Advice::patience},
    {"57", ErrorClass::unreachable, Advice::later},  // shut down, starting up, timed out
    {"58", ErrorClass::unreachable, Advice::later},  // the server's own input or output
    {"25P03", ErrorClass::unreachable, Advice::later},
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
            return "check the user name and the password, and what the server's pg_hba.conf asks of this "
                   "user "
                   "from here";
        case Advice::privileges:
            return fmt::format(
                "let the server's administrator GRANT the user '{}' CONNECT on the database, USAGE on the "
                "schema and SELECT on the table",
                username);
        case Advice::name:
            return "names are taken as they are, upper and lower case too: list what there is with "
                   "'prevision connector browse CONNECTOR'";
        case Advice::patience:
            return fmt::format(
                "if it was the server's statement_timeout that ended it, let the administrator raise it for "
                "the "
                "user '{}'",
                username);
        case Advice::later:
            return "the server is busy, or going down or up: try again later";
        case Advice::link:
            return "try again; when it fails again, see the server's log";
        case Advice::address:
            return "check the host, the port and the option tls, and that a PostgreSQL server listens there";
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
        // The library's own words; what follows the first line explains what may be the matter.
        if (refusal.reason.empty()) refusal.reason = trim(text);
    }
    return refusal;
}

}  // namespace prevision::sources::postgres
