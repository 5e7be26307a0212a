#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <mysql.h>

#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"

/// RAII over the MariaDB client library. What fails throws Error, classified.
namespace prevision::sources {

enum class MysqlTls {
    disable,
    prefer,   ///< where the server can; what it shows is not checked
    require,  ///< or nothing is sent; what it shows is not checked
    verify,   ///< the certificate must be trusted by this machine and name the host
};

struct MysqlTarget {
    std::string host;
    int port = 0;
    std::string username;
    Secret password;
    MysqlTls tls = MysqlTls::prefer;
    std::chrono::milliseconds connect_timeout{10'000};

    [[nodiscard]] std::string address() const;  ///< "db.example.com:3306", for messages
};

class MysqlConnection;

/// The rows of a statement as they arrive. Destruction before the last row gives the connection up rather
/// than wait for the rest. Must not outlive its connection.
class MysqlRows {
  public:
    MysqlRows(MysqlConnection& connection, MYSQL_RES* result);
    ~MysqlRows();
    MysqlRows(const MysqlRows&) = delete;
    MysqlRows& operator=(const MysqlRows&) = delete;

    [[nodiscard]] std::span<const MYSQL_FIELD> fields() const;

    /// The next row, nullptr behind the last one. The values live until the next call, may be written to, and
    /// have a writable byte behind them.
    MYSQL_ROW next() {
        MYSQL_ROW row = mysql_fetch_row(result_);
        if (row == nullptr) finish();
        return row;
    }

    /// The sizes of the values of the row that `next` gave.
    [[nodiscard]] const unsigned long* sizes() const { return mysql_fetch_lengths(result_); }

  private:
    void finish();

    MysqlConnection& connection_;
    MYSQL_RES* result_;
    bool finished_ = false;
};

/// A connection to a server. One thread at a time; a cancellation raised on another ends a call that waits.
class MysqlConnection {
  public:
    /// `target` and `cancellation` must outlive it. Does not touch the network.
    MysqlConnection(const MysqlTarget& target, Cancellation& cancellation);
    ~MysqlConnection();
    MysqlConnection(const MysqlConnection&) = delete;
    MysqlConnection& operator=(const MysqlConnection&) = delete;

    /// Connects and agrees on encryption. Error unreachable.
    void begin();

    /// Logs in, after `begin`. Error auth.
    void log_in();

    /// How the connection is encrypted: "TLSv1.3, TLS_AES_256_GCM_SHA384", or "not used". After `begin`.
    [[nodiscard]] std::string encryption() const;

    [[nodiscard]] std::string server_version() const;

    /// What the statements that follow do, for the messages of Errors: "cannot read shop.orders".
    /// `otherwise` is the class of what has none of its own.
    void set_purpose(std::string purpose, ErrorClass otherwise);

    void use_database(const std::string& database);

    /// For a statement without rows.
    void execute(std::string_view sql);

    MysqlRows query(std::string_view sql);

    [[nodiscard]] const std::string& purpose() const { return purpose_; }

  private:
    friend class MysqlRows;
    friend class MysqlStatement;
    struct Close {
        void operator()(MYSQL* mysql) const { mysql_close(mysql); }
    };

    void set_options();
    void refuse_server_without_tls();
    void advance_until(bool (*reached)(const MYSQL& mysql));
    void wait_for_server();
    void note_socket();
    void give_up();
    void shut() noexcept;
    MYSQL_STMT* new_statement();
    [[noreturn]] void fail();
    [[noreturn]] void fail(unsigned code, const std::string& reason);

    const MysqlTarget& target_;
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

}  // namespace prevision::sources
