#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "core/byte_sink.hpp"
#include "core/file.hpp"

namespace prevision {

/// A file that becomes visible whole or not at all. It is written in the folder of its final place, without a name or
/// under a temporary one; `commit` makes it durable and moves it there, and destruction without `commit` removes it. Where
/// only an existing file can be written and not its folder, `commit` writes into that file, which is not atomic. One thread
/// at a time.
class AtomicFile final : public ByteSink {
  public:
    /// Opens the temporary file, with these permission bits. Error internal when that cannot be.
    explicit AtomicFile(std::filesystem::path path, unsigned mode = 0600);
    ~AtomicFile() override;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// Appends. Error internal (full disk, …); the file can still only be discarded then.
    void write(std::string_view bytes) override;

    /// Gives the file the mode and owner of the one that `commit` is to replace. Where the owner cannot be given, `commit` writes
    /// into the existing file instead of replacing it, which is not atomic.
    void keep_mode_and_owner(unsigned mode, unsigned owner, unsigned group);

    /// Puts it in its place, and replaces a file that is there.
    void commit();

    /// Puts it in its place unless a file is there already: then false, and it is discarded.
    bool commit_if_absent();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    bool open_elsewhere();
    void sync_file();
    void overwrite();
    void sync_directory() const;
    void give_name();
    [[nodiscard]] bool link_to(const std::filesystem::path& name) const;
    [[nodiscard]] std::filesystem::path folder() const;

    std::filesystem::path path_;
    std::filesystem::path temporary_;
    FileDescriptor file_;
    std::uint64_t written_ = 0;
    std::uint64_t set_off_ = 0;  ///< of it, what the disk was asked to take
    bool pending_ = false;       ///< the temporary name exists
    bool overwrites_ = false;
};

}  // namespace prevision
