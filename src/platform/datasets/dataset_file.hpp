#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"
#include "model/model.hpp"
#include "sources/source.hpp"

/// The file of a dataset.
namespace prevision::platform {

/// Reads the file of a dataset, and checks it against the recorded size and SHA-256. One thread at a time.
class DatasetReader {
  public:
    /// Error integrity when the file is missing or has another size than was recorded.
    DatasetReader(std::filesystem::path path, const model::Dataset& dataset);

    /// Fills the buffer with the next bytes and returns their number; 0 at the end. Returns the last bytes only when
    /// all have the recorded SHA-256; else Error integrity.
    std::size_t read(std::span<char> buffer);

    /// Goes back to the first byte.
    void rewind();

    /// Reads all of it. Errors as `read`, and the cancellation's.
    void check(const Cancellation& cancellation);

  private:
    void load();
    void check_hash();
    [[nodiscard]] Error damaged(const std::string& why) const;

    std::filesystem::path path_;
    std::uint64_t bytes_;  ///< as the store has it
    std::string sha256_;   ///< as the store has it; may be empty
    FileDescriptor file_;
    std::optional<Sha256> hash_;
    std::string now_;   ///< may be returned
    std::string next_;  ///< read before it, so that the last bytes are known to be the last
    std::size_t position_ = 0;
    bool begun_ = false;
    bool ended_ = false;  ///< the file was read to its end, and has the recorded hash
};

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
