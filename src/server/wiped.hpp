#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <string.h>

#include "core/secret.hpp"

/// Text that may hold secrets, such as a request: no copy of it stays in memory that was given back.
namespace prevision::server {

/// Appends; a string that must grow is wiped where it was.
inline void append_wiped(std::string& text, std::string_view bytes) {
    if (text.size() + bytes.size() > text.capacity()) {
        std::string larger;
        larger.reserve(2 * (text.size() + bytes.size()));
        larger = text;
        wipe(text);
        text.swap(larger);
    }
    text += bytes;
}

/// Removes the first bytes and wipes what they leave behind the new end.
inline void erase_wiped(std::string& text, std::size_t count) {
    const auto rest = text.size() - count;
    text.erase(0, count);
    text.resize(rest + count);
    ::explicit_bzero(text.data() + rest, count);
    text.resize(rest);
}

/// A text that is wiped when it goes.
struct WipedText {
    WipedText() = default;
    explicit WipedText(std::string_view bytes) : text(bytes) {}
    WipedText(const WipedText&) = default;
    WipedText(WipedText&& other) noexcept { text.swap(other.text); }
    WipedText& operator=(WipedText other) noexcept {
        text.swap(other.text);
        return *this;
    }
    ~WipedText() { wipe(text); }

    std::string text;
};

/// Gives memory of containers back wiped.
template <typename Value>
struct WipingAllocator {
    using value_type = Value;  // NOLINT(readability-identifier-naming): the standard's name

    WipingAllocator() = default;
    // Containers convert it.
    template <typename Other>
    // NOLINTNEXTLINE(google-explicit-constructor)
    WipingAllocator(const WipingAllocator<Other>& /*other*/) noexcept {}

    Value* allocate(std::size_t count) { return std::allocator<Value>().allocate(count); }
    void deallocate(Value* values, std::size_t count) noexcept {
        ::explicit_bzero(static_cast<void*>(values), count * sizeof(Value));
        std::allocator<Value>().deallocate(values, count);
    }
    template <typename Other>
    bool operator==(const WipingAllocator<Other>& /*other*/) const noexcept {
        return true;
    }
};

}  // namespace prevision::server
