#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "snapshot/inspect/file_inspector.hpp"
#include "sources/source.hpp"

namespace prevision::testing {

/// "name type" or "name type?" where it is nullable, one after the other.
inline std::string described(const std::vector<sources::Column>& schema) {
    std::string text;
    for (const auto& column : schema) {
        if (!text.empty()) text += ", ";
        text += column.name + ' ' + column.type + (column.nullable ? "?" : "");
    }
    return text;
}

inline std::string described(const snapshot::FileFindings& findings) {
    std::string text = findings.file_type + '|' + findings.compression + '|';
    if (findings.file_type == "csv" || findings.file_type == "tsv") {
        text += std::string(1, findings.separator) + findings.quote + (findings.header ? "h" : "-") + '|';
    }
    return text + findings.encoding + '|' + std::to_string(findings.rows) + '|' + described(findings.schema) +
           '|' + findings.note;
}

inline snapshot::FileFindings inspect(const std::string& name, std::string_view bytes,
                                      const snapshot::FormatOverrides& overrides = {},
                                      const snapshot::InspectionLimits& limits = {}) {
    snapshot::FileInspector inspector(name, overrides, {}, limits);
    inspector.write(bytes);
    return inspector.finish();
}

/// Keeps what a preview gets: the names first, then the rows.
class KeptRows final : public sources::RowSink {
  public:
    using Row = std::vector<std::optional<std::string>>;

    void columns(std::span<const sources::Column> columns) override {
        for (const auto& column : columns) names.push_back(column.name);
        ++calls;
    }
    void row(std::span<const sources::Value> values) override {
        Row row;
        for (const auto& value : values) {
            row.push_back(value.is_null() ? std::nullopt : std::optional(std::string(value.text())));
        }
        rows.push_back(std::move(row));
    }

    std::vector<std::string> names;
    std::vector<Row> rows;
    int calls = 0;
};

}  // namespace prevision::testing
