#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/file.hpp"
#include "transport/transport.hpp"

namespace prevision::server {

/// The body of a request as it comes: in memory while it is small, then in a file without a name that goes
/// with the object. One thread at a time.
class Spool final : public transport::BodySource {
  public:
    Spool() = default;
    explicit Spool(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Error internal when the file cannot be written.
    void write(std::string_view bytes);

    /// All that was written, as one text; it is empty then.
    std::string take();
    [[nodiscard]] std::uint64_t written() const { return written_; }

    /// After the last `write`, `rewind` comes first.
    std::size_t read(std::span<char> buffer) override;
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return written_; }
    void rewind() override;

  private:
    std::filesystem::path folder_;
    std::string memory_;
    FileDescriptor file_;
    std::uint64_t written_ = 0;
    std::uint64_t position_ = 0;
};

}  // namespace prevision::server
