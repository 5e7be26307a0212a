#include "sources/postgres/client.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/text.hpp"
#include "net/socket.hpp"
#include "sources/postgres/error.hpp"

namespace prevision::sources::postgres {

namespace {

using Clock = std::chrono::steady_clock;

// "[::1]:5432" → "::1"
std::string_view without_port(std::string_view address) {
    address = address.substr(0, address.rfind(':'));
    if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
    return address;
}

std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<const char*> pointers;
    pointers.reserve(texts.size());
    for (const auto& text : texts) pointers.push_back(text.c_str());
    return pointers;
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

std::string Result::text(int row, int column) const {
    return {pq().getvalue(result_.get(), row, column),
            static_cast<std::size_t>(pq().getlength(result_.get(), row, column))};
}

Client::Client(const Target& target, std::string database, Cancellation& cancellation)
    : target_(target), database_(std::move(database)), cancellation_(cancellation) {
    subscription_.emplace(cancellation, [this] { shut(); });
}

Client::~Client() { subscription_.reset(); }

void Client::begin() {
    set_purpose(fmt::format("cannot connect to the database '{}' at {} as {}", database_, target_.address(),
                            target_.user()),
                ErrorClass::unreachable);
    deadline_ = Clock::now() + target_.connect_timeout;
    cancellation_.check();
    // The library is told the addresses: its own question to the name service could not be timed or ended,
    // and it would take PGHOSTADDR over the host. The name is for certificates and password files.
    std::string names;
    std::string addresses;
    for (const auto& address : net::resolve(target_.host, target_.port)) {
        if (!addresses.empty()) {
            addresses += ',';
            names += ',';
        }
        addresses += without_port(address.text);
        names += target_.host;
    }
    const auto port = std::to_string(target_.port);
    Parameters parameters;
    parameters.add("host", names.c_str());
    parameters.add("hostaddr", addresses.c_str());
    parameters.add("port", port.c_str());
    parameters.add("dbname", database_.c_str());
    parameters.add("user", target_.username.c_str());
    parameters.add("password", target_.password.reveal().c_str());
    parameters.add("passfile", target_.password_file.c_str());
    parameters.add("sslmode", target_.tls_mode.c_str());
    parameters.add("sslrootcert", target_.root_certificate.c_str());
    parameters.add("gssencmode", "disable");
    parameters.add("client_encoding", "UTF8");
    parameters.add("fallback_application_name", "prevision");
    // A machine that does not answer for 30 seconds is gone.
    parameters.add("keepalives", "1");
    parameters.add("keepalives_idle", "15");
    parameters.add("keepalives_interval", "5");
    parameters.add("keepalives_count", "3");
    parameters.add("tcp_user_timeout", "30000");
    connection_.reset(parameters.start());
    if (!connection_) throw Error(ErrorClass::internal, fmt::format("{}: out of memory", purpose_));
    if (pq().status(connection_.get()) == CONNECTION_BAD) fail_to_connect();
    pq().set_error_verbosity(connection_.get(), PQERRORS_VERBOSE);  // see parse_refusal
    pq().set_notice_processor(
        connection_.get(), [](void*, const char*) {}, nullptr);
    polling_ = PGRES_POLLING_WRITING;
    while (!is_agreed_on_encryption()) advance();
}

void Client::log_in() {
    while (polling_ != PGRES_POLLING_OK) advance();
    knows_user_ = true;
}

bool Client::is_agreed_on_encryption() const {
    const auto status = pq().status(connection_.get());
    return status == CONNECTION_AWAITING_RESPONSE || status == CONNECTION_AUTH_OK || status == CONNECTION_OK;
}

void Client::advance() {
    wait_for_server();
    polling_ = pq().connect_poll(connection_.get());
    note_socket();
    if (polling_ == PGRES_POLLING_FAILED) fail_to_connect();
}

void Client::wait_for_server() {
    for (;;) {
        note_socket();
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
        pollfd waited{socket_, static_cast<short>(polling_ == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
        const int count =
            cancellation_.cancelled() || left <= 0
                ? 0
                : ::poll(&waited, 1, static_cast<int>(std::min<std::int64_t>(left, 1'000'000'000)));
        if (count < 0 && errno == EINTR) continue;
        cancellation_.check();
        if (count > 0) return;
        throw Error(ErrorClass::unreachable,
                    fmt::format("{}: no answer within {} ms", purpose_, target_.connect_timeout.count()),
                    hint_for("", target_.username));
    }
}

void Client::note_socket() { socket_ = pq().socket(connection_.get()); }

void Client::shut() noexcept {
    const int socket = socket_;
    if (socket >= 0) ::shutdown(socket, SHUT_RDWR);
}

std::string Client::encryption() const {
    const char* version = pq().ssl_attribute(connection_.get(), "protocol");
    const char* cipher = pq().ssl_attribute(connection_.get(), "cipher");
    if (pq().ssl_in_use(connection_.get()) == 0 || version == nullptr || cipher == nullptr) return "not used";
    return fmt::format("{}, {}", version, cipher);
}

std::string Client::server_version() const {
    const char* version = pq().parameter_status(connection_.get(), "server_version");
    return version != nullptr ? version : "";
}

std::string Client::username() const {
    const char* name = pq().user(connection_.get());
    return name != nullptr ? name : "";
}

void Client::set_purpose(std::string purpose, ErrorClass otherwise) {
    purpose_ = std::move(purpose);
    otherwise_ = otherwise;
}

void Client::execute(const std::string& statements) {
    cancellation_.check();
    expect(pq().exec(connection_.get(), statements.c_str()), PGRES_COMMAND_OK);
}

void Client::try_to_execute(const std::string& statements) {
    cancellation_.check();
    const Result ignored(pq().exec(connection_.get(), statements.c_str()));
}

Result Client::query(const std::string& statement, const std::vector<std::string>& parameters) {
    cancellation_.check();
    const auto values = pointers_to(parameters);
    return expect(pq().exec_params(connection_.get(), statement.c_str(), static_cast<int>(values.size()),
                                   nullptr, values.data(), nullptr, nullptr, 0),
                  PGRES_TUPLES_OK);
}

void Client::query_each(const std::string& statement, const std::vector<std::string>& parameters,
                        const std::function<void(const Result&)>& on_row) {
    cancellation_.check();
    const auto values = pointers_to(parameters);
    if (pq().send_query_params(connection_.get(), statement.c_str(), static_cast<int>(values.size()), nullptr,
                               values.data(), nullptr, nullptr, 0) == 0 ||
        pq().set_single_row_mode(connection_.get()) == 0) {
        fail(nullptr);
    }
    for (;;) {
        const Result result(pq().get_result(connection_.get()));
        cancellation_.check();
        if (result.handle() != nullptr && pq().result_status(result.handle()) == PGRES_SINGLE_TUPLE) {
            on_row(result);
            continue;
        }
        if (result.handle() == nullptr || pq().result_status(result.handle()) != PGRES_TUPLES_OK)
            fail(result.handle());
        break;
    }
    while (PGresult* more = pq().get_result(connection_.get())) expect(more, PGRES_TUPLES_OK);
}

std::vector<Field> Client::describe(const std::string& statement) {
    cancellation_.check();
    expect(pq().prepare(connection_.get(), "", statement.c_str(), 0, nullptr), PGRES_COMMAND_OK);
    const auto result = expect(pq().describe_prepared(connection_.get(), ""), PGRES_COMMAND_OK);
    PGresult* const handle = result.handle();
    const int count = pq().nfields(handle);
    std::vector<Field> fields;
    fields.reserve(static_cast<std::size_t>(count));
    for (int at = 0; at < count; ++at) {
        fields.push_back({.name = pq().fname(handle, at),
                          .type = pq().ftype(handle, at),
                          .modifier = pq().fmod(handle, at),
                          .table = pq().ftable(handle, at),
                          .table_column = pq().ftablecol(handle, at)});
    }
    return fields;
}

void Client::start_copy(const std::string& statement) {
    cancellation_.check();
    // With parameters, though there are none: the server then takes one statement only.
    expect(pq().exec_params(connection_.get(), statement.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0),
           PGRES_COPY_OUT);
}

std::span<char> Client::next_copied() {
    char* row = nullptr;
    const int size = pq().get_copy_data(connection_.get(), &row, 0);
    copied_.reset(row);
    if (size > 0) return {row, static_cast<std::size_t>(size)};
    end_copy();
    return {};
}

void Client::end_copy() {
    expect(pq().get_result(connection_.get()), PGRES_COMMAND_OK);
    while (PGresult* more = pq().get_result(connection_.get())) expect(more, PGRES_COMMAND_OK);
}

Result Client::expect(PGresult* result, ExecStatusType status) {
    Result owned(result);
    if (result == nullptr || pq().result_status(result) != status) fail(result);
    return owned;
}

void Client::fail_to_connect() {
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
void Client::fail(const PGresult* result) {
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
    const char* message = pq().result_error_field(result, PG_DIAG_MESSAGE_PRIMARY);
    throw Error(classify(state).value_or(otherwise_),
                fmt::format("{}: {}", purpose_, message == nullptr ? state : message),
                hint_for(state, target_.username));
}

}  // namespace prevision::sources::postgres
