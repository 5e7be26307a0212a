#pragma once

#include <string>
#include <string_view>

namespace prevision {

/// A text that must not be seen: it cannot be printed by accident and is wiped from memory when it goes.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string text);  // the argument's own memory is wiped too
    Secret(const Secret& other) = default;
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret other) noexcept;
    ~Secret();

    [[nodiscard]] bool empty() const { return text_.empty(); }

    /// The text itself. Hand it to the call that needs it, and keep no copy.
    [[nodiscard]] const std::string& reveal() const { return text_; }

  private:
    std::string text_;
};

/// Overwrites the bytes of a text in a way that the compiler may not leave out, then empties it.
void wipe(std::string& text);

}  // namespace prevision
