#include "snapshot/compression/inflater.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include <zlib.h>

#include "core/error.hpp"

namespace prevision::snapshot {

struct Inflater::State {
    z_stream stream{};
    std::array<char, std::size_t{64} << 10U> output{};
};

Inflater::Inflater(Format format) : state_(std::make_unique<State>()) {
    constexpr int window_bits = 15;
    constexpr int gzip_header = 16;
    const int bits = format == Format::gzip ? window_bits + gzip_header : -window_bits;
    if (inflateInit2(&state_->stream, bits) != Z_OK) {
        throw Error(ErrorClass::internal, "cannot start to decompress: out of memory");
    }
}

Inflater::~Inflater() { inflateEnd(&state_->stream); }

void Inflater::reset() { inflateReset(&state_->stream); }

Inflater::Result Inflater::write(std::string_view& input, ByteSink& sink) {
    auto& stream = state_->stream;
    auto& output = state_->output;
    int status = Z_OK;
    // When the output is full, more may come though all input was taken.
    bool full = false;
    while (status == Z_OK && (full || !input.empty())) {
        const auto size = std::min<std::size_t>(input.size(), std::numeric_limits<uInt>::max());
        // zlib writes nothing through this pointer, though its type allows it.
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        stream.avail_in = static_cast<uInt>(size);
        stream.next_out = reinterpret_cast<Bytef*>(output.data());
        stream.avail_out = static_cast<uInt>(output.size());
        status = inflate(&stream, Z_NO_FLUSH);
        input.remove_prefix(size - stream.avail_in);
        full = stream.avail_out == 0;
        const std::string_view piece(output.data(), output.size() - stream.avail_out);
        if (!piece.empty()) sink.write(piece);
        if (!sink.wants_more()) return Result::stopped;
    }
    if (status == Z_STREAM_END) return Result::end;
    // Z_BUF_ERROR means that nothing was left to do.
    return status == Z_OK || status == Z_BUF_ERROR ? Result::more : Result::damaged;
}

}  // namespace prevision::snapshot
