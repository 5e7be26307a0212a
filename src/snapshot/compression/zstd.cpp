#include <cstddef>
#include <vector>

#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "core/error.hpp"
#include "snapshot/compression/decompressor.hpp"

namespace prevision::snapshot {

namespace {

struct FreeContext {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// Frames may follow each other. A window of more than 128 MiB is refused, as the zstd program does.
class ZstdDecompressor final : public Decompressor {
  public:
    ZstdDecompressor() : context_(ZSTD_createDCtx()), output_(std::size_t{64} << 10U) {
        constexpr int window_log = 27;
        if (!context_ ||
            ZSTD_isError(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, window_log)) != 0) {
            throw Error(ErrorClass::internal, "cannot start to decompress: out of memory");
        }
    }

    void write(std::string_view bytes, ByteSink& sink) override {
        ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
        bool full = false;
        while ((input.pos < input.size || full) && problem().empty() && !stopped_) {
            ZSTD_outBuffer output{output_.data(), output_.size(), 0};
            const auto result = ZSTD_decompressStream(context_.get(), &output, &input);
            if (ZSTD_isError(result) != 0) return fail(reason(result));
            between_frames_ = result == 0;
            full = output.pos == output.size && result != 0;
            if (output.pos > 0) sink.write({output_.data(), output.pos});
            stopped_ = !sink.wants_more();
        }
    }

    void finish() override {
        if (!between_frames_ && !stopped_) fail("its zstd data ends in the middle");
    }

  private:
    static std::string reason(std::size_t result) {
        if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
            return "its zstd window is larger than 128 MiB";
        }
        return fmt::format("its zstd data is damaged: {}", ZSTD_getErrorName(result));
    }

    std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
    std::vector<char> output_;
    bool between_frames_ = false;
    bool stopped_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_zstd_decompressor() { return std::make_unique<ZstdDecompressor>(); }

}  // namespace prevision::snapshot
