#include "cli/verbs/secret_options.hpp"

#include <utility>

#include <fmt/format.h>

#include "cli/github_actions.hpp"
#include "cli/secret_command.hpp"
#include "core/file.hpp"
#include "core/utf8.hpp"

namespace prevision::cli {

void add_secret_options(Command& command, SecretOptions& options, bool with_value,
                        const std::function<bool()>& shown) {
    const auto& noun = options.noun;
    const auto flag = [&](const char* source) { return fmt::format("--{}-{}", noun, source); };
    command.flag(flag("stdin"), options.from_stdin, fmt::format("Read the {} from stdin", noun), shown);
    command.option(flag("file"), options.file, fmt::format("Read the {} from a file", noun),
                   {.value = "FILE", .completes = Completes::file, .shown = shown});
    command.option(flag("env"), options.variable,
                   fmt::format("Take the {} from an environment variable", noun),
                   {.value = "VAR",
                    .missing = "a variable's name",
                    .completes = Completes::environment_variable,
                    .shown = shown});
    command.option(flag("command"), options.command,
                   fmt::format("Take what a command prints as the {}", noun),
                   {.value = "CMD", .missing = "a command", .shown = shown});
    if (!with_value) return;
    command.option("--" + noun, options.value,
                   fmt::format("The {} itself: others may see it, so prefer one of the above", noun),
                   {.value = "VALUE", .shown = shown});
}

namespace {

constexpr std::size_t secret_limit = std::size_t{1} << 20U;

Secret read_stdin(const std::string& noun, Console& console) {
    auto& io = console.io();
    if (!io.in_is_terminal) return without_last_newline(io.in.read_all(secret_limit));
    if (console.options().no_input)
        throw Error(ErrorClass::usage,
                    fmt::format("--{}-stdin: stdin is a terminal, and --no-input forbids to ask", noun));
    return prompt_for_secret(noun, console, noun);
}

std::optional<Secret> read_source(const SecretOptions& options, Console& console) {
    const auto& noun = options.noun;
    const auto flag = [&](std::string_view source) { return fmt::format("--{}-{}", noun, source); };
    const int sources = static_cast<int>(options.from_stdin) + static_cast<int>(options.file.has_value()) +
                        static_cast<int>(options.variable.has_value()) +
                        static_cast<int>(options.command.has_value()) +
                        static_cast<int>(options.value.has_value());
    if (sources > 1)
        throw Error(ErrorClass::usage, fmt::format("the {} is given more than once", noun),
                    "name one source for it");
    if (options.from_stdin) return read_stdin(noun, console);
    if (options.file) return without_last_newline(read_file(*options.file, secret_limit));
    if (options.variable) {
        auto value = console.io().environment.get_raw(*options.variable);
        if (!value) {
            throw Error(ErrorClass::not_found,
                        fmt::format("{}: {} is not set", flag("env"), *options.variable));
        }
        return Secret(std::move(*value));
    }
    if (options.command) {
        return read_secret_command(*options.command, flag("command"), console.options().time_limit(),
                                   console.cancellation());
    }
    if (options.value) {
        console.warn(
            fmt::format("a {0} on the command line can be seen by others; use --{0}-stdin, "
                        "--{0}-file, --{0}-env or --{0}-command",
                        noun));
        return Secret(*options.value);
    }
    return std::nullopt;
}

}  // namespace

std::optional<Secret> read_secret(const SecretOptions& options, Console& console) {
    auto secret = read_source(options, console);
    if (!secret) return secret;
    console.remember(*secret);
    if (!console.options().json_errors()) mask_secret(*secret, console.io());
    if (!is_utf8(secret->reveal())) {
        throw Error(ErrorClass::invalid, fmt::format("invalid {}: it is not UTF-8 text", options.noun),
                    "platforms take only UTF-8");
    }
    if (secret->empty()) console.warn(fmt::format("the {} is empty", options.noun));
    return secret;
}

Secret prompt_for_secret(const std::string& question, Console& console, const std::string& noun) {
    auto secret = console.ask_hidden(question + ": ");
    if (!secret)
        throw Error(ErrorClass::usage, fmt::format("no {} was entered", noun),
                    fmt::format("give it with --{0}-stdin or --{0}-file", noun));
    console.remember(*secret);
    return std::move(*secret);
}

}  // namespace prevision::cli
