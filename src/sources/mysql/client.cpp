#include "sources/mysql/client.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <errmsg.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "sources/mysql/error.hpp"
#include "sources/mysql/plugins.hpp"

namespace prevision::sources::mysql {

namespace {

// The authentication methods that never send the password itself over an unencrypted connection.
constexpr const char* protected_logins =
    "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519,parsec,auth_gssapi_client";

// Best effort: without it the system's default applies.
void set_number(int socket, int level, int option, int value) {
    ::setsockopt(socket, level, option, &value, sizeof value);
}

// Treats a machine that does not answer for 30 seconds as gone.
void probe_silence(int socket) {
    set_number(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_number(socket, IPPROTO_TCP, TCP_KEEPIDLE, 15);
    set_number(socket, IPPROTO_TCP, TCP_KEEPINTVL, 5);
    set_number(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
    set_number(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000);
}

// Whether the server of this greeting can encrypt: bit 11 of its capabilities, which follow its version (ended
// by a zero byte), four bytes of connection id, eight of scramble and a zero byte.
bool offers_tls(std::string_view greeting) {
    const auto end_of_version = greeting.find('\0', 5);
    if (end_of_version == std::string_view::npos) return false;
    const auto second_byte = end_of_version + 1 + 4 + 8 + 1 + 1;
    return second_byte < greeting.size() && (static_cast<unsigned char>(greeting[second_byte]) & 8U) != 0;
}

int port_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return 0;
}

unsigned whole_seconds(std::chrono::milliseconds time) {
    return static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(time).count());
}

}  // namespace

Client::Client(const Target& target, Cancellation& cancellation)
    : target_(target), cancellation_(cancellation), mysql_(mariadb().init(nullptr)) {
    if (!mysql_) throw Error(ErrorClass::internal, "cannot connect to a MySQL server: out of memory");
    subscription_.emplace(cancellation, [this] { shut(); });
    set_options();
}

Client::~Client() {
    give_up();
    subscription_.reset();
    if (is_abandoned_ && stops_statements_) stop_statement();
}

// A server of MySQL does not see that its client has gone until it has a row to send. Best effort, and only where the
// server says that the connection of that number is ours: behind a balancer it may be another server's.
void Client::stop_statement() const {
    constexpr std::chrono::milliseconds limit{1'000};
    auto target = target_;
    target.connect_timeout = target.wait_limit = target.silence_limit = limit;
    Cancellation none;
    try {
        Client other(target, none);
        other.stops_statements_ = false;
        other.connect();
        bool is_ours = false;
        other.for_each_row(
            fmt::format("SELECT HOST FROM information_schema.PROCESSLIST WHERE ID = {}", mysql_->thread_id),
            [&](auto row) {
                const auto peer = row[0].text();
                is_ours = target_.is_local() ? peer == "localhost"
                                             : peer.ends_with(fmt::format(":{}", local_port_));
            });
        if (is_ours) other.execute(fmt::format("KILL QUERY {}", mysql_->thread_id));
    } catch (const Error&) {
        return;  // the caller reports why it gave up
    }
}

void Client::set_options() {
    MYSQL* mysql = mysql_.get();
    const auto set = [&](mysql_option option, const void* value) {
        mariadb().optionsv(mysql, option, value);
    };
    const my_bool yes = 1;
    const my_bool no = 0;
    const unsigned off = 0;
    // Without a protocol "localhost" means a socket file.
    const unsigned protocol = target_.is_local() ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
    const auto connect_seconds = std::max(1U, whole_seconds(target_.connect_timeout));
    const auto read_seconds = whole_seconds(target_.silence_limit);  // of a row; the others wait in `wait`
    // Name services and OpenSSL need more than the library's default.
    const std::size_t stack_size = std::size_t{512} * 1024;

    set(MYSQL_OPT_NONBLOCK, &stack_size);
    set(MYSQL_OPT_PROTOCOL, &protocol);
    set(MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
    set(MYSQL_OPT_READ_TIMEOUT, &read_seconds);
    set(MYSQL_OPT_LOCAL_INFILE, &off);  // otherwise a server can request any file of this machine
    set(MYSQL_SET_CHARSET_NAME, "utf8mb4");
    set(MYSQL_OPT_SSL_ENFORCE, target_.tls == Tls::disable ? &no : &yes);
    set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, target_.tls == Tls::verify ? &yes : &no);
    if (target_.tls == Tls::disable || target_.tls == Tls::prefer) {
        set(MARIADB_OPT_RESTRICTED_AUTH, protected_logins);
    }
    if (target_.tls == Tls::verify && !target_.certificates.empty())
        set(MYSQL_OPT_SSL_CA, target_.certificates.c_str());
    if (const auto folder = bundled_plugins()) set(MYSQL_PLUGIN_DIR, folder->c_str());
    mariadb().optionsv(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "prevision");
}

void Client::begin() {
    set_purpose(fmt::format("cannot connect to {} as '{}'", target_.address(), target_.username),
                ErrorClass::unreachable);
    deadline_ = Clock::now() + target_.connect_timeout;
    cancellation_.check();
    // Fail here: the library would repeat a failed look-up again and again.
    const auto addresses = net::resolve(target_.host, target_.port, target_.rules);
    if (target_.tls == Tls::require) check_tls_offer(addresses);

    // Pass an empty password as "": for nullptr the library would look in the environment.
    const char* const path = target_.is_local() ? target_.host.c_str() : nullptr;
    pending_ = mariadb().real_connect_start(
        &connected_, mysql_.get(), path == nullptr ? target_.host.c_str() : nullptr, target_.username.c_str(),
        target_.password.c_str(), nullptr, static_cast<unsigned>(target_.port), path, 0);
    // The version comes with the server's greeting. The library's next wait is for the answer to the login,
    // when encryption is already negotiated.
    advance_until([](const MYSQL& mysql) { return mysql.server_version != nullptr; });
    check_peer();
    if (pending_ == 0 && connected_ == nullptr) {
        const unsigned code = mariadb().error_number(mysql_.get());
        // Bytes that are not a greeting hold no capabilities, which the library reports as a login problem.
        if (code == CR_PLUGIN_NOT_ALLOWED && (mysql_->server_capabilities & CLIENT_PROTOCOL_41) == 0)
            fail(CR_VERSION_ERROR, "the answer is not that of a MySQL server of version 4.1 or later");
        const bool ours = code >= CR_MIN_ERROR && code <= CR_MAX_ERROR;
        if (ours && explain(code, "", otherwise_).error_class != ErrorClass::auth) fail();
        return;  // `log_in` reports what the server refused
    }
    const bool required = target_.tls == Tls::require || target_.tls == Tls::verify;
    if (required && encryption() == "not used") refuse_plain_text();
}

// The library has resolved the host once more, and another address may have come of it.
void Client::check_peer() {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (socket_ < 0 || ::getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return;
    target_.rules.check(target_.host, reinterpret_cast<const sockaddr&>(peer));
}

// With tls=require the library would send the login to a server that does not encrypt; it refuses to only if
// it also checks the certificate.
void Client::check_tls_offer(const std::vector<net::Address>& addresses) {
    const auto socket = net::connect(addresses, target_.address(), target_.connect_timeout, cancellation_);
    const auto greeting = net::read_greeting(socket, 512, target_.connect_timeout, cancellation_);
    const bool is_error = greeting.size() > 4 && greeting[4] == '\xff';
    if (greeting.empty() || is_error) return;  // the library reports it
    if (!offers_tls(greeting)) refuse_plain_text();
}

void Client::refuse_plain_text() { fail(CR_SSL_CONNECTION_ERROR, "the server does not encrypt"); }

void Client::log_in() {
    advance_until([](const MYSQL&) { return false; });
    if (connected_ == nullptr) fail();
    probe_silence(socket_);
    local_port_ = port_of(socket_);
    check_username();
}

// A server cuts a name that is longer than its own names, MySQL after 32 characters and MariaDB after 128, and lets in
// the user who has the shorter one. A character that its names cannot have becomes another one.
void Client::check_username() {
    constexpr std::size_t shortest_limit = 32;
    const auto& name = target_.username;
    const bool is_plain = std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
    if (name.size() <= shortest_limit && is_plain) return;
    std::string known;
    for_each_row("SELECT CAST(USER() AS BINARY) LIMIT 1", [&](auto row) { known = row[0].text(); });
    known.resize(std::min(known.size(), known.rfind('@')));
    if (known == name) return;
    throw Error(ErrorClass::auth, fmt::format("{}: the server takes that name for '{}'", purpose_, known),
                "give the connector the name of a user that the server has");
}

void Client::connect() {
    begin();
    log_in();
}

void Client::advance_until(bool (*reached)(const MYSQL& mysql)) {
    while (pending_ != 0 && !reached(*mysql_)) {
        note_socket();
        wait_for_server();
    }
    note_socket();
}

// Resumes the library when its socket is ready; gives up at the deadline.
void Client::wait_for_server() {
    const int ready = wait_for_socket(pending_, deadline_);
    if (ready == MYSQL_WAIT_TIMEOUT) {
        give_up();
        fail(CR_CONNECTION_ERROR, fmt::format("no answer within {} ms", target_.connect_timeout.count()));
    }
    pending_ = mariadb().real_connect_cont(&connected_, mysql_.get(), ready);
}

// Which of the events that the library waits for have happened: MYSQL_WAIT_TIMEOUT at the deadline or when
// cancelled.
int Client::wait_for_socket(int pending, std::optional<Clock::time_point> deadline) {
    short events = 0;
    if ((pending & MYSQL_WAIT_READ) != 0) events |= POLLIN;
    if ((pending & MYSQL_WAIT_WRITE) != 0) events |= POLLOUT;
    for (;;) {
        const auto left = time_left(deadline);
        if (cancellation_.cancelled() || left == 0) return MYSQL_WAIT_TIMEOUT;
        pollfd waited{socket_, events, 0};
        if (::poll(&waited, 1, left) <= 0) continue;
        int ready = 0;
        if ((waited.revents & (POLLIN | POLLHUP | POLLERR)) != 0) ready |= MYSQL_WAIT_READ;
        if ((waited.revents & (POLLOUT | POLLHUP | POLLERR)) != 0) ready |= MYSQL_WAIT_WRITE;
        return ready != 0 ? ready : MYSQL_WAIT_TIMEOUT;
    }
}

std::chrono::milliseconds Client::limit_of(Patience patience) const {
    return patience == Patience::limited ? target_.answer_limit(std::chrono::seconds(1))
                                         : target_.silence_limit;
}

void Client::note_socket() { socket_ = mariadb().get_socket(mysql_.get()); }

// The library cannot be left in the middle of connecting: without its socket it continues, and fails.
void Client::give_up() {
    while (pending_ != 0) {
        note_socket();
        shut();
        pending_ = mariadb().real_connect_cont(&connected_, mysql_.get(),
                                               MYSQL_WAIT_READ | MYSQL_WAIT_WRITE | MYSQL_WAIT_TIMEOUT);
    }
}

void Client::shut() noexcept {
    const int socket = socket_;
    if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
}

std::string Client::encryption() const {
    const char* cipher = mariadb().get_ssl_cipher(mysql_.get());
    const char* version = nullptr;
    mariadb().get_infov(mysql_.get(), MARIADB_CONNECTION_TLS_VERSION, &version);
    if (cipher == nullptr || version == nullptr) return "not used";
    return fmt::format("{}, {}", version, cipher);
}

std::string Client::server_version() const {
    const char* version = mariadb().get_server_info(mysql_.get());
    return version != nullptr ? version : "";
}

void Client::set_purpose(std::string purpose, ErrorClass otherwise) {
    purpose_ = std::move(purpose);
    otherwise_ = otherwise;
}

void Client::use_database(const std::string& database) {
    MYSQL* mysql = mysql_.get();
    if (wait<int>([&](int* code) { return mariadb().select_db_start(code, mysql, database.c_str()); },
                  [&](int* code, int ready) { return mariadb().select_db_cont(code, mysql, ready); },
                  Patience::limited) != 0)
        fail();
}

void Client::execute(std::string_view sql, Patience patience) {
    cancellation_.check();
    MYSQL* mysql = mysql_.get();
    if (wait<int>([&](int* code) { return mariadb().real_query_start(code, mysql, sql.data(), sql.size()); },
                  [&](int* code, int ready) { return mariadb().real_query_cont(code, mysql, ready); },
                  patience) != 0)
        fail();
}

void Client::for_each_row(std::string_view sql, const std::function<void(std::span<const Value> row)>& each,
                          Patience patience) {
    execute(sql, patience);
    const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> result(
        mariadb().use_result(mysql_.get()), [](MYSQL_RES* whole) { mariadb().free_result(whole); });
    if (!result) {
        if (mariadb().error_number(mysql_.get()) != 0) fail();
        fail(CR_MALFORMED_PACKET, "the server answers without rows");
    }
    std::vector<Value> values(mariadb().num_fields(result.get()));
    try {
        for (;;) {
            const MYSQL_ROW row = wait<MYSQL_ROW>(
                [&](MYSQL_ROW* fetched) { return mariadb().fetch_row_start(fetched, result.get()); },
                [&](MYSQL_ROW* fetched, int ready) {
                    return mariadb().fetch_row_cont(fetched, result.get(), ready);
                },
                patience);
            if (row == nullptr) break;
            const unsigned long* const sizes = mariadb().fetch_lengths(result.get());
            for (std::size_t at = 0; at < values.size(); ++at) values[at] = {row[at], sizes[at]};
            each(values);
        }
        if (mariadb().error_number(mysql_.get()) != 0) fail();
    } catch (...) {
        shut();  // else freeing the result would read the remaining rows
        throw;
    }
}

void Client::check_warnings() {
    if (mariadb().warning_count(mysql_.get()) == 0) return;
    std::string reason = "it does not fit";
    for_each_row("SHOW WARNINGS LIMIT 1", [&](auto row) { reason = row[2].text(); });
    throw Error(ErrorClass::invalid, fmt::format("{}: a value would be changed: {}", purpose_, reason),
                "give the table columns that can hold the values");
}

MYSQL_STMT* Client::new_statement() {
    cancellation_.check();
    MYSQL_STMT* statement = mariadb().stmt_init(mysql_.get());
    if (statement == nullptr) throw Error(ErrorClass::internal, fmt::format("{}: out of memory", purpose_));
    return statement;
}

void Client::fail() { fail(mariadb().error_number(mysql_.get()), mariadb().error(mysql_.get())); }

void Client::fail(unsigned code, const std::string& reason) {
    note_socket();          // the library has closed that of a lost connection
    cancellation_.check();  // a cancelled connection looks like a lost one
    if (expired_) {
        throw Error(ErrorClass::unreachable,
                    fmt::format("{}: no answer within {} ms", purpose_, expired_->count()),
                    "try again, or wait longer with --timeout");
    }
    const auto meaning = explain(code, target_.username, otherwise_);
    throw Error(meaning.error_class, fmt::format("{}: {}", purpose_, reason), meaning.hint);
}

}  // namespace prevision::sources::mysql
