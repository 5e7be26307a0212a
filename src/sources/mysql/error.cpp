#include "sources/mysql/error.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace prevision::sources {

namespace {

enum class Advice {
    none,
    credentials,  ///< refused at the door
    privileges,   ///< let in, and not allowed this
    name,         ///< no such database or table
    address,      ///< nobody there, or not a MySQL server
    later,        ///< too busy
    link,         ///< lost on the way
    blocked,
    encryption,
    plugin,
};

struct Meaning {
    unsigned code;
    ErrorClass error_class;
    Advice advice;
};

// The names are those of the server's list of error messages.
constexpr std::array<Meaning, 47> meanings{{
    {1040, ErrorClass::unreachable, Advice::later},    // too many connections
    {1042, ErrorClass::unreachable, Advice::address},  // bad host
    {1043, ErrorClass::unreachable, Advice::link},     // handshake
    {1044, ErrorClass::auth, Advice::privileges},      // access to the database denied
    {1045, ErrorClass::auth, Advice::credentials},     // access denied
    {1049, ErrorClass::not_found, Advice::name},       // unknown database
    {1053, ErrorClass::unreachable, Advice::later},    // server shutdown
    {1109, ErrorClass::not_found, Advice::name},       // unknown table
    {1129, ErrorClass::unreachable, Advice::blocked},  // host is blocked
    {1130, ErrorClass::auth, Advice::credentials},     // host not privileged
    {1142, ErrorClass::auth, Advice::privileges},      // table access denied
    {1143, ErrorClass::auth, Advice::privileges},      // column access denied
    {1146, ErrorClass::not_found, Advice::name},       // no such table
    {1152, ErrorClass::unreachable, Advice::link},     // aborting connection
    {1158, ErrorClass::unreachable, Advice::link},     // network read
    {1159, ErrorClass::unreachable, Advice::link},     // network read timeout
    {1160, ErrorClass::unreachable, Advice::link},     // network write
    {1161, ErrorClass::unreachable, Advice::link},     // network write timeout
    {1203, ErrorClass::unreachable, Advice::later},    // too many connections of the user
    {1205, ErrorClass::unreachable, Advice::later},    // lock wait timeout
    {1213, ErrorClass::unreachable, Advice::later},    // deadlock
    {1226, ErrorClass::unreachable, Advice::later},    // resource limit of the user
    {1227, ErrorClass::auth, Advice::privileges},      // specific access denied
    {1251, ErrorClass::auth, Advice::plugin},          // client does not support the authentication
    {1317, ErrorClass::unreachable, Advice::later},    // query interrupted
    {1370, ErrorClass::auth, Advice::privileges},      // routine access denied
    {1698, ErrorClass::auth, Advice::credentials},     // access denied without a password
    {1820, ErrorClass::auth, Advice::credentials},     // password must be changed
    {1862, ErrorClass::auth, Advice::credentials},     // password expired
    {1927, ErrorClass::unreachable, Advice::link},     // connection killed
    {1969, ErrorClass::unreachable, Advice::later},    // statement timeout (MariaDB)
    {2001, ErrorClass::unreachable, Advice::none},     // no socket
    {2002, ErrorClass::unreachable, Advice::address},  // cannot connect
    {2003, ErrorClass::unreachable, Advice::address},  // cannot connect
    {2005, ErrorClass::unreachable, Advice::address},  // unknown host
    {2006, ErrorClass::unreachable, Advice::link},     // server gone
    {2007, ErrorClass::unreachable, Advice::address},  // protocol version
    {2012, ErrorClass::unreachable, Advice::address},  // handshake
    {2013, ErrorClass::unreachable, Advice::link},     // server lost
    {2026, ErrorClass::unreachable, Advice::encryption},
    {2027, ErrorClass::unreachable, Advice::address},  // malformed packet
    {2059, ErrorClass::auth, Advice::plugin},          // plugin cannot be loaded
    {2061, ErrorClass::auth, Advice::plugin},          // plugin failed
    {3024, ErrorClass::unreachable, Advice::later},    // statement timeout (MySQL)
    {3118, ErrorClass::auth, Advice::credentials},     // account locked (MySQL)
    {4151, ErrorClass::auth, Advice::credentials},     // account locked (MariaDB)
    {5010, ErrorClass::auth, Advice::plugin},          // plugin not allowed
}};

const Meaning* find(unsigned code) {
    const auto found = std::ranges::find(meanings, code, &Meaning::code);
    return found == meanings.end() ? nullptr : &*found;
}

}  // namespace

std::optional<ErrorClass> classify_mysql_error(unsigned code) {
    const auto* meaning = find(code);
    if (meaning == nullptr) return std::nullopt;
    return meaning->error_class;
}

std::string mysql_error_hint(unsigned code, const std::string& username) {
    const auto* meaning = find(code);
    switch (meaning == nullptr ? Advice::none : meaning->advice) {
        case Advice::none:
            break;
        case Advice::credentials:
            return "check the user name and the password, and from which hosts the server lets this user in";
        case Advice::privileges:
            return fmt::format(
                "check the name; if it is right, let the server's administrator GRANT SELECT to the user "
                "'{}'",
                username);
        case Advice::name:
            return "list what there is with 'prevision connector browse CONNECTOR'";
        case Advice::address:
            return "check the host and the port, and that a MySQL or MariaDB server listens there";
        case Advice::later:
            return "the server is busy: try again later";
        case Advice::link:
            return "try again; when it fails again, see the server's log";
        case Advice::blocked:
            return "too many connections from here failed: let the server's administrator run FLUSH HOSTS";
        case Advice::encryption:
            return "see the connector's option tls; `verify` needs a certificate that this machine trusts";
        case Advice::plugin:
            return "the server wants a way of logging in that sends the password unprotected or that is not "
                   "installed here; the former needs the option tls set to require or verify";
    }
    return {};
}

}  // namespace prevision::sources
