#include "api/form_upload.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/id.hpp"

namespace prevision::api {

namespace {

/// A name within the quotes of a part's header.
std::string quoted(const std::string& name) {
    std::string text;
    for (const char c : name) {
        if (c == '"' || c == '\\') text += '\\';
        text += c == '\r' || c == '\n' ? '_' : c;
    }
    return text;
}

}  // namespace

FormUpload::FormUpload(const std::vector<std::pair<std::string, std::string>>& fields,
                       const std::string& file_name, FileDescriptor file)
    : boundary_(new_id() + new_id()), file_(std::move(file)) {
    for (const auto& [name, value] : fields) {
        head_ += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", boundary_,
                             quoted(name), value);
    }
    head_ += fmt::format(
        "--{}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n",
        boundary_, quoted(file_name));
    tail_ = fmt::format("\r\n--{}--\r\n", boundary_);
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0)
        throw Error(ErrorClass::internal,
                    fmt::format("cannot read {}: {}", file_name, system_message(errno)));
    file_size_ = static_cast<std::uint64_t>(status.st_size);
}

std::size_t FormUpload::read(std::span<char> buffer) {
    const auto copy = [&](const std::string& text, std::uint64_t from) {
        const auto part = std::string_view(text).substr(from, buffer.size());
        std::ranges::copy(part, buffer.begin());
        position_ += part.size();
        return part.size();
    };
    if (position_ < head_.size()) return copy(head_, position_);
    const auto in_file = position_ - head_.size();
    if (in_file >= file_size_) return copy(tail_, in_file - file_size_);
    const auto wanted = std::min<std::uint64_t>(buffer.size(), file_size_ - in_file);
    const auto count = ::pread(file_.get(), buffer.data(), wanted, static_cast<off_t>(in_file));
    if (count < 0)
        throw Error(ErrorClass::internal, "cannot read the file to upload: " + system_message(errno));
    if (count == 0) throw Error(ErrorClass::internal, "the file became shorter while it was uploaded");
    position_ += static_cast<std::uint64_t>(count);
    if (observer_) observer_(position_ - head_.size());
    return static_cast<std::size_t>(count);
}

std::optional<std::uint64_t> FormUpload::size() const { return head_.size() + file_size_ + tail_.size(); }

void FormUpload::rewind() { position_ = 0; }

std::string FormUpload::content_type() const { return "multipart/form-data; boundary=" + boundary_; }

}  // namespace prevision::api
