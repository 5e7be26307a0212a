#include "sources/postgres/client.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <poll.h>

#include "sources/postgres/error.hpp"

namespace prevision::sources::postgres {

namespace {

std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<const char*> pointers;
    pointers.reserve(texts.size());
    for (const auto& text : texts) pointers.push_back(text.c_str());
    return pointers;
}

}  // namespace

std::string Result::text(int row, int column) const {
    return {pq().getvalue(result_.get(), row, column),
            static_cast<std::size_t>(pq().getlength(result_.get(), row, column))};
}

void Client::log_in() {
    ServerConnection::log_in();
    check_names();
}

// Servers before version 17 cut the name of a database to 63 bytes before they look for it.
void Client::check_names() {
    constexpr std::size_t limit = 63;
    if (database_.size() <= limit) return;
    const auto entered = query("SELECT pg_catalog.current_database()").text(0, 0);
    if (entered == database_ || !database_.starts_with(entered)) return;
    throw Error(ErrorClass::not_found,
                fmt::format("{}: the server cuts the name of the database to '{}'", purpose_, entered),
                hint_for("3D000", target_.username));
}

// The connection does not block: a statement may be too large for what the server takes at once.
void Client::send(int accepted, Patience patience) {
    if (accepted == 0) fail(nullptr);
    int left = 0;
    await(
        patience,
        [&] {
            left = pq().flush(connection_.get());
            return left <= 0;
        },
        POLLIN | POLLOUT);
    if (left < 0) fail(nullptr);
}

// Null after the last result of a statement.
PGresult* Client::next_result(Patience patience) {
    await(patience, [&] { return pq().is_busy(connection_.get()) == 0; });
    return pq().get_result(connection_.get());
}

// The last result of what was sent. After one that fails no other comes.
Result Client::collect(ExecStatusType status, Patience patience) {
    Result last = expect(next_result(patience), status);
    if (status == PGRES_COPY_OUT) return last;
    while (PGresult* more = next_result(patience)) last = expect(more, status);
    return last;
}

void Client::execute(const std::string& statements, Patience patience) {
    cancellation_.check();
    send(pq().send_query(connection_.get(), statements.c_str()), patience);
    collect(PGRES_COMMAND_OK, patience);
}

bool Client::execute_unless(const std::string& statements, std::span<const std::string_view> states) {
    cancellation_.check();
    send(pq().send_query(connection_.get(), statements.c_str()));
    bool is_refused = false;
    while (PGresult* result = next_result(Patience::limited)) {
        Result owned(result);
        const char* state = pq().result_error_field(result, PG_DIAG_SQLSTATE);
        if (state != nullptr && std::ranges::find(states, std::string_view(state)) != states.end()) {
            is_refused = true;
        } else if (pq().result_status(result) != PGRES_COMMAND_OK) {
            fail(result);
        }
    }
    return !is_refused;
}

// The call with parameters, also for an empty list of them: with it the server accepts only one statement.
void Client::send_query(const std::string& statement, const std::vector<std::string>& parameters) {
    cancellation_.check();
    const auto values = pointers_to(parameters);
    send(pq().send_query_params(connection_.get(), statement.c_str(), static_cast<int>(values.size()),
                                nullptr, values.data(), nullptr, nullptr, 0));
}

Result Client::query(const std::string& statement, const std::vector<std::string>& parameters) {
    send_query(statement, parameters);
    return collect(PGRES_TUPLES_OK);
}

void Client::query_each(const std::string& statement, const std::vector<std::string>& parameters,
                        const std::function<void(const Result&)>& on_row) {
    send_query(statement, parameters);
    send(pq().set_single_row_mode(connection_.get()));
    for (;;) {
        PGresult* result = next_result(Patience::limited);
        if (result == nullptr) return;
        if (pq().result_status(result) == PGRES_SINGLE_TUPLE) {
            on_row(Result(result));
        } else {
            expect(result, PGRES_TUPLES_OK);
        }
    }
}

std::vector<Field> Client::describe(const std::string& statement) {
    cancellation_.check();
    send(pq().send_prepare(connection_.get(), "", statement.c_str(), 0, nullptr));
    collect(PGRES_COMMAND_OK);
    send(pq().send_describe_prepared(connection_.get(), ""));
    const auto result = collect(PGRES_COMMAND_OK);
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
    send_query(statement, {});
    collect(PGRES_COPY_OUT, Patience::working);
}

std::span<char> Client::next_copied() {
    char* row = nullptr;
    int size = pq().get_copy_data(connection_.get(), &row, 1);
    if (size == 0) {
        await(Patience::working, [&] {
            size = pq().get_copy_data(connection_.get(), &row, 1);
            return size != 0;
        });
    }
    copied_.reset(row);
    if (size > 0) return {row, static_cast<std::size_t>(size)};
    collect(PGRES_COMMAND_OK, Patience::working);
    return {};
}

Result Client::expect(PGresult* result, ExecStatusType status) {
    Result owned(result);
    if (result == nullptr || pq().result_status(result) != status) fail(result);
    return owned;
}

}  // namespace prevision::sources::postgres
