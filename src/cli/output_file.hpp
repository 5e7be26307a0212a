#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "core/io.hpp"

namespace prevision::cli {

/// A file that the user named for output. "-" is stdout. A link is followed. A device, a FIFO or a descriptor (/dev/stdout) is
/// written through. A regular file appears whole by `commit`, and one that is replaced keeps its mode and owner.
class OutputFile final : public ByteSink {
  public:
    /// Who may read a regular file. `as_usual`: a new file gets the user's umask, and a present one keeps its mode.
    enum class Readers { as_usual, owner };

    /// Opens it. Error internal when it cannot be written. `out` must outlive it.
    OutputFile(const std::filesystem::path& path, Output& out, Readers readers = Readers::as_usual);

    void write(std::string_view bytes) override;

    /// Puts a regular file in place, also over an existing one.
    void commit();

    /// The same, unless a file is there already: then false.
    bool commit_if_absent();

    /// Whether it writes to this process's stdout, also by another name (/dev/stdout).
    [[nodiscard]] bool is_stdout() const { return is_stdout_; }

    /// Whether a regular file is there, which `commit` would replace.
    [[nodiscard]] bool replaces() const { return replaces_; }

  private:
    std::filesystem::path path_;
    Output* out_ = nullptr;
    FileDescriptor through_;
    std::optional<AtomicFile> file_;
    bool is_stdout_ = false;
    bool replaces_ = false;
};

}  // namespace prevision::cli
