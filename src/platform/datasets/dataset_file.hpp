#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/cancellation.hpp"
#include "core/file.hpp"
#include "model/model.hpp"
#include "sources/source.hpp"

/// What a dataset is kept in.
namespace prevision::platform {

/// Opens a dataset's file. Error integrity when it is not there or has not the size that was stored.
FileDescriptor open_dataset_file(const std::filesystem::path& path, const model::Dataset& dataset);

/// Hands the names and the first `limit` rows of a dataset that is done to `sink`; all of them without one.
///
/// Error invalid when its file has no rows to show, or where all are wanted and one of them is not as the
/// others; integrity when the file is not as it was stored; the cancellation's; what the sink throws.
void read_dataset_rows(const std::filesystem::path& path, const model::Dataset& dataset,
                       std::optional<std::uint64_t> limit, sources::RowSink& sink,
                       const Cancellation& cancellation);

/// Of its bytes: "text/csv; charset=utf-8", "application/gzip".
std::string media_type(const model::DatasetFile& file);

/// That the rows of a file cannot be had, and why: Error invalid.
[[noreturn]] void refuse_rows(std::string_view name, std::string_view note, const std::string& hint);

}  // namespace prevision::platform
