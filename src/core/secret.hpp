#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace prevision {

/// A text that must not be seen: it cannot be printed by accident. Its memory is its own, is not part of a core dump,
/// is kept out of swap where the system allows it, and is wiped when the text goes.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string text);  // the argument's own memory is wiped too
    Secret(const Secret& other);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret other) noexcept;
    ~Secret();

    [[nodiscard]] bool empty() const { return size_ == 0; }

    /// The text itself, valid as long as this object. Hand it to the call that needs it, and keep no copy.
    [[nodiscard]] std::string_view reveal() const { return {c_str(), size_}; }

    /// The same with a NUL behind it, for calls of C libraries.
    [[nodiscard]] const char* c_str() const { return bytes_ == nullptr ? "" : bytes_; }

  private:
    void hold(std::string_view text);

    char* bytes_ = nullptr;  ///< whole pages; null when the text is empty
    std::size_t size_ = 0;   ///< without the NUL
};

/// Overwrites the bytes of a text in a way that the compiler may not leave out, then empties it.
void wipe(std::string& text);

}  // namespace prevision
