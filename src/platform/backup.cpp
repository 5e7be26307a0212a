#include "platform/backup.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/id.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "platform/datasets/archive.hpp"
#include "platform/datasets/dataset_file.hpp"
#include "platform/platform.hpp"
#include "platform/state.hpp"
#include "platform/store/migrations.hpp"

namespace prevision::platform {

namespace {

constexpr auto sums_name = "SHA256SUMS";
constexpr auto store_name = "prevision.db";
constexpr auto key_name = "vault.key";
constexpr std::size_t buffer_size = std::size_t{256} << 10U;
constexpr std::size_t longest_text = std::size_t{64} << 20U;

using Read = std::function<std::size_t(std::span<char>)>;

std::string file_of(const std::string& dataset_id) { return fmt::format("datasets/{}.csv", dataset_id); }

bool is_member(const std::string& name) {
    if (name == sums_name || name == store_name || name == key_name) return true;
    return name.size() == file_of("").size() + 24 && is_id(std::string_view(name).substr(9, 24)) &&
           name == file_of(name.substr(9, 24));
}

/// A tar archive that notes the SHA-256 of each member.
class Archive {
  public:
    explicit Archive(ByteSink& sink) : tar_(sink) {}

    void add(const std::string& name, std::uint64_t size, const Read& read) {
        Sha256 hash;
        tar_.add(name, size, [&](std::span<char> buffer) {
            const auto count = read(buffer);
            hash.update(std::string_view(buffer.data(), count));
            return count;
        });
        sums_ += fmt::format("{}  {}\n", hash.finish(), name);
    }

    void add(const std::string& name, std::string_view content) {
        std::size_t position = 0;
        add(name, content.size(), [&](std::span<char> buffer) {
            const auto count = std::min(buffer.size(), content.size() - position);
            std::copy_n(content.data() + position, count, buffer.data());
            position += count;
            return count;
        });
    }

    void finish() {
        add(sums_name, std::string(sums_));
        tar_.finish();
    }

