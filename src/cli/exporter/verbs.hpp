#pragma once

#include "cli/exporter/options.hpp"
#include "cli/verbs/names.hpp"
#include "cli/verbs/noun.hpp"

/// Each adds a verb of `exporter`, in a file of its name. `services` and `noun` must outlive the action.
namespace prevision::cli {

using ExporterNoun = Noun<model::Exporter>;

void add_exporter_create(Command& command, Services& services, const ExporterNoun& noun);
void add_exporter_update(Command& command, Services& services, const ExporterNoun& noun);
void add_exporter_run(Command& command, Services& services);
void add_exporter_exports(Command& command, Services& services);

/// Changes the fields that the options give. Error usage when they give none.
model::Exporter update_exporter(const ExporterOptions& options, const model::Exporter& found,
                                Services& services);

using ExportFields = std::vector<Field<model::Export>>;

/// The columns of an export. `datasets` must outlive them.
ExportFields export_fields(Names<model::Dataset>& datasets);

}  // namespace prevision::cli
