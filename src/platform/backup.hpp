#pragma once

#include <cstdint>
#include <filesystem>

#include "core/byte_sink.hpp"
#include "core/cancellation.hpp"

namespace prevision::platform {

class Platform;

/// What a backup holds.
struct BackupContent {
    std::uint64_t datasets = 0;
    std::uint64_t secrets = 0;
    bool has_key = false;
};

/// Writes a tar archive of a home that may be in use: the store as it was at one moment, the files of its done datasets,
/// the vault's key if `with_key`, and SHA256SUMS. Error integrity when a dataset is damaged, conflict when the vault's key
/// is replaced meanwhile; the cancellation's; what the sink throws.
BackupContent write_backup(Platform& platform, bool with_key, ByteSink& sink, Cancellation& cancellation);

/// Makes a home from a backup: checks every file, the store and the key first, then moves them into the home. Error
/// conflict when the home has a store, integrity when the backup is damaged or not whole. Then the home is unchanged.
BackupContent restore_backup(const std::filesystem::path& backup, const std::filesystem::path& home,
                             Cancellation& cancellation);

}  // namespace prevision::platform
