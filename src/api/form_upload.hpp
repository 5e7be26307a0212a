#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/file.hpp"
#include "transport/transport.hpp"

namespace prevision::api {

/// A form of text fields and one file (multipart/form-data, RFC 7578), as the body of a request. One thread at a time.
class FormUpload final : public transport::BodySource {
  public:
    /// `file` is a regular file; all of it is sent. Error internal when its size cannot be read.
    FormUpload(const std::vector<std::pair<std::string, std::string>>& fields, const std::string& file_name,
               FileDescriptor file);

    std::size_t read(std::span<char> buffer) override;
    [[nodiscard]] std::optional<std::uint64_t> size() const override;
    void rewind() override;

    /// Calls `observer` with the bytes of the file that were read so far, after each part.
    void watch(std::function<void(std::uint64_t sent)> observer) { observer_ = std::move(observer); }

    [[nodiscard]] std::uint64_t file_size() const { return file_size_; }

    /// The value of the request's header Content-Type.
    [[nodiscard]] std::string content_type() const;

  private:
    std::string boundary_;
    std::string head_;
    std::string tail_;
    FileDescriptor file_;
    std::uint64_t file_size_ = 0;
    std::function<void(std::uint64_t)> observer_;
    std::uint64_t position_ = 0;  ///< in head, file and tail together
};

}  // namespace prevision::api
