#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>
#include <zlib.h>

#include "snapshot/compression/decompressor.hpp"
#include "snapshot/compression/inflater.hpp"
#include "snapshot/compression/zip_header.hpp"

namespace prevision::snapshot {

namespace {

using namespace std::string_view_literals;

/// The documents that are zip archives themselves, by a text that their first entries hold.
std::string_view office_type(std::string_view beginning) {
    constexpr std::array<std::array<std::string_view, 2>, 6> types{
        {{"xl/", "an Excel workbook (xlsx)"},
         {"word/", "a Word document (docx)"},
         {"ppt/", "a PowerPoint presentation (pptx)"},
         {"opendocument.spreadsheet", "an OpenDocument spreadsheet (ods)"},
         {"opendocument", "an OpenDocument file"},
         {"epub", "an EPUB book"}}};
    for (const auto& [mark, type] : types) {
        if (beginning.find(mark) != std::string_view::npos) return type;
    }
    return "an Office document";
}

bool begins_office_document(std::string_view entry) {
    return entry == "[Content_Types].xml" || entry == "mimetype" || entry.starts_with("_rels/") ||
           entry.starts_with("docProps/") || entry.starts_with("xl/");
}

/// Counts and sums what goes by on its way to a sink, or to nowhere.
class Meter final : public ByteSink {
  public:
    void start(bool wanted) {
        wanted_ = wanted;
        size_ = 0;
        checksum_ = 0;
    }

    void target(ByteSink& sink) { sink_ = &sink; }

