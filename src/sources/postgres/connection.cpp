#include "sources/postgres/connection.hpp"

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/text.hpp"
#include "net/socket.hpp"
#include "sources/postgres/error.hpp"
#include "sources/sql/options.hpp"
#include "sources/sql/patience.hpp"

namespace prevision::sources::postgres {

namespace {

// "[::1]:5432" → "::1"
std::string_view without_port(std::string_view address) {
    address = address.substr(0, address.rfind(':'));
    if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
    return address;
}

// The parameters of a connection, as the library takes them.
class Parameters {
  public:
    void add(const char* name, const char* value) {
        names_.insert(names_.end() - 1, name);
        values_.insert(values_.end() - 1, value);
    }

    [[nodiscard]] PGconn* start() const {
        return pq().connect_start_params(names_.data(), values_.data(), 0);
    }

  private:
    std::vector<const char*> names_{nullptr};
    std::vector<const char*> values_{nullptr};
};

}  // namespace

ServerConnection::ServerConnection(const Target& target, std::string database, Cancellation& cancellation)
    : target_(target), database_(std::move(database)), cancellation_(cancellation) {
    subscription_.emplace(cancellation, [this] { shut(); });
}

ServerConnection::~ServerConnection() { subscription_.reset(); }

void ServerConnection::begin() {
    set_purpose(fmt::format("cannot connect to the database '{}' at {} as {}", database_, target_.address(),
                            target_.user()),
                ErrorClass::unreachable);
    deadline_ = Clock::now() + target_.connect_timeout;
    cancellation_.check();
    // We resolve the name: the library could not be stopped or timed while it does, and it would prefer
    // PGHOSTADDR to the host. It needs the name for certificates and password files.
    std::string names;
    std::string addresses;
    for (const auto& address : net::resolve(target_.host, target_.port, target_.rules)) {
        if (!addresses.empty()) {
            addresses += ',';
            names += ',';
        }
        if (!target_.is_local()) addresses += without_port(address.text);
        names += target_.is_local() ? target_.socket_folder : target_.host;
    }
    const auto port = std::to_string(target_.port);
    Parameters parameters;
    parameters.add("host", names.c_str());
    parameters.add("hostaddr", addresses.c_str());
    parameters.add("port", port.c_str());
    parameters.add("dbname", database_.c_str());
    parameters.add("user", target_.username.c_str());
    parameters.add("password", target_.password.c_str());
    parameters.add("passfile", target_.password_file.c_str());
    if (!target_.ambient_credentials) {
        // Without names libpq would look for the files of this process's user; it passes over missing ones.
        parameters.add("passfile", "/dev/null/none");
        parameters.add("sslcert", "/dev/null/none");
    }
    parameters.add("sslmode", target_.tls_mode.c_str());
    parameters.add("sslrootcert", target_.root_certificate.c_str());
    parameters.add("gssencmode", "disable");
    parameters.add("client_encoding", "UTF8");
    parameters.add("fallback_application_name", "prevision");
    // A machine that has not answered for 30 seconds is gone.
    parameters.add("keepalives", "1");
    parameters.add("keepalives_idle", "15");
    parameters.add("keepalives_interval", "5");
    parameters.add("keepalives_count", "3");
    parameters.add("tcp_user_timeout", "30000");
    connection_.reset(parameters.start());
    if (!connection_) throw Error(ErrorClass::internal, fmt::format("{}: out of memory", purpose_));
    if (pq().status(connection_.get()) == CONNECTION_BAD) fail_to_connect();
    pq().set_error_verbosity(connection_.get(), PQERRORS_VERBOSE);  // for parse_refusal
    pq().set_notice_receiver(
        connection_.get(),
        [](void* self, const PGresult* notice) { static_cast<ServerConnection*>(self)->note(notice); }, this);
    polling_ = PGRES_POLLING_WRITING;
    while (!is_agreed_on_encryption()) advance();
}

void ServerConnection::log_in() {
    while (polling_ != PGRES_POLLING_OK) advance();
    pq().set_nonblocking(connection_.get(), 1);
    knows_user_ = true;
}

bool ServerConnection::is_agreed_on_encryption() const {
    const auto status = pq().status(connection_.get());
    return status == CONNECTION_AWAITING_RESPONSE || status == CONNECTION_AUTH_OK || status == CONNECTION_OK;
}

void ServerConnection::advance() {
    note_socket();
    wait_for_socket(polling_ == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_, target_.connect_timeout);
    refuse_clear_text_password();
    polling_ = pq().connect_poll(connection_.get());
    note_socket();
    if (polling_ == PGRES_POLLING_FAILED) fail_to_connect();
}

// The library answers a server's wish for the password at once, so we look at the wish before the library does.
void ServerConnection::refuse_clear_text_password() {
    if (polling_ != PGRES_POLLING_READING || target_.tls_mode == "disable" || target_.is_local()) return;
    if (pq().status(connection_.get()) != CONNECTION_AWAITING_RESPONSE) return;
    if (pq().ssl_in_use(connection_.get()) != 0) return;
    // "R", the length 8 and the number 3: AuthenticationCleartextPassword of the protocol.
    constexpr std::string_view wish("R\0\0\0\10\0\0\0\3", 9);
    std::array<char, wish.size()> start{};
    const auto size = ::recv(socket_, start.data(), start.size(), MSG_PEEK | MSG_DONTWAIT);
    // A server sends these nine bytes at once. What begins so and is shorter could be completed after our look.
    if (size <= 0 || !wish.starts_with(std::string_view(start.data(), static_cast<std::size_t>(size))))
        return;
    // A connection that was cut within these bytes is libpq's to report.
    constexpr int patience = 1000;  // milliseconds
    pollfd peer{.fd = socket_, .events = POLLRDHUP, .revents = 0};
    if (static_cast<std::size_t>(size) < wish.size() && ::poll(&peer, 1, patience) > 0) return;
    throw Error(ErrorClass::auth,
                fmt::format("{}: the server asks for the password in clear text, and the connection is not "
                            "encrypted",
                            purpose_),
                "encrypt the connection with --tls require; --tls disable sends the password nevertheless");
}

void ServerConnection::wait_for_socket(short events, std::optional<Clock::time_point> deadline,
                                       std::chrono::milliseconds limit) {
    for (;;) {
        cancellation_.check();
        pollfd waited{socket_, events, 0};
        const int count = ::poll(&waited, 1, time_left(deadline));
        if (count < 0 && errno == EINTR) continue;
        cancellation_.check();
        if (count != 0) return;
        throw Error(ErrorClass::unreachable,
                    fmt::format("{}: no answer within {} ms", purpose_, limit.count()),
                    hint_for("", target_.username));
    }
}

void ServerConnection::await(Patience patience, const std::function<bool()>& arrived, short events) {
    const auto limit = patience == Patience::limited ? target_.answer_limit(std::chrono::milliseconds(1))
                                                     : target_.silence_limit;
    const auto deadline = deadline_after(limit);
    while (!arrived()) {
        wait_for_socket(events, deadline, limit);
        if (pq().consume_input(connection_.get()) == 0) fail(nullptr);
    }
    cancellation_.check();
}

void ServerConnection::note_socket() { socket_ = pq().socket(connection_.get()); }

void ServerConnection::shut() noexcept {
    const int socket = socket_;
    if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
}

std::string ServerConnection::encryption() const {
    const char* version = pq().ssl_attribute(connection_.get(), "protocol");
    const char* cipher = pq().ssl_attribute(connection_.get(), "cipher");
    if (pq().ssl_in_use(connection_.get()) == 0 || version == nullptr || cipher == nullptr) return "not used";
    return fmt::format("{}, {}", version, cipher);
}

std::string ServerConnection::server_version() const {
    const char* version = pq().parameter_status(connection_.get(), "server_version");
    return version != nullptr ? version : "";
}

int ServerConnection::server_version_number() const { return pq().server_version(connection_.get()); }

bool ServerConnection::has_raw_text() const {
    const char* encoding = pq().parameter_status(connection_.get(), "server_encoding");
    return encoding != nullptr && std::string_view(encoding) == "SQL_ASCII";
}

std::string ServerConnection::username() const {
    const char* name = pq().user(connection_.get());
    return name != nullptr ? name : "";
}

void ServerConnection::set_purpose(std::string purpose, ErrorClass otherwise, std::string hint) {
    purpose_ = std::move(purpose);
    otherwise_ = otherwise;
    hint_ = std::move(hint);
}

// The library calls it.
void ServerConnection::note(const PGresult* notice) noexcept {
    constexpr std::string_view name_too_long = "42622";
    const char* state = pq().result_error_field(notice, PG_DIAG_SQLSTATE);
    const char* message = pq().result_error_field(notice, PG_DIAG_MESSAGE_PRIMARY);
    if (state != nullptr && message != nullptr && state == name_too_long) cut_name_ = message;
}

void ServerConnection::fail_to_connect() {
    cancellation_.check();
    const auto refusal = parse_refusal(pq().error_message(connection_.get()));
    knows_user_ =
        refusal.state == "3D000" || refusal.state == "42501";  // no such database; none for this user
    auto error_class = classify(refusal.state).value_or(ErrorClass::unreachable);
    std::string hint = hint_for(refusal.state, target_.username);
    if (refusal.state.empty() && pq().connection_needs_password(connection_.get()) != 0) {
        error_class = ErrorClass::auth;
        hint = "give the connector a password, or write one into the password file (~/.pgpass)";
    } else if (refusal.state.empty() && refusal.reason.find("certificate") != std::string::npos) {
        hint = "name the file of certificates to trust by PGSSLROOTCERT, or put it at ~/.postgresql/root.crt";
    }
    throw Error(error_class, fmt::format("{}: {}", purpose_, refusal.reason), std::move(hint));
}

// A cancellation shows as a lost connection.
void ServerConnection::fail(const PGresult* result) {
    cancellation_.check();
    const char* state = result == nullptr ? nullptr : pq().result_error_field(result, PG_DIAG_SQLSTATE);
    if (state == nullptr) {
        const auto status = result == nullptr ? PGRES_FATAL_ERROR : pq().result_status(result);
        if (status == PGRES_FATAL_ERROR) {
            const auto lines = split(trim(pq().error_message(connection_.get())), '\n');
            throw Error(
                ErrorClass::unreachable,
                fmt::format("{}: {}", purpose_, lines.empty() ? "the connection is lost" : lines.front()),
                hint_for("08000", target_.username));
        }
        throw Error(
            ErrorClass::unreachable,
            fmt::format("{}: the server answers out of order ({})", purpose_, pq().res_status(status)),
            hint_for("08P01", target_.username));
    }
    const char* primary = pq().result_error_field(result, PG_DIAG_MESSAGE_PRIMARY);
    const std::string_view message = primary == nullptr ? state : primary;
    throw Error(classify(state).value_or(otherwise_), fmt::format("{}: {}", purpose_, message),
                hint_of(result, state, message));
}

std::string ServerConnection::hint_of(const PGresult* result, std::string_view state,
                                      std::string_view message) const {
    constexpr std::string_view wrong_setting = "22023";
    const char* file = pq().result_error_field(result, PG_DIAG_SOURCE_FILE);
    if (file != nullptr && std::string_view(file) == "rls.c")
        return "row-level security would hide rows from this user: read as a user who sees them all, "
               "or accept a part by the connector's --row-security apply";
    if (state == wrong_setting && message.find("\"TimeZone\"") != std::string_view::npos)
        return std::string(unknown_zone_hint);
    auto hint = hint_for(state, target_.username);
    return hint.empty() ? hint_ : hint;
}

}  // namespace prevision::sources::postgres
