#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "sources/postgres/library.hpp"
#include "sources/postgres/target.hpp"

/// RAII over libpq. What fails throws Error, classified.
namespace prevision::sources::postgres {

/// What a statement gave, held whole.
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
    Oid table = 0;  ///< 0 where it is no table's
    int table_column = 0;
};

/// A connection to a database of a server. One thread at a time; a cancellation raised on another ends a call
/// that waits.
class Client {
  public:
    /// `target` and `cancellation` must outlive it. Does not touch the network.
    Client(const Target& target, std::string database, Cancellation& cancellation);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    /// Connects and agrees on encryption. Error unreachable.
    void begin();

    /// Logs in, after `begin`. Error auth, or not_found when there is no such database.
    void log_in();

    /// Whether the server has let the user in, though it may have refused the database after that.
    [[nodiscard]] bool knows_user() const { return knows_user_; }

    /// How the connection is encrypted: "TLSv1.3, TLS_AES_256_GCM_SHA384", or "not used". After `begin`.
    [[nodiscard]] std::string encryption() const;

    [[nodiscard]] std::string server_version() const;
    [[nodiscard]] std::string username() const;  ///< that the library logged in with

    /// What the statements that follow do, for the messages of Errors: "cannot read shop.orders".
    /// `otherwise` is the class of what has none of its own.
    void set_purpose(std::string purpose, ErrorClass otherwise);

    /// For statements without rows or parameters, separated by ';'.
    void execute(const std::string& statements);

    /// The same, for what a server may not know: that it fails makes no difference.
    void try_to_execute(const std::string& statements);

    /// Runs one statement, with $1, $2, … standing for the parameters.
    Result query(const std::string& statement, const std::vector<std::string>& parameters = {});

    /// The same, each row told as it comes: a result of one row, which ends with the call.
    void query_each(const std::string& statement, const std::vector<std::string>& parameters,
                    const std::function<void(const Result&)>& on_row);

    /// The columns that a statement would give.
    std::vector<Field> describe(const std::string& statement);

    /// Starts a COPY … TO STDOUT, whose rows come with `next_copied`.
    void start_copy(const std::string& statement);

    /// The next row of a COPY, with its line end; empty behind the last one. It lives until the next call and
    /// may be written to.
    std::span<char> next_copied();

    [[nodiscard]] const std::string& purpose() const { return purpose_; }

  private:
    struct Finish {
        void operator()(PGconn* connection) const { pq().finish(connection); }
    };
    struct Free {
        void operator()(char* memory) const { pq().freemem(memory); }
    };

    bool is_agreed_on_encryption() const;
    void wait_for_server();
    void advance();
    void note_socket();
    void shut() noexcept;
    void end_copy();
    Result expect(PGresult* result, ExecStatusType status);
    [[noreturn]] void fail_to_connect();
    [[noreturn]] void fail(const PGresult* result);

    const Target& target_;
    std::string database_;
    Cancellation& cancellation_;
    std::unique_ptr<PGconn, Finish> connection_;
    std::unique_ptr<char, Free> copied_;
    PostgresPollingStatusType polling_ = PGRES_POLLING_FAILED;
    std::chrono::steady_clock::time_point deadline_;
    std::string purpose_;
    ErrorClass otherwise_ = ErrorClass::internal;
    bool knows_user_ = false;
    std::atomic<int> socket_{-1};
    std::optional<Cancellation::Subscription> subscription_;  // ends before the socket is closed
};

}  // namespace prevision::sources::postgres