  private:
    TarWriter tar_;
    std::string sums_;
};

std::string content_of(sqlite::Database& database) {
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> bytes(
        sqlite3_serialize(database.handle(), "main", &size, 0), &sqlite3_free);
    if (!bytes) throw sqlite::SqliteError(SQLITE_NOMEM, sqlite3_errstr(SQLITE_NOMEM));
    return {reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size)};
}

/// A database in memory with this content.
sqlite::Database open_content(const std::string& content) {
    sqlite::Database database(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
    auto* const bytes = static_cast<unsigned char*>(sqlite3_malloc64(content.size()));
    if (bytes == nullptr) throw sqlite::SqliteError(SQLITE_NOMEM, sqlite3_errstr(SQLITE_NOMEM));
    std::copy(content.begin(), content.end(), bytes);
    bytes[18] = bytes[19] = 1;  // a database in memory cannot be in WAL mode
    const auto size = static_cast<sqlite3_int64>(content.size());
    sqlite3_deserialize(database.handle(), "main", bytes, size, size,
                        SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
    return database;
}

struct KeptDataset {
    std::string id;
    std::uint64_t bytes = 0;
    std::string sha256;
};

std::vector<KeptDataset> done_datasets(sqlite::Database& database) {
    std::vector<KeptDataset> datasets;
    auto statement =
        database.prepare("SELECT id, bytes, sha256 FROM datasets WHERE state = 'done' ORDER BY seq");
    while (statement.step()) {
        datasets.push_back({.id = statement.text(0),
                            .bytes = static_cast<std::uint64_t>(statement.integer(1)),
                            .sha256 = statement.text(2)});
    }
    return datasets;
}

std::uint64_t count_secrets(sqlite::Database& database) {
    auto statement = database.prepare("SELECT COUNT(*) FROM secrets");
    statement.step();
    return static_cast<std::uint64_t>(statement.integer(0));
}

std::string fingerprint_of(sqlite::Database& database) {
    auto statement = database.prepare("SELECT value FROM settings WHERE name = 'key_fingerprint'");
    return statement.step() ? statement.text(0) : std::string();
}

/// Adds the dataset's file, which a deletion cannot remove meanwhile. False when it has been deleted.
bool add_dataset(State& state, const KeptDataset& kept, Archive& archive, const Cancellation& cancellation) {
    const auto working = state.jobs.work_on(kept.id);
    if (!state.datasets.find(kept.id)) return false;
    model::Dataset dataset;
    dataset.bytes = kept.bytes;
    dataset.sha256 = kept.sha256;
    DatasetReader reader(state.jobs.file_of(kept.id), dataset);
    archive.add(file_of(kept.id), kept.bytes, [&](std::span<char> buffer) {
        cancellation.check();
        return reader.read(buffer);
    });
    return true;
}

Error damaged(const std::filesystem::path& backup, const std::string& why) {
    return {ErrorClass::integrity, fmt::format("{} is not a whole backup: {}", backup.string(), why),
            "nothing was restored; take another backup"};
}

/// A folder that is removed with all that is in it.
class Staging {
  public:
    explicit Staging(std::filesystem::path path) : path_(std::move(path)) {
        create_private_directory(path_ / "datasets");
    }
    ~Staging() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

/// Unpacks all members. Returns their sums by name, after comparing them with SHA256SUMS.
std::map<std::string, std::string> unpack(const std::filesystem::path& backup, const Staging& staging,
                                          const Cancellation& cancellation) {
    std::map<std::string, std::string> sums;
    std::string listed;
    std::set<std::string> names;
    read_tar(backup, [&](const std::string& name, const Read& read) {
        if (!is_member(name) || !names.insert(name).second)
            throw damaged(backup, fmt::format("it holds '{}'", name));
        AtomicFile file(staging / name, 0600);
        Sha256 hash;
        std::string buffer(buffer_size, '\0');
        while (const auto count = read(buffer)) {
            cancellation.check();
            const auto bytes = std::string_view(buffer).substr(0, count);
            hash.update(bytes);
            file.write(bytes);
        }
        file.commit();
        if (name != sums_name) sums.emplace(name, hash.finish());
        if (name == sums_name) listed = read_file(staging / name, longest_text);
    });
    std::string found;
    std::set<std::string> lines;
    for (const auto& [name, sum] : sums) lines.insert(fmt::format("{}  {}", sum, name));
    std::set<std::string> wanted;
    for (const auto& line : split(listed, '\n')) {
        if (!line.empty()) wanted.insert(line);
    }
    if (listed.empty()) throw damaged(backup, "its end is missing");
    if (lines != wanted) throw damaged(backup, "a file has another SHA-256 than its list says");
    return sums;
}

/// The datasets of one content share a file, as they did before the backup, which has it under the id of one of them.
class SharedFiles {
  public:
    SharedFiles(const Staging& staging, const std::map<std::string, std::string>& sums) : staging_(staging) {
        for (const auto& [name, sum] : sums) {
            if (name.starts_with("datasets/")) names_.emplace(sum, name);
        }
    }

    /// Makes the dataset's file. False when no file has its content.
    bool add(const KeptDataset& dataset) {
        const auto found = names_.find(dataset.sha256);
        if (found == names_.end()) return false;
        const auto from = staging_ / found->second;
        const auto to = staging_ / file_of(dataset.id);
        if (::link(from.c_str(), to.c_str()) == 0) return true;
        std::error_code failure;
        return std::filesystem::copy_file(from, to, failure);
    }

  private:
    const Staging& staging_;
    std::map<std::string, std::string> names_;  ///< of files, by their SHA-256
};

/// Checks that the unpacked files belong together.
BackupContent check_unpacked(const std::filesystem::path& backup, const Staging& staging,
                             const std::map<std::string, std::string>& sums) {
    if (!sums.contains(store_name)) throw damaged(backup, "it holds no store");
    BackupContent content{.has_key = sums.contains(key_name)};
    sqlite::Database store(staging / store_name, SQLITE_OPEN_READWRITE);
    if (read_version(store) > newest_version()) {
        throw Error(ErrorClass::invalid, fmt::format("{} was made by a newer prevision", backup.string()),
                    "update this one");
    }
    {
        auto check = store.prepare("PRAGMA integrity_check");
        if (!check.step() || check.text(0) != "ok") throw damaged(backup, "its store is damaged");
    }
    store.execute("PRAGMA journal_mode = WAL");
    SharedFiles shared(staging, sums);
    for (const auto& dataset : done_datasets(store)) {
        const auto found = sums.find(file_of(dataset.id));
        const bool is_whole =
            found != sums.end() && (dataset.sha256.empty() || found->second == dataset.sha256);
        if (!is_whole && (found != sums.end() || !shared.add(dataset)))
            throw damaged(backup, fmt::format("the dataset {} is missing or damaged", dataset.id));
        ++content.datasets;
    }
    content.secrets = count_secrets(store);
    if (content.has_key && content.secrets > 0) {
        const VaultKey key(Secret(read_file(staging / key_name, 1000)));
        if (key.fingerprint() != fingerprint_of(store))
            throw damaged(backup, "its key is not that of its secrets");
    }
    return content;
}

void move_into(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
        throw Error(ErrorClass::internal,
                    fmt::format("cannot write {}: {}", to.string(), system_message(errno)));
}

}  // namespace

BackupContent write_backup(Platform& platform, bool with_key, ByteSink& sink, Cancellation& cancellation) {
    auto& state = platform.state();
    auto copy =
        open_content(state.store.read([](sqlite::Database& database) { return content_of(database); }));
    BackupContent content{.secrets = count_secrets(copy)};
    copy.execute("PRAGMA foreign_keys = ON");
    Archive archive(sink);
    std::set<std::string> added;  // contents, by their SHA-256: each is there once
    for (const auto& dataset : done_datasets(copy)) {
        const bool is_added = added.contains(dataset.sha256) && state.datasets.find(dataset.id);
        if (is_added || add_dataset(state, dataset, archive, cancellation)) {
            if (!dataset.sha256.empty()) added.insert(dataset.sha256);
            ++content.datasets;
        } else {
            copy.prepare("DELETE FROM datasets WHERE id = ?").bind(1, dataset.id).run();
        }
    }
    if (with_key && content.secrets > 0) {
        if (state.vault.fingerprint() != fingerprint_of(copy))
            throw Error(ErrorClass::conflict, "the vault's key was replaced during the backup", "try again");
        archive.add(key_name, state.vault.line().reveal());
        content.has_key = true;
    }
    // Last, when it is known which datasets were deleted meanwhile.
    archive.add(store_name, content_of(copy));
    archive.finish();
    return content;
}

BackupContent restore_backup(const std::filesystem::path& backup, const std::filesystem::path& home,
                             Cancellation& cancellation) {
    // Error not_found. What a pipe holds would be lost when it is closed again.
    std::error_code unknown;
    if (!std::filesystem::is_fifo(backup, unknown)) open_file(backup, O_RDONLY);
    if (may_exist(home / store_name)) {
        throw Error(ErrorClass::conflict, fmt::format("the home {} has a platform already", home.string()),
                    "set PREVISION_HOME to a new folder");
    }
    create_private_directory(home);
    const Staging staging(home / fmt::format("{}.{}.part", store_name, new_id()));
    const auto content = check_unpacked(backup, staging, unpack(backup, staging, cancellation));
    if (content.has_key) move_into(staging / key_name, home / key_name);
    move_into(staging / "datasets", home / "datasets");
    // The store comes last: until it is there, the home counts as empty.
    if (::link((staging / store_name).c_str(), (home / store_name).c_str()) != 0) {
        throw Error(errno == EEXIST ? ErrorClass::conflict : ErrorClass::internal,
                    fmt::format("cannot write {}: {}", (home / store_name).string(), system_message(errno)));
    }
    return content;
}

}  // namespace prevision::platform
