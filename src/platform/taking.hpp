#pragma once

#include "platform/datasets/jobs.hpp"
#include "platform/state.hpp"

namespace prevision::platform {

/// Takes the snapshot of a dataset: opens its datasource, writes the file, and describes what was read. With
/// `if_changed`, names the dataset that the source is still as in, where there is one, and writes no file. Errors as a
/// Source's.
Jobs::Taken take_snapshot(State& state, const model::Dataset& dataset, const std::filesystem::path& file,
                          Cancellation& cancellation, const Jobs::Observer& observer);

}  // namespace prevision::platform
