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

/// The file of a dataset.
namespace prevision::platform {

/// Opens a dataset's file. Error integrity when it is missing or has another size than was recorded.
FileDescriptor open_dataset_file(const std::filesystem::path& path, const model::Dataset& dataset);

/// Passes the columns and the first `limit` rows of a done dataset to `sink`; all rows without a limit.
///
/// Error invalid when the format of its file has no rows, or, without a limit, when a row has another length than
/// the others; integrity when the file is not as it was recorded; the cancellation's; what the sink throws.
void read_dataset_rows(const std::filesystem::path& path, const model::Dataset& dataset,
                       std::optional<std::uint64_t> limit, sources::RowSink& sink,
                       const Cancellation& cancellation);

/// The media type of the file: "text/csv; charset=utf-8", "application/gzip".
std::string media_type(const model::DatasetFile& file);

/// Throws Error invalid: the rows of a file cannot be shown. `note` says why, or is empty.
[[noreturn]] void refuse_rows(std::string_view name, std::string_view note, const std::string& hint);

}  // namespace prevision::platform
