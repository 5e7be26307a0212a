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

/// libpq with owners for what it hands out. Failures throw Error with the class that `classify` gives them.
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

/// Whether a statement may take as long as it takes, or the server must answer within the target's wait limit.
enum class Patience { limited, unlimited };

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

    /// Logs in, after `begin`. Error auth, or not_found when there is no such database, or the server took
    /// another one for a name that is too long.
    void log_in();

    /// Whether the server has accepted the user, though it may have refused the database after that.
    [[nodiscard]] bool knows_user() const { return knows_user_; }

    /// How the connection is encrypted: "TLSv1.3, TLS_AES_256_GCM_SHA384", or "not used". After `begin`.
    [[nodiscard]] std::string encryption() const;

    [[nodiscard]] std::string server_version() const;
    [[nodiscard]] int server_version_number() const;  ///< 150004 for 15.4
    [[nodiscard]] std::string username() const;       ///< that the library logged in with
    [[nodiscard]] const Target& target() const { return target_; }

    /// Whether the database is in SQL_ASCII: the server does not know the encoding of its text.
    [[nodiscard]] bool has_raw_text() const;

    /// What the next statements are for, as Errors say it: "cannot read shop.orders". `otherwise` is the class
    /// of an error whose code has none.
    void set_purpose(std::string purpose, ErrorClass otherwise);

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

    [[nodiscard]] const std::string& purpose() const { return purpose_; }

  private:
    using Clock = std::chrono::steady_clock;
    struct Finish {
        void operator()(PGconn* connection) const { pq().finish(connection); }
    };
    struct Free {
        void operator()(char* memory) const { pq().freemem(memory); }
    };

    [[nodiscard]] bool is_agreed_on_encryption() const;
    void advance();
    void refuse_clear_text_password();
    void check_names();
    void wait_for_socket(short events, std::optional<Clock::time_point> deadline,
                         std::chrono::milliseconds limit);
    void note_socket();
    void shut() noexcept;
    void send(int accepted);
    PGresult* next_result(Patience patience);
    Result collect(ExecStatusType status, Patience patience = Patience::limited);
    Result expect(PGresult* result, ExecStatusType status);
    [[noreturn]] void fail_to_connect();
    [[noreturn]] void fail(const PGresult* result);

    const Target& target_;
    std::string database_;
    Cancellation& cancellation_;
    std::unique_ptr<PGconn, Finish> connection_;
    std::unique_ptr<char, Free> copied_;
    PostgresPollingStatusType polling_ = PGRES_POLLING_FAILED;
    Clock::time_point deadline_;  ///< of connecting
    std::string purpose_;
    ErrorClass otherwise_ = ErrorClass::internal;
    bool knows_user_ = false;
    std::atomic<int> socket_{-1};
    std::optional<Cancellation::Subscription> subscription_;  // ends before the socket is closed
};

}  // namespace prevision::sources::postgres
