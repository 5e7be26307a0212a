#include "cli/verbs/secret_options.hpp"

#include <utility>

#include <fmt/format.h>

#include "cli/github_actions.hpp"
#include "core/file.hpp"
#include "core/secret_command.hpp"
#include "core/utf8.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t secret_limit = std::size_t{1} << 20U;

}  // namespace

void add_secret_options(Command& command, SecretOptions& options, bool with_value,
                        const std::function<bool()>& shown) {
    const auto& noun = options.noun;
    const auto flag = [&](const char* source) { return fmt::format("--{}-{}", noun, source); };
    command.flag(flag("stdin"), options.from_stdin, fmt::format("Read the {} from stdin", noun), shown);
    command.option(flag("file"), options.file, fmt::format("Read the {} from a file", noun),
                   {.value = "FILE", .completes = Completes::file, .shown = shown});
    command.option(flag("env"), options.variable,
                   fmt::format("Take the {} from an environment variable", noun),
                   {.value = "VAR", .completes = Completes::environment_variable, .shown = shown});
    command.option(flag("command"), options.command,
                   fmt::format("Take what a command prints as the {}", noun),
                   {.value = "CMD", .shown = shown});
    if (!with_value) return;
    command.option("--" + noun, options.value,
                   fmt::format("The {} itself: others may see it, so prefer one of the above", noun),
                   {.value = "VALUE", .shown = shown});
}

namespace {

std::optional<Secret> read_source(const SecretOptions& options, Console& console) {
    const auto& noun = options.noun;
    const int sources = static_cast<int>(options.from_stdin) + static_cast<int>(options.file.has_value()) +
                        static_cast<int>(options.variable.has_value()) +
                        static_cast<int>(options.command.has_value()) +
                        static_cast<int>(options.value.has_value());
    if (sources > 1)
        throw Error(ErrorClass::usage, fmt::format("the {} is given more than once", noun),
                    "name one source for it");
    if (options.from_stdin) return without_last_newline(console.io().in.read_all(secret_limit));
    if (options.file) return without_last_newline(read_file(*options.file, secret_limit));
    if (options.variable) {
        auto value = console.io().environment.get_raw(*options.variable);
        if (!value)
            throw Error(ErrorClass::not_found,
                        fmt::format("--{}-env: {} is not set", noun, *options.variable));
        return Secret(std::move(*value));
    }
    if (options.command) {
        return read_secret_command(*options.command, fmt::format("--{}-command", noun),
                                   console.cancellation());
    }
    if (options.value) {
        console.message(
            fmt::format("warning: a {0} on the command line can be seen by others; use --{0}-stdin, "
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
    mask_secret(*secret, console.io().environment, console.io().err);
    if (!is_utf8(secret->reveal())) {
        throw Error(ErrorClass::invalid, fmt::format("invalid {}: it is no text in UTF-8", options.noun),
                    "a platform takes no other");
    }
    if (secret->empty()) console.message(fmt::format("warning: the {} is empty", options.noun));
    return secret;
}

Secret prompt_for_secret(const std::string& question, Console& console, const std::string& noun) {
    auto& io = console.io();
    auto secret = io.in.read_hidden_line([&] {
        io.err.write(render::printable(question) + ": ");
        io.err.flush();
    });
    if (!secret)
        throw Error(ErrorClass::usage, fmt::format("no {} was typed", noun),
                    fmt::format("give it with --{0}-stdin or --{0}-file", noun));
    console.remember(*secret);
    return std::move(*secret);
}

}  // namespace prevision::cli
