#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sources/source.hpp"

namespace prevision::testing {

using Row = std::vector<std::optional<std::string>>;

/// Hands a row to a sink as a source does: a Value that is not NULL points somewhere, also when it is empty.
inline void send_row(sources::RowSink& sink, const Row& row) {
    std::vector<sources::Value> values;
    values.reserve(row.size());
    for (const auto& value : row) {
        values.push_back(value ? sources::Value{value->data(), value->size()} : sources::Value{});
    }
    sink.row(values);
}

inline sources::Column column(std::string name, sources::ValueKind kind = sources::ValueKind::text,
                              std::string type = {}) {
    return {.name = std::move(name), .type = std::move(type), .kind = kind, .nullable = true};
}

inline std::vector<sources::Column> columns_of_kind(std::size_t count, sources::ValueKind kind) {
    std::vector<sources::Column> columns;
    for (std::size_t i = 0; i < count; ++i) {
        columns.push_back(column("c" + std::to_string(i), kind));
    }
    return columns;
}

}  // namespace prevision::testing
