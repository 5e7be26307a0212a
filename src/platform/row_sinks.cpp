#include "platform/row_sinks.hpp"

#include "core/text.hpp"
#include "platform/utf8.hpp"

namespace prevision::platform {

void SampleSink::columns(std::span<const sources::Column> columns) {
    for (const auto& column : columns) {
        sample_.columns.push_back(valid_utf8(column.name));
        kinds_.push_back(column.kind);
    }
}

void SampleSink::row(std::span<const sources::Value> values) {
    auto& cells = sample_.rows.emplace_back();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& value = values[i];
        if (value.is_null()) {
            cells.emplace_back(std::nullopt);
        } else if (kinds_.at(i) == sources::ValueKind::binary) {
            cells.emplace_back("\\x" + to_hex(value.text()));
        } else {
            cells.emplace_back(valid_utf8(value.text()));
        }
    }
}

}  // namespace prevision::platform
