#include "snapshot/inspect/row_preview.hpp"

#include "core/utf8.hpp"

namespace prevision::snapshot {

void RowPreview::columns(std::vector<sources::Column> columns) {
    if (sink_ == nullptr || columns_sent_) return;
    for (auto& column : columns) {
        column.name = valid_utf8(column.name);
        column.kind = sources::ValueKind::text;
        column.nullable = true;
    }
    columns_sent_ = true;
    width_ = columns.size();
    sink_->columns(columns);
}

void RowPreview::row(const PreviewRow& row) {
    if (!wants_rows()) return;
    ++rows_;
    std::vector<std::string> texts(width_);
    std::vector<sources::Value> values(width_);
    for (std::size_t i = 0; i < width_ && i < row.size(); ++i) {
        if (!row[i]) continue;
        texts[i] = valid_utf8(*row[i]);
        values[i] = {texts[i].data(), texts[i].size()};
    }
    sink_->row(values);
}

}  // namespace prevision::snapshot
