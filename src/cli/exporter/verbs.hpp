#pragma once

#include "cli/verbs/noun.hpp"

/// Each adds a verb of `exporter`, in a file of its name. `services` and `noun` must outlive the action.
namespace prevision::cli {

using ExporterNoun = Noun<model::Exporter>;

void add_exporter_create(Command& command, Services& services, const ExporterNoun& noun);
void add_exporter_update(Command& command, Services& services, const ExporterNoun& noun);
void add_exporter_run(Command& command, Services& services);
void add_exporter_exports(Command& command, Services& services);

/// The columns of an export.
std::vector<Field<model::Export>> export_fields();

}  // namespace prevision::cli
