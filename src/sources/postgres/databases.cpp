#include "sources/postgres/databases.hpp"

#include <fmt/format.h>

#include "sources/postgres/catalog.hpp"
#include "sources/postgres/session.hpp"
#include "sources/sql/path.hpp"

namespace prevision::sources::postgres {

namespace {

/// Passes the entries of a place on with paths that begin above it.
EntryObserver below(const std::string& place, const EntryObserver& each) {
    return [place, &each](const Entry& entry) {
        auto moved = entry;
        moved.path.insert(0, place + "/");
        each(moved);
    };
}

}  // namespace

void Databases::browse(const std::string& path, bool recursive, const EntryObserver& each) const {
    const auto parts = parse_sql_path(path, 3);
    std::optional<Client> connection;
    if (parts.empty()) {
        connect_somewhere(connection);
        browse_server(*connection, recursive, each);
        return;
    }
    connect(connection, parts[0]);
    if (parts.size() == 1) {
        browse_database(*connection, parts[0], recursive, each);
    } else if (parts.size() == 2) {
        begin_listing(*connection, fmt::format("the tables of '{}'", parts[1]));
        list_tables(*connection, parts[1], each);
    } else {
        begin_listing(*connection, fmt::format("the columns of '{}.{}'", parts[1], parts[2]));
        list_columns(*connection, parts[1], parts[2], each);
    }
}

void Databases::connect(std::optional<Client>& connection, const std::string& database) const {
    connection.emplace(target_, database, cancellation_);
    connection->begin();
    connection->log_in();
}

// psql's default. It is a guess: when it is wrong, the reason why it was needed says more.
void Databases::connect_to_own(std::optional<Client>& connection, const Error& reason) const {
    try {
        connect(connection, connection->username());
    } catch (const Error&) {
        cancellation_.check();
        throw Error(reason);
    }
}

// The list of databases can only be read in one; on some servers a user may connect to the own only.
void Databases::connect_somewhere(std::optional<Client>& connection) const {
    try {
        connect(connection, maintenance_database);
    } catch (const Error& error) {
        if (!connection->knows_user()) throw;
        connect_to_own(connection, error);
    }
}

void Databases::browse_server(Client& connection, bool recursive, const EntryObserver& each) const {
    begin_listing(connection, "the databases");
    if (!recursive) {
        for (const auto& database : list_databases(connection)) each(database);
        return;
    }
    for (const auto& database : list_open_databases(connection)) {
        each(database);
        std::optional<Client> inside;
        if (can_enter(inside, database.name))
            browse_database(*inside, database.name, recursive, below(database.path, each));
    }
}

// pg_hba.conf may refuse what the catalogue allows; some hosted servers keep a database for themselves.
bool Databases::can_enter(std::optional<Client>& connection, const std::string& database) const {
    try {
        connect(connection, database);
        return true;
    } catch (const Error& error) {
        if (error.error_class() == ErrorClass::auth || error.error_class() == ErrorClass::not_found)
            return false;
        throw;
    }
}

void Databases::browse_database(Client& connection, const std::string& name, bool recursive,
                                const EntryObserver& each) const {
    begin_listing(connection, fmt::format("the schemas of '{}'", name));
    if (recursive) {
        list_schemas_and_tables(connection, each);
    } else {
        list_schemas(connection, each);
    }
}

// The settings of a role, such as its search_path and the encoding, change what the catalogue's rows look like.
void Databases::begin_listing(Client& connection, const std::string& what) const {
    begin_reading(connection);
    use_search_path(connection, SearchPath::catalog);
    connection.set_purpose(fmt::format("cannot list {} at {}", what, target_.address()),
                           ErrorClass::internal);
}

}  // namespace prevision::sources::postgres
