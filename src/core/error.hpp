#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace prevision {

/// What kind of failure it is. The value is the exit code of the program.
enum class ErrorClass {
    internal = 1,
    usage = 2,
    not_found = 3,
    auth = 4,
    unreachable = 5,
    conflict = 6,
    invalid = 7,
    partial = 8,
    integrity = 9,
    differs = 10,
    interrupted = 130,
    terminated = 143,
};

/// The class's name as machine formats show it: "not_found".
std::string_view to_string(ErrorClass error_class);

/// The class of that name; nothing for an unknown name.
std::optional<ErrorClass> parse_error_class(std::string_view name);

/// How everything here fails. `what()` reads "WHAT FAILED: WHY"; the hint says what to do, and may be empty.
/// Neither may hold a secret.
class Error : public std::runtime_error {
  public:
    Error(ErrorClass error_class, const std::string& message, std::string hint = {});

    [[nodiscard]] ErrorClass error_class() const { return class_; }
    [[nodiscard]] const std::string& hint() const { return hint_; }

    /// The HTTP status that the platform answered with, where it was the platform that failed.
    [[nodiscard]] std::optional<int> status() const { return status_; }
    Error& with_status(int status);

    /// The same failure with another message.
    [[nodiscard]] Error with_message(const std::string& message) const;

    /// Whether the same call may succeed if it is made again later.
    [[nodiscard]] bool retryable() const { return class_ == ErrorClass::unreachable; }

  private:
    ErrorClass class_;
    std::string hint_;
    std::optional<int> status_;
};

/// The text of an errno value ("No space left on device"). Safe on any thread.
std::string system_message(int error_number);

}  // namespace prevision
