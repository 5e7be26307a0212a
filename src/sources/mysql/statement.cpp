#include "sources/mysql/statement.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "sources/sql/text.hpp"

namespace prevision::sources::mysql {

Statement::Statement(Client& client, std::string_view sql, std::string zone_mark)
    : client_(client), zone_mark_(std::move(zone_mark)), statement_(client.new_statement()) {
    if (client_.wait<int>(
            [&](int* code) {
                return mariadb().stmt_prepare_start(code, statement_.get(), sql.data(), sql.size());
            },
            [&](int* code, int ready) { return mariadb().stmt_prepare_cont(code, statement_.get(), ready); },
            Patience::limited) != 0)
        fail();
    description_.reset(mariadb().stmt_result_metadata(statement_.get()));
    if (!description_)
        throw Error(ErrorClass::invalid, fmt::format("{}: it yields no rows", client_.purpose()));
    if (mariadb().stmt_param_count(statement_.get()) > 0) refuse_parameter("?");
}

// Closing a statement reads all its remaining rows, unless the connection is gone.
Statement::~Statement() {
    if (streaming_) client_.shut();
}

std::span<const MYSQL_FIELD> Statement::fields() const {
    return {mariadb().fetch_fields(description_.get()), mariadb().num_fields(description_.get())};
}

void Statement::execute() {
    if (client_.wait<int>(
            [&](int* code) { return mariadb().stmt_execute_start(code, statement_.get()); },
            [&](int* code, int ready) { return mariadb().stmt_execute_cont(code, statement_.get(), ready); },
            Patience::working) != 0)
        fail();
    streaming_ = true;
    // The server prepares again when a table has changed meanwhile, and the columns may be others.
    description_.reset(mariadb().stmt_result_metadata(statement_.get()));
    cells_.clear();
    for (const auto& field : fields()) cells_.emplace_back(field, zone_mark_);
    values_.assign(cells_.size(), {});
    std::vector<MYSQL_BIND> binds;
    for (auto& cell : cells_) binds.push_back(cell.bind());
    if (mariadb().stmt_bind_result(statement_.get(), binds.data()) != 0) fail();
}

bool Statement::next() {
    const int outcome = mariadb().stmt_fetch(statement_.get());
    if (outcome == MYSQL_NO_DATA) {
        streaming_ = false;
        return false;
    }
    if (outcome != 0 && outcome != MYSQL_DATA_TRUNCATED) fail();
    for (std::size_t at = 0; at < cells_.size(); ++at) {
        auto& cell = cells_[at];
        if (cell.is_cut() && !cell.fetch_whole(statement_.get(), static_cast<unsigned>(at))) fail();
        values_[at] = cell.value();
    }
    return true;
}

void Statement::fail() {
    streaming_ = false;
    // An error between two rows is the connection's, not the statement's.
    if (mariadb().stmt_errno(statement_.get()) == 0) client_.fail();
    client_.fail(mariadb().stmt_errno(statement_.get()), mariadb().stmt_error(statement_.get()));
}

}  // namespace prevision::sources::mysql
