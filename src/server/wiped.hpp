#pragma once

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

}  // namespace prevision::server
