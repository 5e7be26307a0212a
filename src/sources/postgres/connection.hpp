#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <poll.h>

#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "sources/postgres/library.hpp"
#include "sources/postgres/target.hpp"
#include "sources/sql/patience.hpp"

namespace prevision::sources::postgres {

/// A connection to a database of a server. One thread at a time; a cancellation raised on another ends a call
/// that waits. Failures throw Error with the class that `classify` gives them.
class ServerConnection {
  public:
    /// `target` and `cancellation` must outlive it. Does not touch the network.
    ServerConnection(const Target& target, std::string database, Cancellation& cancellation);
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;
    ~ServerConnection();

    /// Connects and agrees on encryption. Error unreachable.
    void begin();

    /// Logs in, after `begin`. Error auth, or not_found when there is no such database.
    void log_in();

    /// Whether the server has accepted the user, though it may have refused the database after that.
    [[nodiscard]] bool knows_user() const { return knows_user_; }

    /// How the connection is encrypted: "TLSv1.3, TLS_AES_256_GCM_SHA384", or "not used". After `begin`.
    [[nodiscard]] std::string encryption() const;

    [[nodiscard]] std::string server_version() const;
    [[nodiscard]] int server_version_number() const;  ///< 150004 for 15.4
    [[nodiscard]] std::string username() const;       ///< that the library logged in with
    [[nodiscard]] const Target& target() const { return target_; }

    /// Throws the cancellation's Error when it was raised.
    void check_cancellation() const {
        if (cancellation_.cancelled()) cancellation_.check();
    }

    /// Whether the database is in SQL_ASCII: the server does not know the encoding of its text.
    [[nodiscard]] bool has_raw_text() const;

    /// What the next statements are for, as Errors say it: "cannot read shop.orders". `otherwise` is the class
    /// of an error whose code has none, and `hint` the hint.
    void set_purpose(std::string purpose, ErrorClass otherwise, std::string hint = {});
    [[nodiscard]] const std::string& purpose() const { return purpose_; }

  protected:
    /// Takes the server's bytes until `arrived`; Error unreachable when it is silent for longer than `patience`
    /// allows.
    void await(Patience patience, const std::function<bool()>& arrived, short events = POLLIN);

    /// Where the server says that it cut a name, since the last call: what it says. Else empty.
    std::string take_cut_name() { return std::exchange(cut_name_, {}); }

    /// Throws the Error of a result, or of the connection for a null one.
    [[noreturn]] void fail(const PGresult* result);

    struct Finish {
        void operator()(PGconn* connection) const { pq().finish(connection); }
    };

    const Target& target_;
    std::string database_;
    Cancellation& cancellation_;
    std::unique_ptr<PGconn, Finish> connection_;
    std::string purpose_;
    bool knows_user_ = false;

  private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] bool is_agreed_on_encryption() const;
    void advance();
    void refuse_clear_text_password();
    void wait_for_socket(short events, std::optional<Clock::time_point> deadline,
                         std::chrono::milliseconds limit);
    void note_socket();
    void shut() noexcept;
    void note(const PGresult* notice) noexcept;
    [[nodiscard]] std::string hint_of(const PGresult* result, std::string_view state,
                                      std::string_view message) const;
    [[noreturn]] void fail_to_connect();

    PostgresPollingStatusType polling_ = PGRES_POLLING_FAILED;
    Clock::time_point deadline_;  ///< of connecting
    ErrorClass otherwise_ = ErrorClass::internal;
    std::string hint_;
    std::string cut_name_;
    std::atomic<int> socket_{-1};
    std::optional<Cancellation::Subscription> subscription_;  // ends before the socket is closed
};

}  // namespace prevision::sources::postgres
