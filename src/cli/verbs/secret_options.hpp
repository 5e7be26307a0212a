#pragma once

#include <optional>
#include <string>

#include "cli/command/command.hpp"
#include "cli/console.hpp"
#include "core/secret.hpp"

namespace prevision::cli {

/// Where a password or a token comes from: one of these at the most.
struct SecretOptions {
    std::string noun = "password";
    bool from_stdin = false;
    std::optional<std::string> file;
    std::optional<std::string> variable;
    std::optional<std::string> command;
    std::optional<std::string> value;  ///< from the command line itself: it works, with a warning

    [[nodiscard]] bool given() const { return from_stdin || file || variable || command || value; }
};

/// --password-stdin and its like; the secret itself on the command line only where `with_value`. `shown` as
/// in OptionTraits.
void add_secret_options(Command& command, SecretOptions& options, bool with_value = true,
                        const std::function<bool()>& shown = {});

/// The secret, where one was given. A secret is taken literally: one trailing newline of a file, of stdin
/// or of a command's output is dropped, and nothing else. Error usage when two sources are named; not_found
/// or invalid when the source gives nothing.
std::optional<Secret> read_secret(const SecretOptions& options, Console& console);

/// Asks for it on the terminal, unseen. Error usage when nothing is typed before the end of the input.
Secret prompt_for_secret(const std::string& question, Console& console, const std::string& noun = "password");

}  // namespace prevision::cli