    void write(std::string_view bytes) override {
        size_ += bytes.size();
        checksum_ = static_cast<std::uint32_t>(
            crc32_z(checksum_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
        if (wanted_) sink_->write(bytes);
    }

    [[nodiscard]] bool wants_more() const override {
        return wanted_ ? sink_->wants_more() : size_ <= unwanted_limit;
    }

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint32_t checksum() const { return checksum_; }

  private:
    /// Entries that are skipped are small, unless they are a bomb.
    static constexpr std::uint64_t unwanted_limit = std::uint64_t{64} << 20U;

    ByteSink* sink_ = nullptr;
    bool wanted_ = false;
    std::uint64_t size_ = 0;
    std::uint32_t checksum_ = 0;
};

/// Gives the first file of the archive. It reads the archive from its beginning, since the directory at the end
/// comes too late. It notes further files, and a directory that is missing.
class ZipDecompressor final : public Decompressor {
  public:
    void write(std::string_view bytes, ByteSink& sink) override {
        meter_.target(sink);
        while (!bytes.empty() && problem().empty() && place_ != Place::end) {
            if (place_ == Place::header) {
                read_header(bytes);
            } else if (place_ == Place::stored) {
                read_stored(bytes);
            } else if (place_ == Place::deflated) {
                read_deflated(bytes);
            } else if (place_ == Place::office) {
                if (gather(bytes, office_size)) fail_as_office_document();
            } else {
                read_descriptor(bytes, false);
            }
        }
        if (place_ == Place::end) look_for_directory(bytes);
    }

    void finish() override {
        std::string_view nothing;
        if (place_ == Place::office) return fail_as_office_document();
        if (place_ == Place::descriptor) read_descriptor(nothing, true);
        if (!problem().empty()) return;
        const bool cut_off = place_ == Place::header && file_found_ && waiting_.size() < zip_entry_size({});
        if (place_ != Place::end && !cut_off) return fail("its zip data ends in the middle");
        if (!file_found_) return fail("the zip archive holds no file");
        if (!directory_found_) remark("the zip archive has no directory at its end: it is cut off");
    }

  private:
    enum class Place { header, stored, deflated, descriptor, office, end };

    static constexpr std::size_t office_size = std::size_t{64} << 10U;

    void fail_as_office_document() { fail(fmt::format("it is {}", office_type(waiting_))); }

    /// The directory ends with a record that has this signature.
    void look_for_directory(std::string_view bytes) {
        constexpr auto signature = "PK\x05\x06"sv;
        waiting_ += bytes;
        directory_found_ = directory_found_ || waiting_.find(signature) != std::string::npos;
        waiting_.erase(0, waiting_.size() - std::min(waiting_.size(), signature.size() - 1));
    }

    /// Moves bytes to those that wait until there are that many of them.
    bool gather(std::string_view& bytes, std::size_t size) {
        if (waiting_.size() < size) {
            const auto part = bytes.substr(0, size - waiting_.size());
            waiting_ += part;
            bytes.remove_prefix(part.size());
        }
        return waiting_.size() >= size;
    }

    void read_header(std::string_view& bytes) {
        constexpr std::size_t signature_size = 4;
        if (!gather(bytes, signature_size)) return;
        if (!begins_zip_entry(waiting_)) {
            if (!waiting_.starts_with("PK")) return fail("its zip data is damaged");
            place_ = Place::end;
            return;
        }
        if (!gather(bytes, zip_entry_size({})) || !gather(bytes, zip_entry_size(waiting_))) return;
        entry_ = parse_zip_entry(waiting_);
        waiting_.clear();
        begin_entry();
    }

    void begin_entry() {
        const bool is_file = entry_.is_file();
        if (!file_found_ && begins_office_document(entry_.name)) {
            place_ = Place::office;
            return;
        }
        if (is_file && file_found_) {
            remark(fmt::format("the zip archive holds several files; only the first, {}, is read",
                               inner_name()));
            place_ = Place::end;
            return;
        }
        if (is_file) {
            file_found_ = true;
            found(entry_.name);
            if (entry_.encrypted) return fail("the file in the zip archive is encrypted");
            if (entry_.method != ZipEntry::stored && entry_.method != ZipEntry::deflated) {
                return fail(
                    fmt::format("the file in the zip archive is compressed by method {}", entry_.method));
            }
        }
        meter_.start(is_file);
        compressed_size_ = 0;
        if (entry_.method == ZipEntry::deflated && !entry_.encrypted) {
            inflater_.reset();
            place_ = Place::deflated;
            return;
        }
        if (entry_.sizes_follow && is_file) {
            return fail("the zip archive has the size of its file only behind it");
        }
        place_ = Place::stored;
        if (entry_.compressed_size == 0) end_data();
    }

    void read_stored(std::string_view& bytes) {
        constexpr std::size_t piece_size = std::size_t{64} << 10U;
        const auto left = entry_.compressed_size - compressed_size_;
        const auto piece = bytes.substr(
            0, static_cast<std::size_t>(std::min<std::uint64_t>({left, bytes.size(), piece_size})));
        bytes.remove_prefix(piece.size());
        compressed_size_ += piece.size();
        meter_.write(piece);
        if (!meter_.wants_more()) {
            place_ = Place::end;
        } else if (piece.size() == left) {
            end_data();
        }
    }

    void read_deflated(std::string_view& bytes) {
        const auto before = bytes.size();
        const auto result = inflater_.write(bytes, meter_);
        compressed_size_ += before - bytes.size();
        switch (result) {
            case Inflater::Result::more:
                break;
            case Inflater::Result::end:
                end_data();
                break;
            case Inflater::Result::stopped:
                place_ = Place::end;
                break;
            case Inflater::Result::damaged:
                fail("its zip data is damaged");
                break;
        }
    }

    void end_data() {
        place_ = entry_.sizes_follow ? Place::descriptor : Place::header;
        const bool wrong = meter_.checksum() != entry_.checksum || meter_.size() != entry_.size;
        if (entry_.is_file() && !entry_.sizes_follow && wrong)
            fail("its zip data does not match its checksum");
    }

    void read_descriptor(std::string_view& bytes, bool last) {
        // At least the directory follows: there are as many bytes, whatever the layout.
        if (!gather(bytes, zip_descriptor_limit) && !last) return;
        const auto size = zip_descriptor_size(waiting_, meter_.checksum(), compressed_size_, meter_.size());
        if (!size) return fail("its zip data does not match its checksum");
        waiting_.erase(0, *size);
        place_ = Place::header;
    }

    std::string waiting_;
    ZipEntry entry_;
    Meter meter_;
    Inflater inflater_{Inflater::Format::raw};
    std::uint64_t compressed_size_ = 0;  ///< of the entry's data, so far
    Place place_ = Place::header;
    bool file_found_ = false;
    bool directory_found_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_zip_decompressor() { return std::make_unique<ZipDecompressor>(); }

}  // namespace prevision::snapshot
