#include "sources/postgres/client.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <poll.h>

#include "core/text.hpp"
#include "core/utf8.hpp"
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
    const std::string bytes(pq().getvalue(result_.get(), row, column),
                            static_cast<std::size_t>(pq().getlength(result_.get(), row, column)));
    auto text = decoder_ == nullptr ? bytes : decoder_->convert(bytes);
    if (text && is_utf8(*text)) return *text;
    throw Error(
        ErrorClass::integrity,
        fmt::format("a name in the database is not {}", decoder_ == nullptr ? "UTF-8" : decoder_->name()),
        "name the encoding of the database's text by the connector's --encoding");
}

void Client::log_in() {
    ServerConnection::log_in();
    if (has_raw_text() && !target_.encoding.empty()) {
        encoder_.emplace("UTF-8", target_.encoding);
        decoder_.emplace(target_.encoding, "UTF-8");
    }
    check_names();
}

// Most servers cut the names of users and databases to 63 bytes before they look for them.
void Client::check_names() {
    constexpr std::size_t limit = 63;
    if (database_.size() <= limit && username().size() <= limit) return;
    const auto entered = query("SELECT session_user, pg_catalog.current_database()");
    const auto is_cut = [](const std::string& name, const std::string& taken) {
        return name.size() > limit && name != taken && name.starts_with(taken);
    };
    if (const auto user = entered.text(0, 0); is_cut(username(), user)) {
        knows_user_ = false;
        throw Error(ErrorClass::auth,
                    fmt::format("{}: the server cuts the name of the user to '{}'", purpose_, user),
                    "names of PostgreSQL have at most 63 bytes");
    }
    if (const auto database = entered.text(0, 1); is_cut(database_, database)) {
        throw Error(ErrorClass::not_found,
                    fmt::format("{}: the server cuts the name of the database to '{}'", purpose_, database),
                    hint_for("3D000", target_.username));
    }
}

bool Client::can_send(std::string_view text) { return !encoder_ || encoder_->convert(text).has_value(); }

const std::string& Client::encoded(const std::string& text) {
    if (!encoder_) return text;
    if (auto bytes = encoder_->convert(text)) return encoded_ = std::move(*bytes);
    throw Error(ErrorClass::invalid, fmt::format("{}: a name or a text has characters that {} does not have",
                                                 purpose_, target_.encoding));
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

std::uint64_t Client::execute(const std::string& statements, Patience patience) {
    cancellation_.check();
    send(pq().send_query(connection_.get(), encoded(statements).c_str()), patience);
    const auto result = collect(PGRES_COMMAND_OK, patience);
    return static_cast<std::uint64_t>(parse_integer(pq().cmd_tuples(result.handle())).value_or(0));
}

bool Client::execute_unless(const std::string& statements, std::span<const std::string_view> states) {
    cancellation_.check();
    send(pq().send_query(connection_.get(), encoded(statements).c_str()));
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
    std::vector<std::string> sent;
    sent.reserve(parameters.size());
    for (const auto& parameter : parameters) sent.push_back(encoded(parameter));
    const auto values = pointers_to(sent);
    send(pq().send_query_params(connection_.get(), encoded(statement).c_str(),
                                static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr,
                                0));
}

Result Client::query(const std::string& statement, const std::vector<std::string>& parameters,
                     Patience patience) {
    send_query(statement, parameters);
    return collect(PGRES_TUPLES_OK, patience);
}

void Client::query_each(const std::string& statement, const std::vector<std::string>& parameters,
                        const std::function<void(const Result&)>& on_row) {
    send_query(statement, parameters);
    send(pq().set_single_row_mode(connection_.get()));
    for (;;) {
        PGresult* result = next_result(Patience::limited);
        if (result == nullptr) return;
        if (pq().result_status(result) == PGRES_SINGLE_TUPLE) {
            on_row(Result(result, decoder_ ? &*decoder_ : nullptr));
        } else {
            expect(result, PGRES_TUPLES_OK);
        }
    }
}

std::vector<Field> Client::describe(const std::string& statement) {
    cancellation_.check();
    take_cut_name();
    send(pq().send_prepare(connection_.get(), "", encoded(statement).c_str(), 0, nullptr));
    collect(PGRES_COMMAND_OK);
    if (const auto cut = take_cut_name(); !cut.empty())
        throw Error(ErrorClass::invalid, fmt::format("{}: {}", purpose_, cut),
                    "names of PostgreSQL have at most 63 bytes");
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
    Result owned(result, decoder_ ? &*decoder_ : nullptr);
    if (result == nullptr || pq().result_status(result) != status) fail(result);
    return owned;
}

}  // namespace prevision::sources::postgres
