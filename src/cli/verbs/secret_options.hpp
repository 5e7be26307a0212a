#pragma once

#include <optional>
#include <string>

#include "cli/command/command.hpp"
#include "cli/console.hpp"
#include "core/secret.hpp"

namespace prevision::cli {

/// Where a password or a token comes from: at most one of these.
struct SecretOptions {
    std::string noun = "password";
    bool from_stdin = false;
    std::optional<std::string> file;
    std::optional<std::string> variable;
    std::optional<std::string> command;
    std::optional<std::string> value;  ///< from the command line itself: it works, with a warning

    [[nodiscard]] bool given() const { return from_stdin || file || variable || command || value; }
};

/// Adds --password-stdin and the like; --password itself only with `with_value`. `shown` as in OptionTraits.
void add_secret_options(Command& command, SecretOptions& options, bool with_value = true,
                        const std::function<bool()>& shown = {});

/// The secret, where one was given. It is taken literally: only one trailing newline of a file, of stdin or of a command's
/// output is dropped. A terminal as stdin is asked without echo. Error usage when two sources are named; not_found or
/// invalid when the source gives nothing.
std::optional<Secret> read_secret(const SecretOptions& options, Console& console);

/// Asks for it on the terminal without echo. Error usage when nothing is typed before the end of the input.
Secret prompt_for_secret(const std::string& question, Console& console, const std::string& noun = "password");

}  // namespace prevision::cli
