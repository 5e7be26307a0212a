#include "sources/mysql/error.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <errmsg.h>
#include <fmt/format.h>
#include <mysqld_error.h>

namespace prevision::sources::mysql {

namespace {

// Codes that only MySQL has.
constexpr unsigned query_timeout = 3024;
constexpr unsigned account_locked = 3118;

struct Known {
    ErrorClass error_class;
    std::string_view hint;  ///< "{}" stands for the user's name
    std::vector<unsigned> codes;
};

const std::vector<Known>& known_errors() {
    static const std::vector<Known> table{
        {ErrorClass::auth,
         "check the user name and the password, and from which hosts the server accepts this user",
         {ER_ACCESS_DENIED_ERROR, ER_HOST_NOT_PRIVILEGED, ER_ACCESS_DENIED_NO_PASSWORD_ERROR,
          ER_MUST_CHANGE_PASSWORD, ER_MUST_CHANGE_PASSWORD_LOGIN, account_locked,
          ER_ACCOUNT_HAS_BEEN_LOCKED}},
        {ErrorClass::auth,
         "check the name; if it is right, let the server's administrator GRANT SELECT to the user '{}' (to write: INSERT, and CREATE or DELETE)",
         {ER_DBACCESS_DENIED_ERROR, ER_TABLEACCESS_DENIED_ERROR, ER_COLUMNACCESS_DENIED_ERROR,
          ER_SPECIFIC_ACCESS_DENIED_ERROR, ER_PROCACCESS_DENIED_ERROR}},
        {ErrorClass::auth,
         "the server demands an authentication method that sends the password unprotected or that is not "
         "installed here; the former needs the option tls set to require or verify",
         {ER_NOT_SUPPORTED_AUTH_MODE, CR_AUTH_PLUGIN_CANNOT_LOAD, CR_AUTH_PLUGIN_ERR, CR_PLUGIN_NOT_ALLOWED}},
        {ErrorClass::not_found,
         "list what there is with 'prevision connector browse CONNECTOR'",
         {ER_BAD_DB_ERROR, ER_UNKNOWN_TABLE, ER_NO_SUCH_TABLE}},
        {ErrorClass::invalid,
         "a view or a function that it uses refers to something that is missing or that its definer may not use",
         {ER_VIEW_INVALID, ER_SP_DOES_NOT_EXIST, ER_UNKNOWN_COLLATION, ER_UNKNOWN_CHARACTER_SET}},
        {ErrorClass::invalid,
         "let the server's administrator raise max_allowed_packet",
         {ER_NET_PACKET_TOO_LARGE}},
        {ErrorClass::invalid,
         "load the zones into the server with mysql_tzinfo_to_sql, or write an offset, as in +02:00",
         {ER_UNKNOWN_TIME_ZONE}},
        {ErrorClass::invalid,
         "list the columns with 'prevision connector browse CONNECTOR DATABASE/TABLE'",
         {ER_BAD_FIELD_ERROR}},
        {ErrorClass::invalid,
         "give every SELECT of the UNION as many columns as the first one",
         {ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT}},
        {ErrorClass::invalid,
         "write it as this server's version understands it: no SQL mode is on, so \" begins a text",
         {ER_PARSE_ERROR}},
        {ErrorClass::invalid,
         "convert one of the texts: CONVERT(text USING utf8mb4)",
         {ER_CANT_AGGREGATE_2COLLATIONS, ER_CANT_AGGREGATE_3COLLATIONS, ER_CANT_AGGREGATE_NCOLLATIONS}},
        {ErrorClass::invalid, "", {ER_TOO_LONG_IDENT, ER_WRONG_DB_NAME, ER_WRONG_TABLE_NAME}},
        {ErrorClass::conflict, "try again: the table is there now", {ER_TABLE_EXISTS_ERROR}},
        {ErrorClass::unreachable,
         "the table was changed meanwhile: try again",
         {ER_TABLE_DEF_CHANGED, ER_NEED_REPREPARE, CR_NEW_STMT_METADATA}},
        {ErrorClass::unreachable,
         "check the host and the port, and that a MySQL or MariaDB server listens there",
         {ER_BAD_HOST_ERROR, CR_SOCKET_CREATE_ERROR, CR_CONNECTION_ERROR, CR_CONN_HOST_ERROR, CR_UNKNOWN_HOST,
          CR_VERSION_ERROR, CR_SERVER_HANDSHAKE_ERR, CR_MALFORMED_PACKET}},
        {ErrorClass::unreachable,
         "another session holds a lock: try again when it has ended, or wait longer with --timeout",
         {ER_LOCK_WAIT_TIMEOUT}},
        {ErrorClass::unreachable,
         "the server is busy: try again later",
         {ER_CON_COUNT_ERROR, ER_SERVER_SHUTDOWN, ER_TOO_MANY_USER_CONNECTIONS, ER_LOCK_DEADLOCK,
          ER_USER_LIMIT_REACHED, ER_QUERY_INTERRUPTED, ER_STATEMENT_TIMEOUT, query_timeout}},
        {ErrorClass::unreachable,
         "try again; when it fails again, see the server's log",
         {ER_HANDSHAKE_ERROR, ER_ABORTING_CONNECTION, ER_NET_READ_ERROR, ER_NET_READ_INTERRUPTED,
          ER_NET_ERROR_ON_WRITE, ER_NET_WRITE_INTERRUPTED, ER_CONNECTION_KILLED, CR_SERVER_GONE_ERROR,
          CR_SERVER_LOST}},
        {ErrorClass::unreachable,
         "let the server's administrator correct init_connect, which runs for every user without all rights",
         {ER_NEW_ABORTING_CONNECTION}},
        {ErrorClass::unreachable,
         "too many connections from here failed: let the server's administrator run FLUSH HOSTS",
         {ER_HOST_IS_BLOCKED}},
        {ErrorClass::unreachable,
         "see the connector's option tls; `verify` needs a certificate that this machine trusts",
         {CR_SSL_CONNECTION_ERROR}},
    };
    return table;
}

}  // namespace

Meaning explain(unsigned code, const std::string& username, ErrorClass otherwise) {
    for (const auto& [error_class, hint, codes] : known_errors()) {
        if (std::ranges::find(codes, code) != codes.end())
            return {error_class, fmt::format(fmt::runtime(hint), username)};
    }
    return {otherwise, {}};
}

}  // namespace prevision::sources::mysql
