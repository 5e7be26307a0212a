#include "sources/mysql/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <errmsg.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "net/socket.hpp"
#include "sources/mysql/error.hpp"

namespace prevision::sources {

namespace {

using Clock = std::chrono::steady_clock;

// A query may work for long before its first row. A server that has died is noticed by the kernel's probes
// long before that; this is for one that hangs.
constexpr unsigned read_timeout_seconds = 3600;

// The ways of logging in that never send the password itself where nothing is encrypted.
constexpr const char* protected_logins =
    "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519,parsec,auth_gssapi_client";

void set_number(int socket, int level, int option, int value) {
    // Where the system does not take it, its own value holds.
    ::setsockopt(socket, level, option, &value, sizeof value);
}

// A machine that does not answer for 30 seconds is gone.
void probe_silence(int socket) {
    set_number(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_number(socket, IPPROTO_TCP, TCP_KEEPIDLE, 15);
    set_number(socket, IPPROTO_TCP, TCP_KEEPINTVL, 5);
    set_number(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
    set_number(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000);
}

// Whether a server that greets so can encrypt: bit 11 of its capabilities, which follow its version (ended by
// a zero byte), four bytes of connection id, eight of scramble and a zero byte.
bool offers_tls(std::string_view greeting) {
    const auto end_of_version = greeting.find('\0', 5);
    if (end_of_version == std::string_view::npos) return false;
    const auto second_byte = end_of_version + 1 + 4 + 8 + 1 + 1;
    return second_byte < greeting.size() && (static_cast<unsigned char>(greeting[second_byte]) & 8U) != 0;
}

}  // namespace

std::string MysqlTarget::address() const {
    if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
    return fmt::format("{}:{}", host, port);
}

MysqlRows::MysqlRows(MysqlConnection& connection, MYSQL_RES* result)
    : connection_(connection), result_(result) {}

MysqlRows::~MysqlRows() {
    if (!finished_) connection_.shut();  // else the library reads all that is left
    mysql_free_result(result_);
}

std::span<const MYSQL_FIELD> MysqlRows::fields() const {
    return {mysql_fetch_fields(result_), mysql_num_fields(result_)};
}

void MysqlRows::finish() {
    if (mysql_errno(connection_.mysql_.get()) != 0) connection_.fail();
    finished_ = true;
}

MysqlConnection::MysqlConnection(const MysqlTarget& target, Cancellation& cancellation)
    : target_(target), cancellation_(cancellation), mysql_(mysql_init(nullptr)) {
    if (!mysql_) throw Error(ErrorClass::internal, "cannot connect to a MySQL server: out of memory");
    subscription_.emplace(cancellation, [this] { shut(); });
    set_options();
}

MysqlConnection::~MysqlConnection() {
    give_up();
    subscription_.reset();
}

void MysqlConnection::set_options() {
    MYSQL* mysql = mysql_.get();
    const auto set = [&](mysql_option option, const void* value) { mysql_optionsv(mysql, option, value); };
    const my_bool yes = 1;
    const my_bool no = 0;
    const unsigned off = 0;
    const unsigned tcp = MYSQL_PROTOCOL_TCP;  // else "localhost" means a socket file
    const auto connect_seconds = std::max<unsigned>(
        1, static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(target_.connect_timeout).count()));
    const std::size_t stack_size =
        std::size_t{512} * 1024;  // name services and OpenSSL want more than the library's own

    set(MYSQL_OPT_NONBLOCK, &stack_size);
    set(MYSQL_OPT_PROTOCOL, &tcp);
    set(MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
    set(MYSQL_OPT_READ_TIMEOUT, &read_timeout_seconds);
    set(MYSQL_OPT_LOCAL_INFILE, &off);  // a server could ask for any file of ours
    set(MYSQL_SET_CHARSET_NAME, "utf8mb4");
    set(MYSQL_OPT_SSL_ENFORCE, target_.tls == MysqlTls::disable ? &no : &yes);
    set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, target_.tls == MysqlTls::verify ? &yes : &no);
    if (target_.tls == MysqlTls::disable || target_.tls == MysqlTls::prefer) {
        set(MARIADB_OPT_RESTRICTED_AUTH, protected_logins);
    }
    mysql_optionsv(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "prevision");
}

void MysqlConnection::begin() {
    set_purpose(fmt::format("cannot connect to {} as '{}'", target_.address(), target_.username),
                ErrorClass::unreachable);
    deadline_ = Clock::now() + target_.connect_timeout;
    cancellation_.check();
    // The library would ask the name service again and again.
    net::resolve(target_.host, target_.port);
    if (target_.tls == MysqlTls::require) refuse_server_without_tls();

    // An empty password is given as one: without any, the library looks for one in the environment.
    pending_ = mysql_real_connect_start(&connected_, mysql_.get(), target_.host.c_str(),
                                        target_.username.c_str(), target_.password.reveal().c_str(), nullptr,
                                        static_cast<unsigned>(target_.port), nullptr, 0);
    // The version comes with the server's greeting. When the library waits again after that, encryption is
    // settled and the answer to our login is what it waits for.
    advance_until([](const MYSQL& mysql) { return mysql.server_version != nullptr; });
    if (pending_ == 0 && connected_ == nullptr) {
        const unsigned code = mysql_errno(mysql_.get());
        // A greeting that is none has no capabilities either, and then the library finds fault with the
        // login.
        if (code == CR_PLUGIN_NOT_ALLOWED && (mysql_->server_capabilities & CLIENT_PROTOCOL_41) == 0) {
            throw Error(ErrorClass::unreachable,
                        fmt::format("{}: what answers is no MySQL server, or older than 4.1", purpose_),
                        mysql_error_hint(CR_CONNECTION_ERROR, target_.username));
        }
        const bool ours = code >= CR_MIN_ERROR && code <= CR_MAX_ERROR;
        if (ours && classify_mysql_error(code) != ErrorClass::auth) fail();
        return;  // the server's own word comes with `log_in`
    }
    const bool required = target_.tls == MysqlTls::require || target_.tls == MysqlTls::verify;
    if (required && encryption() == "not used") {
        throw Error(ErrorClass::unreachable, fmt::format("{}: the server does not encrypt", purpose_),
                    mysql_error_hint(CR_SSL_CONNECTION_ERROR, target_.username));
    }
}

// With tls=require nothing of the login may go to a server that does not encrypt, and the library would only
// see to that when the certificate is checked too.
void MysqlConnection::refuse_server_without_tls() {
    const auto socket = net::connect(net::resolve(target_.host, target_.port), target_.address(),
                                     target_.connect_timeout, cancellation_);
    const auto greeting = net::read_greeting(socket, 512, target_.connect_timeout, cancellation_);
    const bool is_error = greeting.size() > 4 && greeting[4] == '\xff';
    if (greeting.empty() || is_error || offers_tls(greeting)) return;  // the library finds the words
    throw Error(ErrorClass::unreachable, fmt::format("{}: the server does not encrypt", purpose_),
                mysql_error_hint(CR_SSL_CONNECTION_ERROR, target_.username));
}

void MysqlConnection::log_in() {
    advance_until([](const MYSQL&) { return false; });
    if (connected_ == nullptr) fail();
    probe_silence(socket_);
}

void MysqlConnection::advance_until(bool (*reached)(const MYSQL& mysql)) {
    while (pending_ != 0 && !reached(*mysql_)) {
        note_socket();
        wait_for_server();
    }
    note_socket();
}

// Lets the library go on when its socket is ready; gives up when the time is over.
void MysqlConnection::wait_for_server() {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    short events = 0;
    if ((pending_ & MYSQL_WAIT_READ) != 0) events |= POLLIN;
    if ((pending_ & MYSQL_WAIT_WRITE) != 0) events |= POLLOUT;
    pollfd waited{socket_, events, 0};
    const int count = cancellation_.cancelled() || left <= 0
                          ? 0
                          : ::poll(&waited, 1, static_cast<int>(std::min<std::int64_t>(left, 1'000'000'000)));
    if (count < 0 && errno == EINTR) return;
    if (count <= 0 || cancellation_.cancelled()) {
        give_up();
        cancellation_.check();
        throw Error(ErrorClass::unreachable,
                    fmt::format("{}: no answer within {} ms", purpose_, target_.connect_timeout.count()),
                    mysql_error_hint(CR_CONNECTION_ERROR, target_.username));
    }
    int ready = 0;
    if ((waited.revents & (POLLIN | POLLHUP | POLLERR)) != 0) ready |= MYSQL_WAIT_READ;
    if ((waited.revents & (POLLOUT | POLLHUP | POLLERR)) != 0) ready |= MYSQL_WAIT_WRITE;
    pending_ = mysql_real_connect_cont(&connected_, mysql_.get(), ready);
}

void MysqlConnection::note_socket() { socket_ = mysql_get_socket(mysql_.get()); }

// The library cannot be left in the middle of connecting: it goes on without a socket, and fails.
void MysqlConnection::give_up() {
    while (pending_ != 0) {
        note_socket();
        shut();
        pending_ = mysql_real_connect_cont(&connected_, mysql_.get(),
                                           MYSQL_WAIT_READ | MYSQL_WAIT_WRITE | MYSQL_WAIT_TIMEOUT);
    }
}

void MysqlConnection::shut() noexcept {
    const int socket = socket_;
    if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
}

std::string MysqlConnection::encryption() const {
    const char* cipher = mysql_get_ssl_cipher(mysql_.get());
    const char* version = nullptr;
    mariadb_get_infov(mysql_.get(), MARIADB_CONNECTION_TLS_VERSION, &version);
    if (cipher == nullptr || version == nullptr) return "not used";
    return fmt::format("{}, {}", version, cipher);
}

std::string MysqlConnection::server_version() const {
    const char* version = mysql_get_server_info(mysql_.get());
    return version != nullptr ? version : "";
}

void MysqlConnection::set_purpose(std::string purpose, ErrorClass otherwise) {
    purpose_ = std::move(purpose);
    otherwise_ = otherwise;
}

void MysqlConnection::use_database(const std::string& database) {
    if (mysql_select_db(mysql_.get(), database.c_str()) != 0) fail();
}

void MysqlConnection::execute(std::string_view sql) {
    cancellation_.check();
    if (mysql_real_query(mysql_.get(), sql.data(), sql.size()) != 0) fail();
}

MysqlRows MysqlConnection::query(std::string_view sql) {
    execute(sql);
    MYSQL_RES* result = mysql_use_result(mysql_.get());
    if (result == nullptr) {
        if (mysql_errno(mysql_.get()) != 0) fail();
        throw Error(ErrorClass::invalid, fmt::format("{}: it gives no rows", purpose_));
    }
    return {*this, result};
}

MYSQL_STMT* MysqlConnection::new_statement() {
    cancellation_.check();
    MYSQL_STMT* statement = mysql_stmt_init(mysql_.get());
    if (statement == nullptr) throw Error(ErrorClass::internal, fmt::format("{}: out of memory", purpose_));
    return statement;
}

void MysqlConnection::fail() { fail(mysql_errno(mysql_.get()), mysql_error(mysql_.get())); }

// What the library says, in our words. A cancellation shows as a lost connection.
void MysqlConnection::fail(unsigned code, const std::string& reason) {
    note_socket();  // the library has closed a lost one
    cancellation_.check();
    throw Error(classify_mysql_error(code).value_or(otherwise_), fmt::format("{}: {}", purpose_, reason),
                mysql_error_hint(code, target_.username));
}

}  // namespace prevision::sources
