#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace prevision::fuzz {

/// Takes the parameters of a run off the front of the fuzzer's bytes.
class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size) : bytes_(reinterpret_cast<const char*>(data), size) {}

    /// A number below `bound`; 0 when no byte is left.
    std::size_t choice(std::size_t bound) {
        if (bytes_.empty()) return 0;
        const auto value = static_cast<unsigned char>(bytes_.front());
        bytes_.remove_prefix(1);
        return value % bound;
    }

    /// All that is left.
    [[nodiscard]] std::string_view rest() const { return bytes_; }

  private:
    std::string_view bytes_;
};

/// Ends the program, which the fuzzer reports with the bytes that led here.
inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

/// Runs code that may refuse its input by an Error, and in no other way. Whether it did not.
inline bool accepts(const std::function<void()>& code) {
    try {
        code();
    } catch (const Error& error) {
        require(error.error_class() != ErrorClass::internal || std::string_view(error.what()).size() > 0,
                "an Error has a message");
        return false;
    }
    return true;
}

}  // namespace prevision::fuzz

/// What libFuzzer calls with each input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
