#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// A field that cannot be right. `what()` is "invalid FIELD: REASON".
class InvalidField : public Error {
  public:
    InvalidField(std::string_view field, std::string_view reason, std::string hint = {});

    [[nodiscard]] const std::string& field() const { return field_; }  ///< as in the API: "private_key"
    [[nodiscard]] const std::string& reason() const { return reason_; }

  private:
    std::string field_;
    std::string reason_;
};

/// Throws InvalidField.
[[noreturn]] void refuse_field(std::string_view field, std::string_view why, std::string hint = {});

/// Refuses a value that a protocol's commands cannot hold: one with a line end or a NUL byte.
void refuse_line_ends(std::string_view field, std::string_view text);

/// Refuses a value that a library takes as a C string when it holds a NUL byte.
void refuse_nul(std::string_view field, std::string_view text);

/// The connection's own option of that name; empty when it is not given.
std::string option_of(const Connection& connection, const std::string& name);

/// A path with each part between slashes percent-encoded.
std::string encode_path(std::string_view path);

}  // namespace prevision::sources
