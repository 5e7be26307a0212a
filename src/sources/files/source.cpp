#include "sources/files/source.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "net/socket.hpp"
#include "sources/field.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace {

constexpr std::size_t deepest = 100;  // folders in folders, before it must be a loop

std::string join_path(const std::string& folder, const std::string& name) {
    if (folder.empty() || folder.ends_with('/')) return folder + name;
    return folder + '/' + name;
}

/// "reports//" → "reports"; "/" stays.
std::string without_last_slashes(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
}

class RemoteFile final : public DistantFile {
  public:
    RemoteFile(FileSession& session, std::string path) : session_(session), path_(std::move(path)) {}

    FileVersion look() override { return session_.look(path_); }
    void fetch(std::uint64_t offset, const Take& take) override { session_.fetch(path_, offset, take); }
    [[nodiscard]] std::string title() const override { return session_.title(path_); }

  private:
    FileSession& session_;
    std::string path_;
};

class FileSource final : public Source {
  public:
    FileSource(std::unique_ptr<FileSession> session, Cancellation& cancellation)
        : session_(std::move(session)), cancellation_(cancellation) {}

    void test(const std::optional<Location>& location, const StageObserver& observer) override {
        std::vector<net::Address> addresses;
        const auto& server = session_->server();
        run_stage(observer, "resolve", [&] {
            cancellation_.check();
            addresses = net::resolve(server.host, server.port, server.rules);
            return addresses.empty() ? "" : addresses.front().text;
        });
        run_stage(observer, "connect", [&] {
            net::connect(addresses, server.address(), server.connect_timeout, cancellation_);
            return server.address();
        });
        log_in(observer);
        run_stage(observer, "list", [&] { return list_for_test(location); });
        if (!location) return;
        run_stage(observer, "read", [&] { return read_for_test(location->path); });
    }

    void browse(const std::string& path, bool recursive, const EntryObserver& each) override {
        cancellation_.check();
        if (path.find('\0') != std::string::npos) refuse_field("path", "it holds a NUL byte");
        const auto root = without_last_slashes(path);
        bool any = false;
        try {
            browse_folder(root, "", recursive ? deepest : 0, [&](const Entry& entry) {
                any = true;
                each(entry);
            });
        } catch (const Error& error) {
            // A file lists as itself, as with ls; with a slash behind its name it does not.
            const auto file = any || root != path ? std::nullopt : look_for_file(root, error);
            if (!file) throw;
            each(*file);
        }
    }

    void read(const Location& location, const ReadOptions& /*options*/, ContentSink& sink) override {
        check_file_location(location);
        cancellation_.check();
        RemoteFile file(*session_, location.path);
        transfer_file(
            file,
            [&](const FileVersion& version) -> ByteSink& {
                const auto name = location.path.substr(location.path.rfind('/') + 1);
                return sink.file({.name = name,
                                  .size = version.size,
                                  .modified = version.modified,
                                  .path = location.path});
            },
            cancellation_);
    }

    [[nodiscard]] std::optional<std::string> host_key() const override { return session_->host_key(); }
    [[nodiscard]] std::vector<std::string> notes() const override { return session_->notes(); }

  private:
    /// The stages tls and auth.
    void log_in(const StageObserver& observer) {
        const auto login = session_->log_in();
        const bool tls_failed = login.error && login.failed_in_tls;
        observer({.name = "tls",
                  .ok = !tls_failed,
                  .elapsed = login.tls,
                  .message = tls_failed ? login.error->what() : login.encryption});
        if (!tls_failed) {
            observer({.name = "auth",
                      .ok = !login.error,
                      .elapsed = login.auth,
                      .message = login.error ? login.error->what()
                                             : fmt::format("as '{}'", session_->server().username)});
        }
        if (login.error) throw Error(*login.error);
    }

