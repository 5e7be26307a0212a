#include "cli/global_options.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::cli {

namespace {

void check_jq(const GlobalOptions& options) {
    if (options.jq.empty()) return;
    if (options.quiet || !(options.output == "table" || options.json_errors()))
        throw Error(ErrorClass::usage, "--jq filters JSON: it goes with -o json or jsonl only",
                    "leave out -q or -o");
}

}  // namespace

render::Format GlobalOptions::format() const {
    if (quiet) return render::Format::id;
    if (!jq.empty() && output == "table") return render::Format::json;
    return render::parse_format(output).value_or(render::Format::table);
}

std::chrono::milliseconds GlobalOptions::time_limit() const {
    return parse_duration("--timeout", timeout.value_or("60"));
}

std::chrono::milliseconds GlobalOptions::silence_limit() const {
    return timeout ? time_limit() : std::chrono::hours(1);
}

bool GlobalOptions::json_errors() const { return output == "json" || output == "jsonl" || log == "json"; }

void check_global_options(const GlobalOptions& options) {
    if (options.retries < 0) throw Error(ErrorClass::usage, "--retries: it cannot be negative");
    if (options.quiet && options.output != "table" && options.output != "id") {
        throw Error(ErrorClass::usage, fmt::format("-q and -o {} exclude each other", options.output),
                    "-q shows only ids, as -o id does: leave out one of them");
    }
    check_jq(options);
}

void add_global_options(Command& root, GlobalOptions& options) {
    root.option("--url", options.url,
                "The platform's URL (PREVISION_URL); without it a profile's, else the embedded platform",
                {.value = "URL", .missing = "a URL"});
    root.option("--profile", options.profile, "The platform, by its profile (PREVISION_PROFILE)",
                {.value = "NAME", .missing = "a profile's name", .completes = Completes::profile});
    root.option("--project", options.project, "The project, by name or id (PREVISION_PROJECT)",
                {.value = "NAME", .missing = "a project's name", .completes = Completes::project});
    root.option("-o,--output", options.output, "How results are shown",
                {.value = "FORMAT", .choices = render::format_names(), .decides_errors = true});
    root.option("--jq", options.jq, "Filter the JSON result with a jq program, and show texts as they are",
                {.value = "PROGRAM", .missing = "a program"});
    root.flag("-q,--quiet", options.quiet, "Show only ids: the same as -o id");
    root.option("--color", options.color, "When to use colour",
                {.value = "WHEN", .choices = {"auto", "always", "never"}});
    root.option("--timeout", options.timeout,
                "How long a request may take with its retries: 90, 30s, 2m; 0 is no limit (default 60)",
                {.value = "TIME"});
    root.option("--retries", options.retries, "How often a request is repeated at most");
    root.flag("-v,--verbose", options.verbose, "Show each request and its time on stderr");
    root.flag("--no-input", options.no_input, "Never ask a question");
}

render::Settings render_settings(const GlobalOptions& options, const Io& io) {
    render::Settings settings;
    settings.format = options.format();
    settings.terminal = io.out_is_terminal;
    if (io.out_is_terminal) settings.width = io.width;
    const auto forced = io.environment.get("CLICOLOR_FORCE");
    if (options.color == "always") {
        settings.bold = true;
    } else if (options.color == "auto") {
        const bool colours = io.out_is_terminal && io.environment.get("TERM") != "dumb";
        settings.bold = !io.environment.get("NO_COLOR") && (colours || (forced && *forced != "0"));
    }
    return settings;
}

bool may_prompt(const GlobalOptions& options, const Io& io) {
    return io.in_is_terminal && io.err_is_terminal && !options.no_input && !io.environment.get("CI");
}

std::chrono::milliseconds parse_duration(std::string_view flag, const std::string& text) {
    constexpr std::array<std::pair<std::string_view, double>, 6> units{
        {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"", 1000}}};
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    for (const auto& [name, milliseconds] : units) {
        if (failure == std::errc{} && unit == name && value >= 0 && value * milliseconds < 1e12) {
            return std::chrono::milliseconds(static_cast<std::int64_t>(value * milliseconds));
        }
    }
    throw Error(ErrorClass::usage, fmt::format("{}: '{}' is not a duration", flag, text),
                "write seconds, or 500ms, 30s, 2m");
}

}  // namespace prevision::cli
