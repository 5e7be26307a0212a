#include "platform/datasets/archive.hpp"

#include <exception>
#include <memory>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/datasets/archive_library.hpp"

namespace prevision::platform {

namespace {

constexpr std::size_t block_size = std::size_t{256} * 1024;
constexpr std::uint64_t most_expansion = 1000;
constexpr std::uint64_t always_allowed = 64 << 20;  ///< also for a tiny archive

const ArchiveLibrary& library() {
    static const ArchiveLibrary loaded;
    return loaded;
}

struct FreeReader {
    void operator()(archive* reader) const { library().read_free(reader); }
};
struct FreeWriter {
    void operator()(archive* writer) const { library().write_free(writer); }
};
struct FreeEntry {
    void operator()(archive_entry* entry) const { library().entry_free(entry); }
};

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorClass::invalid, fmt::format("invalid zip: {}", why),
                "send a csv file, or a zip archive that holds one");
}

std::string reason_of(archive* handle) {
    const char* text = library().error_string(handle);
    return text != nullptr ? text : "it is damaged";
}

bool is_csv_name(std::string_view name) {
    const auto lower = to_lower(name);
    for (const std::string_view suffix : {".csv", ".tsv", ".txt"}) {
        if (lower.ends_with(suffix)) return true;
    }
    return false;
}

/// Folders, and the files that macOS adds to an archive.
bool is_ignored(archive_entry* entry, std::string_view name) {
    return library().entry_filetype(entry) == AE_IFDIR || name.starts_with("__MACOSX/");
}

void copy_entry(archive* reader, std::uint64_t limit, ByteSink& sink) {
    std::string buffer(block_size, '\0');
    std::uint64_t total = 0;
    for (;;) {
        const auto count = library().read_data(reader, buffer.data(), buffer.size());
        if (count < 0) refuse(reason_of(reader));
        if (count == 0) return;
        total += static_cast<std::uint64_t>(count);
        if (total > limit) refuse("it unpacks to far more than a file of its size should");
        sink.write(std::string_view(buffer).substr(0, static_cast<std::size_t>(count)));
    }
}

/// The argument of libarchive's callback, which keeps an exception here: none may pass through C.
struct Target {
    ByteSink& body;
    std::exception_ptr failure;
};

la_ssize_t write_block(archive* /*writer*/, void* data, const void* bytes, std::size_t size) {
    auto& target = *static_cast<Target*>(data);
    try {
        target.body.write({static_cast<const char*>(bytes), size});
        return static_cast<la_ssize_t>(size);
    } catch (...) {
        target.failure = std::current_exception();
        return -1;
    }
}

void check(int code, archive* writer, const Target& target) {
    if (target.failure) std::rethrow_exception(target.failure);
    if (code < ARCHIVE_WARN)
        throw Error(ErrorClass::internal, fmt::format("cannot write the zip: {}", reason_of(writer)));
}

}  // namespace

bool is_zip(std::string_view beginning) {
    return beginning.starts_with("PK\x03\x04") || beginning.starts_with("PK\x05\x06");
}

void read_zip(const std::filesystem::path& archive, std::uint64_t limit, ByteSink& sink) {
    const std::unique_ptr<struct archive, FreeReader> reader(library().read_new());
    library().read_support_format_zip_seekable(reader.get());
    if (library().read_open_filename(reader.get(), archive.c_str(), block_size) != ARCHIVE_OK)
        refuse(reason_of(reader.get()));
    std::error_code ignored;
    const std::uint64_t own_size = std::filesystem::file_size(archive, ignored);
    const auto most = std::min(limit, std::max(always_allowed, own_size * most_expansion));
    bool found = false;
    archive_entry* entry = nullptr;
    for (;;) {
        const int code = library().read_next_header(reader.get(), &entry);
        if (code == ARCHIVE_EOF) break;
        if (code < ARCHIVE_WARN) refuse(reason_of(reader.get()));
        const char* name = library().entry_pathname(entry);
        const std::string_view shown = name != nullptr ? name : "";
        if (is_ignored(entry, shown)) continue;
        if (found) refuse("it holds more than one file");
        if (name != nullptr && !is_csv_name(shown)) refuse("its file is not a csv file");
        if (library().entry_is_encrypted(entry) != 0) refuse("it is locked with a password");
        found = true;
        copy_entry(reader.get(), most, sink);
    }
    if (!found) refuse("it holds no file");
}

