#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/byte_sink.hpp"

namespace prevision::snapshot {

/// Turns the bytes of a compressed file into those of the file inside, as they come and in bounded memory.
/// Damaged bytes never make it throw: it sets its `problem` and takes no more.
class Decompressor {
  public:
    virtual ~Decompressor() = default;

    /// Takes the next bytes, cut anywhere, and writes what they decompress to, in pieces of at most 64 KiB.
    /// Stops when the sink wants no more. Throws what the sink throws.
    virtual void write(std::string_view bytes, ByteSink& sink) = 0;

    /// After the last byte.
    virtual void finish() = 0;

    /// Why the content cannot be read, or not all of it; empty while all is well.
    [[nodiscard]] const std::string& problem() const { return problem_; }
    /// What was odd; empty when nothing was.
    [[nodiscard]] const std::string& note() const { return note_; }
    /// The name of the file inside; empty while it is not known.
    [[nodiscard]] const std::string& inner_name() const { return inner_name_; }

  protected:
    void fail(std::string why) {
        if (problem_.empty()) problem_ = std::move(why);
    }
    void remark(std::string what) {
        if (note_.empty()) note_ = std::move(what);
    }
    void found(std::string name) { inner_name_ = std::move(name); }

  private:
    std::string problem_;
    std::string note_;
    std::string inner_name_;
};

/// How many bytes `compression_of` needs to see, or the whole file.
constexpr std::size_t compression_magic_size = 4;

/// "gzip", "zip" or "zstd" by the first bytes of a file; "" for any other.
std::string_view compression_of(std::string_view beginning);

std::unique_ptr<Decompressor> make_gzip_decompressor();
std::unique_ptr<Decompressor> make_zip_decompressor();
std::unique_ptr<Decompressor> make_zstd_decompressor();

/// For one of the names above; nullptr for "".
std::unique_ptr<Decompressor> make_decompressor(std::string_view compression);

}  // namespace prevision::snapshot
