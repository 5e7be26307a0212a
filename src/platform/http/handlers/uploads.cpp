#include "platform/http/handlers/uploads.hpp"

#include <algorithm>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/id.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"
#include "model/codec.hpp"
#include "platform/datasets/archive.hpp"
#include "platform/datasets/file_format.hpp"
#include "platform/datasets/manifest.hpp"
#include "platform/http/answers.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "snapshot/inspect/content_type.hpp"

namespace prevision::platform {

namespace {

constexpr std::size_t read_size = std::size_t{256} << 10U;
constexpr std::uint64_t most_unpacked = std::uint64_t{64} << 30U;

std::string field_of(const Form& form, const std::string& name) {
    const auto found = form.fields.find(name);
    return found == form.fields.end() ? "" : found->second;
}

/// The name of the file: for an archive, of the csv file in it.
std::string name_of(const Form& form) {
    auto name = valid_utf8(form.file_name);
    if (to_lower(name).ends_with(".zip")) name.replace(name.size() - 4, 4, ".csv");
    return name.empty() ? "file.csv" : name;
}

/// The same for the inspection, where a name that says nothing is that of a csv file.
std::string inspected_name_of(const Form& form) {
    const auto name = name_of(form);
    const auto guess = snapshot::guess_text(snapshot::without_compression_suffix(name), "", true);
    return guess.by_name ? name : name + ".csv";
}

std::optional<bool> header_of(const Form& form) {
    const auto text = field_of(form, "header");
    if (text.empty() || text == "auto") return std::nullopt;
    if (text == "true" || text == "yes") return true;
    if (text == "false" || text == "no") return false;
    throw Error(ErrorClass::invalid,
                fmt::format("invalid header: '{}' is neither true, false nor auto", text));
}

std::optional<std::uint64_t> skip_of(const Form& form) {
    const auto text = field_of(form, "skip");
    if (text.empty() || text == "auto") return std::nullopt;
    const auto lines = parse_integer(text).value_or(-1);
    if (lines < 0)
        throw Error(ErrorClass::invalid, fmt::format("invalid skip: '{}' is not a number of lines", text));
    return static_cast<std::uint64_t>(lines);
}

/// What the form says of the file. The platform's public clients send the column names in the first row.
snapshot::FormatOverrides format_of(const Form& form) {
    auto format = parse_format({.separator = field_of(form, "separator"),
                                .quote = field_of(form, "quote"),
                                .escape = field_of(form, "escape"),
                                .comment = field_of(form, "comment"),
                                .header = header_of(form),
                                .skip = skip_of(form),
                                .encoding = field_of(form, "encoding")});
    if (!form.fields.contains("header")) format.usual_header = true;
    return format;
}

void check_decimal(const Form& form) {
    const auto decimal = field_of(form, "decimal");
    if (!decimal.empty() && decimal != "." && decimal != ",")
        throw Error(ErrorClass::invalid, fmt::format("invalid decimal: '{}' is neither . nor ,", decimal));
}

void read_plain(const UploadedFile& upload, ByteSink& sink) {
    const auto file = open_file(upload.path(), O_RDONLY);
    std::string buffer(read_size, '\0');
    while (const auto count = read_some(file, buffer, upload.path())) {
        sink.write(std::string_view(buffer).substr(0, count));
    }
}

/// Passes all bytes to `each`, and to the inspector while it wants more.
class Inspected final : public ByteSink {
  public:
    Inspected(snapshot::FileInspector& inspector, const std::function<void(std::string_view)>& each)
        : inspector_(inspector), each_(each) {}

    void write(std::string_view bytes) override {
        each_(bytes);
        if (inspector_.wants_more()) inspector_.write(bytes);
    }

