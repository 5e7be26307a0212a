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

#include <mysql.h>

#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "net/socket.hpp"
#include "sources/mysql/library.hpp"
#include "sources/mysql/target.hpp"
#include "sources/sql/patience.hpp"

namespace prevision::sources::mysql {

/// A connection to a server through the MariaDB client library. One thread at a time; a cancellation raised
/// on another thread ends a call that waits. Failures throw Error with the meaning that `explain` gives them.
class Client {
  public:
    /// `target` and `cancellation` must outlive it. Does not touch the network.
    Client(const Target& target, Cancellation& cancellation);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Connects and negotiates encryption. Error unreachable.
    void begin();

    /// Logs in, after `begin`. Error auth, also when the server takes the user's name for another one.
    void log_in();

    /// Both.
    void connect();

    /// How the connection is encrypted: "TLSv1.3, TLS_AES_256_GCM_SHA384", or "not used". After `begin`.
    [[nodiscard]] std::string encryption() const;

    [[nodiscard]] std::string server_version() const;

    /// What the next statements are for, as Errors say it: "cannot read shop.orders". `otherwise` is the
    /// class of an error whose code has none.
    void set_purpose(std::string purpose, ErrorClass otherwise = ErrorClass::internal);
    [[nodiscard]] const std::string& purpose() const { return purpose_; }

    /// Throws the cancellation's Error when it was raised.
    void check_cancellation() const {
        if (cancellation_.cancelled()) cancellation_.check();
    }

    void use_database(const std::string& database);

    /// Runs a statement without rows.
    void execute(std::string_view sql, Patience patience = Patience::limited);

    /// Runs a statement, such as SHOW TABLES, and calls `each` with every row, its values as the server writes
    /// them.
    void for_each_row(std::string_view sql, const std::function<void(std::span<const Value> row)>& each,
                      Patience patience = Patience::limited);

    /// Fails unless the last statement stored every value as it was given: the server only warns when it
    /// rounds or shortens one.
    void check_warnings();

  private:
    friend class Statement;
    using Clock = std::chrono::steady_clock;
    struct Close {
        void operator()(MYSQL* mysql) const { mariadb().close(mysql); }
    };

    /// Runs a call of the library in its non-blocking form, and returns the call's own result. The server may be
    /// silent for as long as `patience` says.
    template <typename Outcome, typename Start, typename Continue>
    Outcome wait(const Start& start, const Continue& next, Patience patience) {
        Outcome outcome{};
        note_socket();
        const auto deadline = deadline_after(limit_of(patience));
        for (int pending = start(&outcome); pending != 0;) {
            const int ready = wait_for_socket(pending, deadline);
            if (ready == MYSQL_WAIT_TIMEOUT) expired_ = limit_of(patience);
            // A cancellation shuts the socket, which then looks ready.
            is_abandoned_ = ready == MYSQL_WAIT_TIMEOUT || cancellation_.cancelled();
            pending = next(&outcome, ready);
        }
        return outcome;
    }

    void set_options();
    [[nodiscard]] std::chrono::milliseconds limit_of(Patience patience) const;
    int wait_for_socket(int pending, std::optional<Clock::time_point> deadline);
    void check_tls_offer(const std::vector<net::Address>& addresses);
    void check_peer();
    void check_username();
    [[noreturn]] void refuse_plain_text();
    void advance_until(bool (*reached)(const MYSQL& mysql));
    void wait_for_server();
    void note_socket();
    void give_up();
    void shut() noexcept;
    void stop_statement() const;
    MYSQL_STMT* new_statement();
    [[noreturn]] void fail();
    [[noreturn]] void fail(unsigned code, const std::string& reason);

    const Target& target_;
    Cancellation& cancellation_;
    std::unique_ptr<MYSQL, Close> mysql_;
    Clock::time_point deadline_;  ///< of connecting
    int pending_ = 0;             ///< what the library waits for while it connects
    MYSQL* connected_ = nullptr;
    std::string purpose_;
    ErrorClass otherwise_ = ErrorClass::internal;
    std::optional<std::chrono::milliseconds> expired_;  ///< the limit that the server's silence went beyond
    bool is_abandoned_ = false;  ///< the server may still work on a statement that nobody waits for
    bool stops_statements_ = true;
    int local_port_ = 0;  ///< of a TCP connection
    std::atomic<int> socket_{-1};
    std::optional<Cancellation::Subscription> subscription_;  // ends before the socket is closed
};

}  // namespace prevision::sources::mysql
