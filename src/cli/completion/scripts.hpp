#pragma once

#include <string_view>

/// The files of `completions/`, put into the program when it is built.
namespace prevision::cli {

extern const std::string_view bash_completion;
extern const std::string_view zsh_completion;
extern const std::string_view fish_completion;

}  // namespace prevision::cli