    std::string list_for_test(const std::optional<Location>& location) {
        const std::string folder(location ? parent_of(location->path) : "");
        std::uint64_t count = 0;
        session_->list(folder, [&](const ListedEntry&) { ++count; });
        return fmt::format("{} {} in {}", format_count(count), count == 1 ? "entry" : "entries",
                           folder.empty() ? "the login folder" : folder);
    }

    /// Looks at the file and reads its first bytes.
    std::string read_for_test(const std::string& path) {
        const auto version = session_->look(path);
        std::size_t count = 0;
        session_->fetch(path, 0, [&](std::string_view bytes) {
            count = bytes.size();
            return false;
        });
        return fmt::format("{}{}{}, {}", version.size ? format_bytes(*version.size) : "unknown size",
                           version.modified.empty() ? "" : ", of ", version.modified,
                           count == 0 ? "empty" : "the first bytes read");
    }

    /// The entry of a path whose listing failed, where that is because it is a file.
    std::optional<Entry> look_for_file(const std::string& path, const Error& failure) {
        if (failure.error_class() != ErrorClass::invalid) return std::nullopt;
        FileVersion version;
        try {
            version = session_->look(path);
        } catch (const Error& error) {
            cancellation_.check();
            // One that may not be read is there, too.
            if (error.error_class() != ErrorClass::auth) return std::nullopt;
        }
        const auto name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
        return Entry{
            .name = name, .path = name, .kind = "file", .size = version.size, .modified = version.modified};
    }

    // The folders in a folder are remembered until it is done, and nothing else.
    void browse_folder(const std::string& root, const std::string& below, std::size_t levels,
                       const EntryObserver& each) {
        std::vector<std::string> folders;
        session_->list(below.empty() ? root : join_path(root, below), [&](const ListedEntry& entry) {
            auto place = join_path(below, entry.name);
            each({.name = entry.name,
                  .path = place,
                  .kind = entry.kind,
                  .size = entry.size,
                  .modified = entry.modified});
            if (levels > 0 && entry.kind == "folder") folders.push_back(std::move(place));
        });
        for (const auto& folder : folders) {
            cancellation_.check();
            if (levels == 1) {
                throw Error(ErrorClass::invalid,
                            fmt::format("cannot list {}: there are more than {} folders in each other",
                                        session_->title(join_path(root, folder)), deepest));
            }
            browse_folder(root, folder, levels - 1, each);
        }
    }

    std::unique_ptr<FileSession> session_;
    Cancellation& cancellation_;
};

class SessionWriter final : public FileWriter {
  public:
    explicit SessionWriter(std::unique_ptr<FileSession> session) : session_(std::move(session)) {}

    bool exists(const Location& location) override { return session_->exists(location.path); }
    void write(const Location& location, const OutgoingFile& file) override {
        session_->store(location.path, file);
    }
    [[nodiscard]] std::optional<std::string> host_key() const override { return session_->host_key(); }

  private:
    std::unique_ptr<FileSession> session_;
};

}  // namespace

std::unique_ptr<FileWriter> make_file_writer(std::unique_ptr<FileSession> session) {
    return std::make_unique<SessionWriter>(std::move(session));
}

std::unique_ptr<Source> make_file_source(std::unique_ptr<FileSession> session, Cancellation& cancellation) {
    return std::make_unique<FileSource>(std::move(session), cancellation);
}

void check_file_location(const Location& location) {
    const auto refuse_given = [](std::string_view field, const std::string& value) {
        if (!value.empty())
            refuse_field(field, "a file server does not have it", "name the file with --path");
    };
    refuse_given("database", location.database);
    refuse_given("table", location.table);
    refuse_given("request", location.request);
    refuse_given("bucket", location.bucket);
    if (location.path.empty()) refuse_field("path", "it is empty", "name the file with --path");
    if (location.path.ends_with('/')) refuse_field("path", "it names a folder", "name a file in it");
    if (location.path.find('\0') != std::string::npos) refuse_field("path", "it holds a NUL byte");
}

}  // namespace prevision::sources
