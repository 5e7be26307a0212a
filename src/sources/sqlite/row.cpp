#include "sources/sqlite/row.hpp"

#include <charconv>

#include "core/text.hpp"
#include "sources/sqlite/value.hpp"

namespace prevision::sources::sqlite {

namespace {

template <typename Number>
Value write_number(Number number, std::string& buffer) {
    buffer.resize(32);  // the longest of 64 bits has 24 characters
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    return {buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data())};
}

}  // namespace

RowWriter::RowWriter(sqlite3_stmt* statement, std::span<const Column> columns)
    : statement_(statement),
      values_(static_cast<std::size_t>(sqlite3_column_count(statement))),
      buffers_(values_.size()) {
    for (const auto& column : columns) {
        types_.push_back(column.type);
        const auto type = to_lower(column.type);
        is_real_.push_back(type.find("real") != std::string::npos || type.find("floa") != std::string::npos ||
                           type.find("doub") != std::string::npos);
    }
}

std::span<const Value> RowWriter::write() {
    for (std::size_t at = 0; at < values_.size(); ++at) {
        values_[at] = write(static_cast<int>(at), buffers_[at]);
    }
    return values_;
}

Value RowWriter::write(int column, std::string& buffer) {
    switch (sqlite3_column_type(statement_, column)) {
        case SQLITE_NULL:
            return {};
        case SQLITE_INTEGER:
            return write_number(sqlite3_column_int64(statement_, column), buffer);
        case SQLITE_FLOAT:
            return write_double(column, buffer);
        case SQLITE_BLOB:
            return write_bytes(column, buffer);
        default:
            return write_text(column);
    }
}

Value RowWriter::write_text(int column) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (text == nullptr) throw SqliteError(SQLITE_NOMEM, sqlite3_errstr(SQLITE_NOMEM));
    Value value{text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    value.is_text =
        TargetColumn::looks_like_another_kind(value.text(), types_[static_cast<std::size_t>(column)]);
    return value;
}

// In a column that holds numbers of any kind, 2.0 is not 2.
Value RowWriter::write_double(int column, std::string& buffer) {
    const double number = sqlite3_column_double(statement_, column);
    if (is_real_[static_cast<std::size_t>(column)]) return write_number(number, buffer);
    buffer = write_real(number);
    return {buffer.data(), buffer.size()};
}

Value RowWriter::write_bytes(int column, std::string& buffer) {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    buffer = "\\x";
    if (size > 0) buffer += to_hex({bytes, size});
    return {buffer.data(), buffer.size()};
}

}  // namespace prevision::sources::sqlite
