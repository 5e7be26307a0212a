#include "sources/mysql/statement.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::sources {

MysqlStatement::MysqlStatement(MysqlConnection& connection, std::string_view sql)
    : connection_(connection), statement_(connection.new_statement()) {
    if (mysql_stmt_prepare(statement_.get(), sql.data(), sql.size()) != 0) fail();
    description_.reset(mysql_stmt_result_metadata(statement_.get()));
    if (!description_)
        throw Error(ErrorClass::invalid, fmt::format("{}: it gives no rows", connection_.purpose()));
}

MysqlStatement::~MysqlStatement() {
    if (streaming_)
        connection_.shut();  // else the library reads all that is left when the statement is closed
}

std::span<const MYSQL_FIELD> MysqlStatement::fields() const {
    return {mysql_fetch_fields(description_.get()), mysql_num_fields(description_.get())};
}

void MysqlStatement::execute() {
    cells_ = make_mysql_cells(fields());
    values_.assign(cells_.size(), {});
    auto binds = bind_mysql_cells(cells_);
    if (mysql_stmt_execute(statement_.get()) != 0 ||
        mysql_stmt_bind_result(statement_.get(), binds.data()) != 0)
        fail();
    streaming_ = true;
}

bool MysqlStatement::next() {
    const int outcome = mysql_stmt_fetch(statement_.get());
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

void MysqlStatement::fail() {
    streaming_ = false;
    // What goes wrong between two rows, the library keeps with the connection.
    if (mysql_stmt_errno(statement_.get()) == 0) connection_.fail();
    connection_.fail(mysql_stmt_errno(statement_.get()), mysql_stmt_error(statement_.get()));
}

}  // namespace prevision::sources
