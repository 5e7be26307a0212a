#include "core/secret.hpp"

#include <utility>

#include <string.h>

namespace prevision {

void wipe(std::string& text) {
    explicit_bzero(text.data(), text.size());
    text.clear();
}

Secret::Secret(std::string text) : text_(text) { wipe(text); }

// A short text lives inside the string object, so a move leaves a copy behind unless it is wiped.
Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
    other.text_.resize(other.text_.capacity());
    wipe(other.text_);
}

Secret& Secret::operator=(Secret other) noexcept {
    text_.swap(other.text_);
    return *this;
}

Secret::~Secret() { wipe(text_); }

}  // namespace prevision
