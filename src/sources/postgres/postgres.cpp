#include "sources/postgres/postgres.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "sources/field.hpp"
#include "sources/postgres/catalog.hpp"
#include "sources/postgres/databases.hpp"
#include "sources/postgres/name.hpp"
#include "sources/postgres/reader.hpp"
#include "sources/postgres/value.hpp"
#include "sources/postgres/writer.hpp"
#include "sources/sql/location.hpp"
#include "sources/sql/options.hpp"
#include "sources/sql/text.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace postgres {

namespace {

constexpr std::array<std::string_view, 3> schemes{"postgresql", "postgres", "pg"};

constexpr std::array<Option, 8> connector_options{{
    {.name = "host",
     .help = "name or address of the server, or the folder of its local socket",
     .required = true,
     .guards_secret = true},
    {.name = "port", .help = "TCP port of the server", .fallback = "5432", .guards_secret = true},
    {.name = "username", .help = "name to log in with"},
    {.name = "password",
     .help = "password to log in with; without one, PGPASSWORD, else the password file (PGPASSFILE, else "
             "~/.pgpass)",
     .secret = true},
    {.name = "tls",
     .help =
         "encryption, as psql's sslmode: disable; allow; prefer, where the server can; require; verify-ca, "
         "require and check the server's certificate; verify or verify-full, its name as well",
     .fallback = "PGSSLMODE, else prefer",
     .choices = "disable|allow|prefer|require|verify|verify-ca|verify-full",
     .guards_secret = true},
    time_zone_option,
    encoding_option,
    {.name = "row_security",
     .help = "what to do when row-level security hides rows: refuse, or apply it and go on with the others",
     .fallback = "refuse",
     .choices = "refuse|apply"},
}};

// A server waits for the client's first message. SSLRequest of its protocol asks whether it encrypts; the answer is
// one byte.
constexpr std::string_view ssl_request("\x00\x00\x00\x08\x04\xd2\x16\x2f", 8);
bool is_ssl_answer(std::string_view answer) { return answer == "S" || answer == "N"; }

constexpr std::array<Option, 3> datasource_options{{
    {.name = "database", .help = "database", .required = true},
    {.name = "table",
     .help = "table or view to read whole: schema.table, or one found along the search_path; a part that "
             "holds a dot or a quote is written in double quotes"},
    {.name = "request", .help = request_help},
}};

class PostgresSource final : public Source {
  public:
    PostgresSource(Target target, Cancellation& cancellation)
        : target_(std::move(target)), cancellation_(cancellation), databases_(target_, cancellation) {}

    void test(const std::optional<Location>& location, const StageObserver& observer) override {
        test_connecting(target_, cancellation_, observer);
        std::optional<Client> connection;
        connection.emplace(target_, location ? location->database : maintenance_database, cancellation_);
        run_stage(observer, "tls", [&] {
            connection->begin();
            return connection->encryption();
        });
        std::optional<Error> missing;  // the server looks for the database after it has accepted the user
        run_stage(observer, "auth", [&] {
            try {
                connection->log_in();
            } catch (const Error& error) {
                if (!connection->knows_user()) throw;
                missing = error;
                return fmt::format("as {}", target_.user());
            }
            return fmt::format("as '{}', server {}", connection->username(), connection->server_version());
        });
        run_stage(observer, "list", [&] {
            if (missing && location) throw Error(*missing);
            if (missing) databases_.connect_to_own(connection, *missing);
            if (location) postgres_engine().check_location(*location);
            databases_.begin_listing(*connection, "the databases");
            const auto count = list_databases(*connection).size();
            connection->execute("ROLLBACK");
            return count_of(count, "database", "databases");
        });
        if (!location) return;
        run_stage(observer, "read", [&] {
            RowCounter counter;
            RowsOnly rows(counter);
            postgres::read(*connection, *location, {.limit = 1}, rows);
            return counter.summary();
        });
    }

    void browse(const std::string& path, bool recursive, const EntryObserver& each) override {
        databases_.browse(path, recursive, each);
    }

    using Source::read;
    void read(const Location& location, const ReadOptions& options, ContentSink& sink) override {
        postgres_engine().check_location(location);
        std::optional<Client> connection;
        databases_.connect(connection, location.database);
        server_version_ = connection->server_version();
        postgres::read(*connection, location, options, sink);
    }

    [[nodiscard]] std::string server_version() const override { return server_version_; }

  private:
    Target target_;
    Cancellation& cancellation_;
    Databases databases_;
    std::string server_version_;
};

std::unique_ptr<Source> open(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<PostgresSource>(parse_target(connection), cancellation);
}

void check_location(const Location& location) {
    check_sql_location(location, SqlDialect::postgres);
    if (location.database.empty()) refuse_field("database", "PostgreSQL needs one", "give --database");
    if (!location.table.empty()) parse_name(location.table);
}

std::string newest_statement(const Location& location, const std::string& column) {
    const auto from = location.table.empty()
                          ? fmt::format("(\n{}\n)", without_end(location.request, SqlDialect::postgres))
                          : quote_name(parse_name(location.table));
    return fmt::format("SELECT pg_catalog.max(r.{}) AS newest FROM {} AS r",
                       quote_identifier(column, SqlDialect::postgres, "column"), from);
}

}  // namespace

}  // namespace postgres

const Engine& postgres_engine() {
    static constexpr Engine engine{
        .name = "postgresql",
        .title = "PostgreSQL",
        .type = "SQL",
        .schemes = postgres::schemes,
        .default_port = postgres::standard_port,
        .connector_options = postgres::connector_options,
        .datasource_options = postgres::datasource_options,
        .recognizes = postgres::is_ssl_answer,
        .question = postgres::ssl_request,
        .open = postgres::open,
        .check_location = postgres::check_location,
        .newest_statement = postgres::newest_statement,
        .kind_of_type = postgres::TargetColumn::values_of,
        .open_table_writer = postgres::open_writer,
    };
    return engine;
}

}  // namespace prevision::sources
