#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <mysql.h>

#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "sources/mysql/target.hpp"

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

    /// Logs in, after `begin`. Error auth.
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

    void use_database(const std::string& database);

    /// Runs a statement without rows. `expects_work`: it may take long, as one that moves rows does.
    void execute(std::string_view sql, bool expects_work = false);

    /// Fails unless the last statement stored every value as it was given: the server only warns when it
    /// rounds or shortens one.
    void check_warnings();

  private:
    friend class Statement;
    struct Close {
        void operator()(MYSQL* mysql) const { mysql_close(mysql); }
    };

    /// How long the server may be silent: as long as a wait for a lock plus what a busy server needs, or as
    /// long as a query may run before its first row.
    enum class Patience { short_answer, long_work };

    /// Runs a call of the library in its non-blocking form, and returns the call's own code.
    template <typename Start, typename Continue>
    int wait(const Start& start, const Continue& next, Patience patience) {
        int code = 0;
        note_socket();
        const auto deadline = deadline_for(patience);
        for (int pending = start(&code); pending != 0;)
            pending = next(&code, wait_for_socket(pending, deadline));
        return code;
    }

    void set_options();
    [[nodiscard]] std::chrono::steady_clock::time_point deadline_for(Patience patience) const;
    int wait_for_socket(int pending, std::chrono::steady_clock::time_point deadline);
    void check_tls_offer();
    void check_peer();
    [[noreturn]] void refuse_plain_text();
    void advance_until(bool (*reached)(const MYSQL& mysql));
    void wait_for_server();
    void note_socket();
    void give_up();
    void shut() noexcept;
    MYSQL_STMT* new_statement();
    [[noreturn]] void fail();
    [[noreturn]] void fail(unsigned code, const std::string& reason);

    const Target& target_;
    Cancellation& cancellation_;
    std::unique_ptr<MYSQL, Close> mysql_;
    std::chrono::steady_clock::time_point deadline_;
    int pending_ = 0;  ///< what the library waits for while it connects
    MYSQL* connected_ = nullptr;
    std::string purpose_;
    ErrorClass otherwise_ = ErrorClass::internal;
    std::atomic<int> socket_{-1};
    std::optional<Cancellation::Subscription> subscription_;  // ends before the socket is closed
};

}  // namespace prevision::sources::mysql
