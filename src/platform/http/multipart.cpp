#include "platform/http/multipart.hpp"

#include <optional>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::platform {

namespace {

constexpr std::size_t read_size = std::size_t{256} * 1024;
constexpr std::size_t most_header = std::size_t{16} * 1024;
constexpr std::size_t most_field = std::size_t{64} * 1024;
constexpr std::size_t most_fields = 100;

[[noreturn]] void refuse(std::string_view why) {
    throw Error(ErrorClass::invalid, fmt::format("invalid form: {}", why),
                "send multipart/form-data with the parts name and file");
}

/// The value of a parameter in a header's value: `name="x"` or `name=x`.
std::optional<std::string> find_parameter(std::string_view header, std::string_view name) {
    std::size_t position = header.find(';');
    while (position != std::string_view::npos && position < header.size()) {
        auto rest = trim(header.substr(position + 1));
        const auto equals = rest.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const bool found = equal_ignoring_case(trim(rest.substr(0, equals)), name);
        rest.remove_prefix(equals + 1);
        std::string value;
        std::size_t used = 0;
        if (rest.starts_with('"')) {
            for (used = 1; used < rest.size() && rest[used] != '"'; ++used) {
                if (rest[used] == '\\' && used + 1 < rest.size()) ++used;
                value += rest[used];
            }
        } else {
            used = std::min(rest.find(';'), rest.size());
            value = trim(rest.substr(0, used));
        }
        if (found) return value;
        const auto next = rest.find(';', used);
        if (next == std::string_view::npos) return std::nullopt;
        header = rest;
        position = next;
    }
    return std::nullopt;
}

class FormReader {
  public:
    FormReader(transport::BodySource& body, std::string_view boundary)
        : body_(body), delimiter_(fmt::format("\r\n--{}", boundary)) {
        buffer_ = "\r\n";  // the first delimiter need not follow a line end
    }

    Form read(const std::function<void(std::string_view)>& file) {
        read_until_delimiter([](std::string_view) {});
        while (!at_end()) {
            if (form_.fields.size() > most_fields) refuse("it has too many parts");
            read_part(file);
        }
        return std::move(form_);
    }

  private:
    bool fill() {
        const auto size = buffer_.size();
        buffer_.resize(size + read_size);
        const auto count = body_.read(std::span(buffer_).subspan(size));
        buffer_.resize(size + count);
        return count > 0;
    }

    void require(std::size_t size) {
        while (buffer_.size() < size) {
            if (!fill()) refuse("it is cut off");
        }
    }

    /// After a delimiter: whether "--" follows, which ends the form. Else a line end must follow.
    bool at_end() {
        require(2);
        if (buffer_.starts_with("--")) return true;
        auto line_end = buffer_.find("\r\n");
        while (line_end == std::string::npos) {
            if (buffer_.size() > most_header || !fill()) refuse("a delimiter has no line end");
            line_end = buffer_.find("\r\n");
        }
        if (!trim(std::string_view(buffer_).substr(0, line_end)).empty())
            refuse("text follows a delimiter on its line");
        buffer_.erase(0, line_end);  // leaves the line end before the part's header
        return false;
    }

    std::string read_header() {
        auto end = buffer_.find("\r\n\r\n");
        while (end == std::string::npos) {
            if (buffer_.size() > most_header + read_size || !fill()) refuse("a part's header does not end");
            end = buffer_.find("\r\n\r\n");
        }
        auto header = buffer_.substr(0, end);
        buffer_.erase(0, end + 4);
        return header;
    }

    void read_part(const std::function<void(std::string_view)>& file) {
        std::string disposition;
        const auto header = read_header();
        for (const auto& line : split(header, '\n')) {
            const auto colon = line.find(':');
            if (colon == std::string::npos) continue;
            if (equal_ignoring_case(trim(std::string_view(line).substr(0, colon)), "content-disposition"))
                disposition = trim(std::string_view(line).substr(colon + 1));
        }
        const auto name = find_parameter(disposition, "name");
        if (!name) refuse("a part has no name");
        if (*name == "file") {
            if (form_.has_file) refuse("it has two files");
            form_.has_file = true;
            form_.file_name = find_parameter(disposition, "filename").value_or("");
            read_until_delimiter(file);
            return;
        }
        auto& value = form_.fields[*name];
        value.clear();
        read_until_delimiter([&](std::string_view bytes) {
            value += bytes;
            if (value.size() > most_field) refuse(fmt::format("its field '{}' is too large", *name));
        });
    }

    template <typename Take>
    void read_until_delimiter(const Take& take) {
        for (;;) {
            const auto found = buffer_.find(delimiter_);
            if (found != std::string::npos) {
                if (found > 0) take(std::string_view(buffer_).substr(0, found));
                buffer_.erase(0, found + delimiter_.size());
                return;
            }
            const auto safe = buffer_.size() - std::min(buffer_.size(), delimiter_.size());
            if (safe > 0) {
                take(std::string_view(buffer_).substr(0, safe));
                buffer_.erase(0, safe);
            }
            if (!fill()) refuse("it is cut off");
        }
    }

    transport::BodySource& body_;
    std::string delimiter_;
    std::string buffer_;
    Form form_;
};

}  // namespace

Form read_form(transport::BodySource& body, std::string_view content_type,
               const std::function<void(std::string_view)>& file) {
    if (!to_lower(content_type).starts_with("multipart/form-data")) refuse("it is not multipart/form-data");
    const auto boundary = find_parameter(content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > 200) refuse("it names no boundary");
    return FormReader(body, *boundary).read(file);
}

}  // namespace prevision::platform
