#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace prevision::testing {

/// A text that nobody else has, in a form in which it can stand in memory without being found there.
class HiddenText {
  public:
    /// Random letters.
    explicit HiddenText(std::size_t size);

    /// The text itself.
    [[nodiscard]] std::string plain() const;

    /// Replaces each '#' of a text by this one, and leaves no copy elsewhere.
    [[nodiscard]] std::string fill(std::string_view form) const;

    /// How often it stands in the memory of a process, this one or a child, that can be written and so was filled at run
    /// time. Throws std::runtime_error when the memory cannot be read.
    [[nodiscard]] std::size_t copies_in(pid_t process) const;

  private:
    std::string masked_;
};

}  // namespace prevision::testing
