#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sources/postgres/connection.hpp"

namespace prevision::sources::postgres {

/// The result of a statement, held whole.
class Result {
  public:
    explicit Result(PGresult* result) : result_(result) {}

    [[nodiscard]] int rows() const { return pq().ntuples(result_.get()); }
    [[nodiscard]] std::string text(int row, int column) const;  ///< empty for NULL
    [[nodiscard]] PGresult* handle() const { return result_.get(); }

  private:
    struct Clear {
        void operator()(PGresult* result) const { pq().clear(result); }
    };
    std::unique_ptr<PGresult, Clear> result_;
};

/// A column of a prepared statement.
struct Field {
    std::string name;
    Oid type = 0;
    int modifier = -1;
    Oid table = 0;  ///< 0 for an expression
    int table_column = 0;
};

/// A connection on which statements run.
class Client : public ServerConnection {
  public:
    using ServerConnection::ServerConnection;

    /// As ServerConnection's, and Error not_found when the server cut the database's name and took another one.
    void log_in();

    /// Runs statements without rows or parameters, separated by ';'.
    void execute(const std::string& statements, Patience patience = Patience::limited);

    /// The same; false when the server refuses one of them with one of these SQLSTATEs.
    bool execute_unless(const std::string& statements, std::span<const std::string_view> states);

    /// Runs one statement, with $1, $2, … standing for the parameters.
    Result query(const std::string& statement, const std::vector<std::string>& parameters = {});

    /// The same, for many rows: `on_row` gets each as a result of one row, which ends with the call.
    void query_each(const std::string& statement, const std::vector<std::string>& parameters,
                    const std::function<void(const Result&)>& on_row);

    /// The columns that a statement would give.
    std::vector<Field> describe(const std::string& statement);

    /// Starts a COPY … TO STDOUT, whose rows come with `next_copied`.
    void start_copy(const std::string& statement);

    /// The next row of a COPY, with its line end; empty after the last one. It lives until the next call and
    /// may be written to.
    std::span<char> next_copied();

  private:
    struct Free {
        void operator()(char* memory) const { pq().freemem(memory); }
    };

    void check_names();
    void send(int accepted, Patience patience = Patience::limited);
    void send_query(const std::string& statement, const std::vector<std::string>& parameters);
    PGresult* next_result(Patience patience);
    Result collect(ExecStatusType status, Patience patience = Patience::limited);
    Result expect(PGresult* result, ExecStatusType status);

    std::unique_ptr<char, Free> copied_;
};

}  // namespace prevision::sources::postgres
