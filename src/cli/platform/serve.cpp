#include <array>
#include <map>
#include <type_traits>

#include <fmt/format.h>

#include "cli/nouns.hpp"
#include "cli/platform/choice.hpp"
#include "cli/platform/token.hpp"
#include "cli/process.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"
#include "platform/platform.hpp"
#include "server/server.hpp"
#include "server/systemd_socket.hpp"
#include "sources/reach.hpp"

namespace prevision::cli {

namespace {

struct ServeOptions {
    std::string listen = "127.0.0.1:8080";
    std::optional<std::string> certificate;
    std::optional<std::string> key;
    bool insecure_http = false;
    std::map<std::string_view, std::optional<std::string>> limits;  ///< by flag
    platform::Confinement confinement;
    std::vector<std::string> file_folders;
};

/// "65536", "16K", "4M", "2G": bytes.
std::uint64_t parse_size(std::string_view flag, const std::string& text) {
    std::string digits = text;
    unsigned shift = 0;
    if (!digits.empty()) {
        const auto unit = std::string_view("KMG").find(digits.back());
        if (unit != std::string_view::npos) {
            shift = 10 * (static_cast<unsigned>(unit) + 1);
            digits.pop_back();
        }
    }
    const auto number = parse_integer(digits);
    if (!number || *number <= 0 || *number > (std::int64_t{1} << 40U) >> shift) {
        throw Error(ErrorClass::usage, fmt::format("{}: '{}' is not a size", flag, text),
                    "give a number of bytes, or one followed by K, M or G");
    }
    return static_cast<std::uint64_t>(*number) << shift;
}

using server::Limits;
using server::Settings;

template <auto member>
void set_size(Settings& settings, std::string_view flag, const std::string& text) {
    settings.limits.*member = parse_size(flag, text);
}

template <auto member>
void set_time(Settings& settings, std::string_view flag, const std::string& text) {
    if constexpr (std::is_member_object_pointer_v<decltype(member)> && requires { settings.*member; })
        settings.*member = parse_duration(flag, text);
    else
        settings.limits.*member = parse_duration(flag, text);
}

/// A flag that sets a limit, as data.
struct Limit {
    std::string_view flag;
    std::string_view value;
    std::string_view help;
    void (*set)(Settings& settings, std::string_view flag, const std::string& text);
};

constexpr std::array<Limit, 9> all_limits{{
    {"--max-header", "SIZE", "The largest header of a request (16K)", set_size<&Limits::header_bytes>},
    {"--max-body", "SIZE", "The largest JSON body (4M)", set_size<&Limits::body_bytes>},
    {"--max-upload", "SIZE", "The largest file (16G)", set_size<&Limits::upload_bytes>},
    {"--header-timeout", "TIME", "For a whole header to come (10s)", set_time<&Limits::header_time>},
    {"--body-timeout", "TIME", "For more of a body to come (20s)", set_time<&Limits::body_time>},
    {"--idle-timeout", "TIME", "Between two requests (60s)", set_time<&Limits::idle_time>},
    {"--write-timeout", "TIME", "For a client to take a piece (30s)", set_time<&Limits::write_time>},
    {"--drain-timeout", "TIME", "For running calls to end after SIGTERM (10s)",
     set_time<&Settings::drain_time>},
    {"--keep-alive", "TIME", "Between two comments of an event stream (15s)",
     set_time<&Settings::event_comment>},
}};

/// With -o json the lines of the log are JSON too.
server::LogFormat log_format(const GlobalOptions& global) {
    const auto wanted = global.log.value_or(global.json_errors() ? "json" : "text");
    if (wanted == "none") return server::LogFormat::none;
    if (wanted == "json") return server::LogFormat::json;
    if (global.json_errors()) {
        throw Error(ErrorClass::usage, fmt::format("--log text and -o {} exclude each other", global.output),
                    "both say what stderr holds: leave out one of them");
    }
    return server::LogFormat::text;
}

Settings to_settings(const ServeOptions& options, const GlobalOptions& global,
                     const Environment& environment) {
    Settings settings;
    settings.listen = options.listen;
    if (options.listen == "systemd") settings.inherited_socket = server::systemd_socket(environment);
    if (options.certificate) settings.tls_certificate = *options.certificate;
    if (options.key) settings.tls_key = *options.key;
    settings.insecure_http = options.insecure_http;
    settings.log = log_format(global);
    for (const auto& limit : all_limits) {
        const auto& given = options.limits.at(limit.flag);
        if (given) limit.set(settings, limit.flag, *given);
    }
    return settings;
}

/// Writes a line of the log about the server itself. One that cannot be written is dropped, as those of requests are.
void announce(Services& services, std::string_view event, const std::string& url = {}) {
    auto& err = services.io().err;
    const auto text = url.empty() ? fmt::format("prevision: {}\n", event)
                                  : fmt::format("prevision: {} on {}\n", event, url);
    const auto json = model::JsonObject()
                          .text("time", format_time(services.io().clock.now()))
                          .text("event", event)
                          .text_if_set("url", url)
                          .finish();
    try {
        err.write(services.options().json_errors() ? json + "\n" : text);
        err.flush();
    } catch (const Error&) {
        return;
    } catch (const OutputClosed&) {
        return;
    }
}

void run_serve(const ServeOptions& options, Services& services) {
    constexpr std::chrono::seconds to_end{5};
    require_embedded(services.options());
    const auto settings = to_settings(options, services.options(), services.io().environment);
    set_grace(settings.drain_time + to_end);
    auto confinement = options.confinement;
    confinement.file_folders.assign(options.file_folders.begin(), options.file_folders.end());
    services.embedded().platform().confine(confinement);
    if (!confinement.ambient_credentials) sources::forget_ambient_credentials();
    server::Server server(services.embedded().platform(), settings, services.embedded().home(),
                          services.io().err, services.io().clock);
    announce(services, "serving", server.url());
    server.run(services.cancellation());
    announce(services, "stopped");
}

/// What connectors may use of the server's machine and network.
void add_confinement(Command& command, ServeOptions& options) {
    command.option("--allow-files", options.file_folders,
                   "Let connectors open the files and local sockets in a folder; may be given several times",
                   {.value = "DIR", .completes = Completes::file});
    command.option(
        "--allow-hosts", options.confinement.hosts,
        "Let connectors reach only hosts that match, or with ! before it not those: a name with * and ?, "
        "an address, a network, loopback, private, link-local; may be given several times",
        {.value = "PATTERN"});
    command.flag("--ambient-credentials", options.confinement.ambient_credentials,
                 "Let connectors log in with the passwords, keys and SSH agent of this user");
}

}  // namespace

void add_serve(Command& root, GlobalOptions& global, Services& services) {
    auto command = root.subcommand("serve", "Serve the embedded platform to a team, over HTTP");
    auto& options = command.keep<ServeOptions>();
    command.option("--log", global.log, "The access log, on stderr: text, without -o json",
                   {.value = "FORM", .choices = {"text", "json", "none"}, .decides_errors = true});
    command.option("--listen", options.listen, "The address to listen at, or systemd: the socket of its unit",
                   {.value = "HOST:PORT"});
    command.option("--tls-cert", options.certificate, "The certificate, with its chain",
                   {.value = "FILE", .completes = Completes::file});
    command.option("--tls-key", options.key, "Its key", {.value = "FILE", .completes = Completes::file});
    command.flag("--insecure-http", options.insecure_http, "Listen beyond this machine without TLS");
    add_confinement(command, options);
    for (const auto& limit : all_limits) {
        command.option(std::string(limit.flag), options.limits[limit.flag], std::string(limit.help),
                       {.value = std::string(limit.value)});
    }
    command.example("prevision serve token create alice");
    command.example("prevision serve");
    command.example("prevision serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem --log json");
    command.action([&options, &services] { run_serve(options, services); });
    add_token(command, services);
}

}  // namespace prevision::cli
