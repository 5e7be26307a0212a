#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/file.hpp"
#include "core/secret.hpp"
#include "transport/transport.hpp"

namespace prevision::server {

/// Collects a request's body: in memory while it is small, then in an unnamed file that is removed with this object.
/// One thread at a time.
class Spool final : public transport::BodySource {
  public:
    Spool() = default;
    explicit Spool(std::filesystem::path folder) : folder_(std::move(folder)) {}
    ~Spool() override { wipe(memory_); }
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// Error internal when the file cannot be written.
    void write(std::string_view bytes);

    /// Moves out all that was written, as one text.
    std::string take();
    [[nodiscard]] std::uint64_t written() const { return written_; }

    /// Call `rewind` first, after the last `write`.
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