  private:
    snapshot::FileInspector& inspector_;
    const std::function<void(std::string_view)>& each_;
};

/// What is odd about an archive: a workbook, or one that is cut off. Empty when it looks like any other.
std::string note_of_archive(const UploadedFile& upload, const Form& form) {
    snapshot::FileInspector inspector(form.file_name);
    const std::function<void(std::string_view)> nothing = [](std::string_view) {};
    Inspected inspected(inspector, nothing);
    read_plain(upload, inspected);
    return inspector.finish().note;
}

/// Writes the dataset's file; counts, hashes and inspects it in the same pass.
DatasetContent write_content(const UploadedFile& upload, const Form& form,
                             const std::filesystem::path& path) {
    AtomicFile file(path);
    Sha256 hash;
    DatasetContent content;
    const auto findings = read_uploaded_table(upload, form, {}, [&](std::string_view bytes) {
        hash.update(bytes);
        file.write(bytes);
        content.bytes += bytes.size();
    });
    content.rows = findings.rows;
    content.sha256 = hash.finish();
    content.schema = describe_columns(findings.schema);
    content.file = describe_file(name_of(form), findings);
    file.commit();
    return content;
}

}  // namespace

UploadedFile::UploadedFile(const std::filesystem::path& folder) : folder_(folder) {
    create_private_directory(folder);
    file_ = open_file(folder, O_RDWR | O_TMPFILE);
    path_ = fmt::format("/proc/self/fd/{}", file_.get());
}

void UploadedFile::write(std::string_view bytes) {
    if (beginning_.size() < 4) beginning_ += bytes.substr(0, 4 - beginning_.size());
    write_all(file_, bytes, folder_);
}

void UploadedFile::read(ByteSink& sink) const {
    if (is_zip(beginning_)) {
        // The unpacked content may fill at most half of the free space.
        std::error_code unknown;
        const auto room = std::filesystem::space(folder_, unknown).available / 2;
        read_zip(path_, unknown ? most_unpacked : std::min<std::uint64_t>(most_unpacked, room), sink);
    } else {
        read_plain(*this, sink);
    }
}

Form read_upload(const RoutedCall& routed, UploadedFile& file) {
    if (routed.call.upload == nullptr)
        throw Error(ErrorClass::invalid, "invalid form: it is not multipart/form-data");
    auto form = read_form(*routed.call.upload, routed.call.content_type,
                          [&](std::string_view bytes) { file.write(bytes); });
    if (!form.has_file) throw Error(ErrorClass::invalid, "invalid file: the form has no file");
    return form;
}

snapshot::FileFindings read_uploaded_table(const UploadedFile& file, const Form& form,
                                           snapshot::PreviewTarget preview,
                                           const std::function<void(std::string_view)>& each) {
    const auto refuse = [](const std::string& why) {
        throw Error(ErrorClass::invalid, fmt::format("invalid file: {}", why),
                    "send a table, and check the separator");
    };
    snapshot::FileInspector inspector(inspected_name_of(form), format_of(form), preview);
    Inspected inspected(inspector, each);
    try {
        file.read(inspected);
    } catch (const Error& error) {
        const bool is_archive = error.error_class() == ErrorClass::invalid;
        const auto more = is_archive ? note_of_archive(file, form) : "";
        if (more.empty()) throw;
        throw Error(ErrorClass::invalid, fmt::format("{}; {}", error.what(), more), error.hint());
    }
    auto findings = inspector.finish();
    if (findings.file_type == "other") refuse(findings.note);
    if (findings.schema.empty()) refuse("it is empty");
    if (!findings.regular) refuse(findings.note);
    return findings;
}

Answer upload_dataset(State& state, const RoutedCall& routed) {
    model::Dataset dataset;
    dataset.id = new_id();
    dataset.project_id = routed.parameters.at(0);
    dataset.created_at = format_time(state.clock.now());
    if (!state.projects.find(dataset.project_id))
        throw Error(ErrorClass::not_found, fmt::format("there is no project {}", dataset.project_id));
    state.jobs.add_done(
        dataset,
        [&](const std::filesystem::path& path) {
            UploadedFile file(path.parent_path());
            const auto form = read_upload(routed, file);
            const auto name = form.fields.find("name");
            if (name == form.fields.end() || name->second.empty())
                throw Error(ErrorClass::invalid, "invalid name: it is required");
            dataset.name = valid_utf8(name->second);
            check_decimal(form);
            auto content = write_content(file, form, path);
            content.manifest = begin_manifest(dataset.created_at);
            content.manifest.ended_at = format_time(state.clock.now());
            return content;
        },
        read_names(routed.query));
    return json_answer(model::encode_answer(*state.jobs.find(dataset.id)));
}

}  // namespace prevision::platform
