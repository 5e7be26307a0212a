#pragma once

#include <optional>
#include <string>

#include "sources/postgres/client.hpp"

namespace prevision::sources::postgres {

/// The database to log in to when none is named.
inline constexpr const char* maintenance_database = "postgres";

/// The databases of a server. A connection is to one of them.
class Databases {
  public:
    /// `target` and `cancellation` must outlive it, and the connections that it makes.
    Databases(const Target& target, Cancellation& cancellation)
        : target_(target), cancellation_(cancellation) {}

    void connect(std::optional<Client>& connection, const std::string& database) const;

    /// Connects to the database named like the user, psql's default. That is a guess: when it fails, throws
    /// `reason`, the Error for which it was needed.
    void connect_to_own(std::optional<Client>& connection, const Error& reason) const;

    /// As Source::browse.
    void browse(const std::string& path, bool recursive, const EntryObserver& each) const;

    /// Begins a transaction on a connection for functions of catalog.hpp. Its Errors say "cannot list WHAT at
    /// db.example.com:5432".
    void begin_listing(Client& connection, const std::string& what) const;

  private:
    void connect_somewhere(std::optional<Client>& connection) const;
    void browse_server(Client& connection, bool recursive, const EntryObserver& each) const;
    [[nodiscard]] bool can_enter(std::optional<Client>& connection, const std::string& database) const;
    void browse_database(Client& connection, const std::string& name, bool recursive,
                         const EntryObserver& each) const;

    const Target& target_;
    Cancellation& cancellation_;
};

}  // namespace prevision::sources::postgres
