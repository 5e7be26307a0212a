#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "contract/source_contract.hpp"
#include "core/cancellation.hpp"
#include "sources/source.hpp"

namespace prevision::testing {

/// A system of files that a Source is tested against: how the Source reaches it, and how a client that is not
/// ours, or the file system below, changes it.
class FileSourceFixture {
  public:
    virtual ~FileSourceFixture() = default;

    [[nodiscard]] virtual sources::Connection connection() const = 0;

    /// The location of a file of the suite's, by its path: "a.txt", "folder/a.txt".
    [[nodiscard]] virtual sources::Location location(const std::string& path) const = 0;

    /// What `browse` is given for the folder of that path; "" is where the suite's files are.
    [[nodiscard]] virtual std::string folder(const std::string& path) const = 0;

    /// The name by which `browse` tells a folder.
    [[nodiscard]] virtual std::string folder_entry(const std::string& name) const { return name; }

    /// Whether a path that ends with a slash is no file's.
    [[nodiscard]] virtual bool has_folders() const { return true; }

    /// What a reading may hold in memory.
    [[nodiscard]] virtual std::size_t most_memory() const { return std::size_t{8} << 20U; }

    /// Writes the file anew, and the folders on the way to it.
    virtual void put(const std::string& path, const std::string& bytes) = 0;

    /// Removes all files and folders.
    virtual void clear() = 0;

    /// Names that the system cannot hold or ask for; the suite leaves them out.
    [[nodiscard]] virtual bool can_name(const std::string& name) const = 0;
};

/// Takes a file whole, or does what a test wants with its bytes.
class MemoryFile final : public sources::ContentSink, public ByteSink {
  public:
    sources::RowSink& table() override;
    ByteSink& file(const sources::FileInfo& found) override;
    void write(std::string_view some) override;
    [[nodiscard]] bool wants_more() const override { return wanted_; }

    std::optional<sources::FileInfo> info;
    int files = 0;
    std::string bytes;
    std::uint64_t count = 0;
    bool keep = true;
    std::function<bool()> on_write;  ///< after each piece; false ends the reading

  private:
    bool wanted_ = true;
};

/// Opens the connection and reads the location whole.
MemoryFile read_file_whole(const sources::Connection& connection, const sources::Location& location);

/// What `browse` tells, by path; fails the test where it tells one twice.
std::map<std::string, sources::Entry> browse_all(const sources::Connection& connection,
                                                 const std::string& folder, bool recursive = false);

/// Bytes that no text has, and that no other part of them repeats: a lost, doubled or changed one is seen.
std::string make_bytes(std::size_t size);

/// What every Source of files promises. Call it in a test case of its own.
void check_file_source_contract(FileSourceFixture& fixture);

}  // namespace prevision::testing
