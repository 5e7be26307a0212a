#pragma once

#include "cli/verbs/noun.hpp"

/// Each adds a verb of `dataset`, in a file of its name. `services` and `noun` must outlive the action.
namespace prevision::cli {

using DatasetNoun = Noun<model::Dataset>;

void add_dataset_create(Command& command, Services& services, const DatasetNoun& noun);
void add_dataset_head(Command& command, Services& services);
void add_dataset_download(Command& command, Services& services);
void add_dataset_verify(Command& command, Services& services);
void add_dataset_wait(Command& command, Services& services, const DatasetNoun& noun);
void add_dataset_pin(Command& command, Services& services, const DatasetNoun& noun);
void add_dataset_unpin(Command& command, Services& services, const DatasetNoun& noun);
void add_dataset_prune(Command& command, Services& services);
void add_dataset_update(Command& command, Services& services, const DatasetNoun& noun);

}  // namespace prevision::cli