/// What the writers of zip and tar share.
struct ArchiveWriter {
    explicit ArchiveWriter(ByteSink& body)
        : target{.body = body, .failure = nullptr},
          writer(library().write_new()),
          entry(library().entry_new()) {}

    void open() {
        library().write_set_bytes_per_block(writer.get(), block_size);
        library().write_set_bytes_in_last_block(writer.get(), 1);
        require(library().write_open2(writer.get(), &target, nullptr, write_block, nullptr, nullptr));
    }

    void add(const std::string& name, std::uint64_t size, unsigned mode,
             const std::function<std::size_t(std::span<char>)>& read) {
        library().entry_set_pathname_utf8(entry.get(), name.c_str());
        library().entry_set_filetype(entry.get(), AE_IFREG);
        library().entry_set_perm(entry.get(), mode);
        library().entry_set_size(entry.get(), static_cast<la_int64_t>(size));
        require(library().write_header(writer.get(), entry.get()));
        std::string buffer(block_size, '\0');
        while (const auto count = read(buffer)) {
            const auto written = library().write_data(writer.get(), buffer.data(), count);
            require(written < 0 ? ARCHIVE_FATAL : ARCHIVE_OK);
        }
    }

    void close() { require(library().write_close(writer.get())); }

    void require(int code) const { check(code, writer.get(), target); }

    Target target;
    std::unique_ptr<archive, FreeWriter> writer;
    std::unique_ptr<archive_entry, FreeEntry> entry;
};

void write_zip(ByteSink& body, const std::string& file_name, std::uint64_t size,
               const std::function<std::size_t(std::span<char>)>& read) {
    ArchiveWriter zip(body);
    zip.require(library().write_set_format_zip(zip.writer.get()));
    library().write_set_options(zip.writer.get(), "hdrcharset=UTF-8,compression-level=1");
    zip.open();
    zip.add(file_name, size, 0644, read);
    zip.close();
}

struct TarWriter::Parts {
    ArchiveWriter archive;
};

TarWriter::TarWriter(ByteSink& body) : parts_(std::make_unique<Parts>(ArchiveWriter(body))) {
    parts_->archive.require(library().write_set_format_pax_restricted(parts_->archive.writer.get()));
    parts_->archive.open();
}

TarWriter::~TarWriter() = default;

void TarWriter::add(const std::string& name, std::uint64_t size,
                    const std::function<std::size_t(std::span<char>)>& read) {
    parts_->archive.add(name, size, 0600, read);
}

void TarWriter::finish() { parts_->archive.close(); }

void read_tar(const std::filesystem::path& archive,
              const std::function<void(const std::string& name,
                                       const std::function<std::size_t(std::span<char>)>& read)>& member) {
    const std::unique_ptr<struct archive, FreeReader> reader(library().read_new());
    const auto fail = [&](const std::string& why) {
        throw Error(ErrorClass::integrity,
                    fmt::format("{} is not a whole backup: {}", archive.string(), why));
    };
    library().read_support_format_tar(reader.get());
    if (library().read_open_filename(reader.get(), archive.c_str(), block_size) != ARCHIVE_OK)
        fail(reason_of(reader.get()));
    archive_entry* entry = nullptr;
    for (;;) {
        const int code = library().read_next_header(reader.get(), &entry);
        if (code == ARCHIVE_EOF) return;
        if (code != ARCHIVE_OK) fail(reason_of(reader.get()));
        const char* name = library().entry_pathname(entry);
        if (name == nullptr || library().entry_filetype(entry) != AE_IFREG) fail("it holds more than files");
        member(name, [&](std::span<char> buffer) {
            const auto count = library().read_data(reader.get(), buffer.data(), buffer.size());
            if (count < 0) fail(reason_of(reader.get()));
            return static_cast<std::size_t>(count);
        });
    }
}

}  // namespace prevision::platform
