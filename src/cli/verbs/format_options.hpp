#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command/command.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// How a file is written, as the user says it.
struct FormatOptions {
    std::optional<std::string> separator;
    std::optional<std::string> quote;
    std::optional<std::string> escape;
    std::optional<std::string> comment;
    std::optional<std::string> header;
    std::optional<std::string> skip;
    std::optional<std::string> encoding;
};

/// `exists`: the options change what exists, where an empty --header is "auto".
void add_format_options(Command& verb, FormatOptions& options, bool exists = false);

/// What the platform has for a text among the format's values, such as --separator's: "auto" is "".
std::string format_value(const std::optional<std::string>& value);

/// The same for --header and --skip: nothing is "auto". Error usage when the lines to skip are not a number.
std::optional<bool> header_value(const std::optional<std::string>& value);
std::optional<std::uint64_t> skip_value(const std::optional<std::string>& value);

/// All of the format's values.
model::FileFormat format_of(const FormatOptions& options);

}  // namespace prevision::cli
