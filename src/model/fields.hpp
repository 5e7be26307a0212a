#pragma once

#include "model/exporter.hpp"
#include "model/model.hpp"

/// Fields that have the same name in the API and in the store. Each function calls `field(name, member)` for every
/// one of its object's fields.
namespace prevision::model {

/// All texts.
template <typename Datasource, typename Field>
void visit_location(Datasource& datasource, Field&& field) {
    field("path", datasource.path);
    field("database", datasource.database);
    field("table", datasource.table);
    field("bucket", datasource.bucket);
    field("request", datasource.request);
    field("g_cloud", datasource.g_cloud);
}

/// Texts; `header`, an optional boolean; and `skip`, an optional number.
template <typename Format, typename Field>
void visit_format(Format& format, Field&& field) {
    field("separator", format.separator);
    field("quote", format.quote);
    field("escape", format.escape);
    field("comment", format.comment);
    field("header", format.header);
    field("skip", format.skip);
    field("encoding", format.encoding);
}

/// All texts.
template <typename Exporter, typename Field>
void visit_target(Exporter& exporter, Field&& field) {
    field("filepath", exporter.filepath);
    field("bucket", exporter.bucket);
    field("database", exporter.database);
    field("table", exporter.table);
    field("g_cloud", exporter.g_cloud);
    field("file_write_mode", exporter.file_write_mode);
    field("database_write_mode", exporter.database_write_mode);
}

}  // namespace prevision::model
