#include "platform/handlers/uploads.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/id.hpp"
#include "model/codec.hpp"
#include "platform/answers.hpp"
#include "platform/archive.hpp"
#include "platform/handlers/handlers.hpp"
#include "platform/utf8.hpp"
#include "snapshot/sha256.hpp"
#include "snapshot/table_scanner.hpp"

namespace prevision::platform {

namespace {

constexpr std::size_t read_size = 256 * 1024;
constexpr std::uint64_t most_unpacked = std::uint64_t{64} << 30U;

std::optional<char> separator_of(const Form& form) {
    const auto found = form.fields.find("separator");
    if (found == form.fields.end() || found->second.empty()) return std::nullopt;
    const auto& text = found->second;
    if (text == "\\t" || text == "tab") return '\t';
    const auto byte = static_cast<unsigned char>(text.front());
    if (text.size() != 1 || byte >= 0x80 || text == "\"" || text == "\r" || text == "\n") {
        throw Error(ErrorClass::invalid, fmt::format("invalid separator: '{}' is no single character", text));
    }
    return text.front();
}

void check_decimal(const Form& form) {
    const auto found = form.fields.find("decimal");
    if (found == form.fields.end() || found->second.empty()) return;
    if (found->second != "." && found->second != ",")
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid decimal: '{}' is none of . and ,", found->second));
}

void read_plain(const UploadedFile& upload, const std::function<void(std::string_view)>& take) {
    const auto file = open_file(upload.path(), O_RDONLY);
    std::string buffer(read_size, '\0');
    while (const auto count = read_some(file, buffer, upload.path())) {
        take(std::string_view(buffer).substr(0, count));
    }
}

/// Writes the dataset's file in one pass: counted, hashed, and found to be a table.
DatasetContent write_content(const UploadedFile& upload, const std::filesystem::path& path,
                             std::optional<char> separator, model::Dataset& dataset) {
    AtomicFile file(path);
    snapshot::TableScanner scanner(separator);
    snapshot::Sha256 hash;
    DatasetContent content;
    upload.read([&](std::string_view bytes) {
        scanner.feed(bytes);
        hash.update(bytes);
        file.write(bytes);
        content.bytes += bytes.size();
    });
    scanner.finish();
    content.rows = scanner.rows();
    content.sha256 = hash.finish();
    for (const auto& name : scanner.header()) {
        content.schema.push_back({.name = valid_utf8(name), .type = "text", .nullable = true});
    }
    dataset.separator = std::string(1, scanner.separator());
    file.commit();
    return content;
}

}  // namespace

UploadedFile::UploadedFile(std::filesystem::path path) : path_(std::move(path)) {
    file_ = open_file(path_, O_WRONLY | O_CREAT | O_EXCL);
}

UploadedFile::~UploadedFile() { ::unlink(path_.c_str()); }

void UploadedFile::write(std::string_view bytes) {
    if (beginning_.size() < 4) beginning_ += bytes.substr(0, 4 - beginning_.size());
    write_all(file_, bytes, path_);
}

void UploadedFile::read(const std::function<void(std::string_view)>& take) const {
    if (is_zip(beginning_)) {
        read_zip(path_, most_unpacked, take);
    } else {
        read_plain(*this, take);
    }
}

Form read_upload(const RoutedCall& routed, UploadedFile& file) {
    if (routed.call.upload == nullptr)
        throw Error(ErrorClass::invalid, "invalid form: it is no multipart/form-data");
    auto form = read_form(*routed.call.upload, routed.call.content_type,
                          [&](std::string_view bytes) { file.write(bytes); });
    if (!form.has_file) throw Error(ErrorClass::invalid, "invalid file: the form holds none");
    return form;
}

Answer upload_dataset(Services& services, const RoutedCall& routed) {
    model::Dataset dataset;
    dataset.id = new_id();
    dataset.project_id = routed.parameters.at(0);
    dataset.created_at = format_time(services.clock.now());
    if (!services.projects.find(dataset.project_id))
        throw Error(ErrorClass::not_found, fmt::format("there is no project {}", dataset.project_id));
    services.jobs.add_done(dataset, [&](const std::filesystem::path& path) {
        UploadedFile file(path.string() + ".upload");
        const auto form = read_upload(routed, file);
        const auto name = form.fields.find("name");
        if (name == form.fields.end() || name->second.empty())
            throw Error(ErrorClass::invalid, "invalid name: it is not set");
        dataset.name = valid_utf8(name->second);
        check_decimal(form);
        return write_content(file, path, separator_of(form), dataset);
    });
    return json_answer(model::encode_answer(*services.jobs.find(dataset.id)));
}

}  // namespace prevision::platform
