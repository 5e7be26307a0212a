#include <fmt/format.h>

#include "cli/nouns.hpp"
#include "cli/platform/choice.hpp"
#include "cli/process.hpp"
#include "cli/verbs/listing.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"
#include "platform/platform.hpp"
#include "server/server.hpp"

namespace prevision::cli {

namespace {

struct ServeOptions {
    std::string listen = "127.0.0.1:8080";
    std::optional<std::string> certificate;
    std::optional<std::string> key;
    bool insecure_http = false;
    std::string log = "text";
    std::optional<std::string> max_header;
    std::optional<std::string> max_body;
    std::optional<std::string> max_upload;
    std::optional<std::string> header_timeout;
    std::optional<std::string> body_timeout;
    std::optional<std::string> idle_timeout;
    std::optional<std::string> write_timeout;
    std::optional<std::string> drain_timeout;
    std::optional<std::string> keep_alive;
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
        throw Error(ErrorClass::usage, fmt::format("{}: '{}' is no size", flag, text),
                    "a number of bytes, or with K, M or G behind it");
    }
    return static_cast<std::uint64_t>(*number) << shift;
}

server::Settings to_settings(const ServeOptions& options) {
    server::Settings settings;
    auto& limits = settings.limits;
    settings.listen = options.listen;
    if (options.certificate) settings.tls_certificate = *options.certificate;
    if (options.key) settings.tls_key = *options.key;
    settings.insecure_http = options.insecure_http;
    if (options.log == "json") settings.log = server::LogFormat::json;
    if (options.log == "none") settings.log = server::LogFormat::none;
    if (options.max_header) limits.header_bytes = parse_size("--max-header", *options.max_header);
    if (options.max_body) limits.body_bytes = parse_size("--max-body", *options.max_body);
    if (options.max_upload) limits.upload_bytes = parse_size("--max-upload", *options.max_upload);
    if (options.header_timeout)
        limits.header_time = parse_duration("--header-timeout", *options.header_timeout);
    if (options.body_timeout) limits.body_time = parse_duration("--body-timeout", *options.body_timeout);
    if (options.idle_timeout) limits.idle_time = parse_duration("--idle-timeout", *options.idle_timeout);
    if (options.write_timeout) limits.write_time = parse_duration("--write-timeout", *options.write_timeout);
    if (options.drain_timeout)
        settings.drain_time = parse_duration("--drain-timeout", *options.drain_timeout);
    if (options.keep_alive) settings.event_comment = parse_duration("--keep-alive", *options.keep_alive);
    return settings;
}

/// What is served, and whom it lets in, is this machine's: a flag that names another platform is a mistake.
void refuse_remote(Services& services) {
    const auto& options = services.options();
    const bool is_remote = !options.profile.empty() && options.profile != embedded_profile;
    if (options.url.empty() && !is_remote) return;
    const std::string flag = is_remote ? "--profile" : "--url";
    throw Error(ErrorClass::usage,
                fmt::format("{}: what is served is the embedded platform of this machine", flag),
                fmt::format("leave {} out", flag));
}

void run_serve(const ServeOptions& options, Services& services) {
    constexpr std::chrono::seconds to_end{5};
    refuse_remote(services);
    const auto settings = to_settings(options);
    set_grace(settings.drain_time + to_end);
    server::Server server(services.embedded().platform(), settings, services.embedded().home(),
                          services.io().err, services.io().clock);
    services.message("prevision: serving on " + server.url());
    server.run(services.cancellation());
    services.message("prevision: stopped");
}

/// A token as it is shown: itself only when it has just been made.
struct ShownToken {
    std::string id;
    std::string token;
    platform::TokenRecord record;
    std::string document;
};

ShownToken show(const platform::TokenRecord& record, const Secret& token = {}) {
    model::JsonObject document;
    document.text("_id", record.id)
        .text("name", record.name)
        .text("role", platform::to_string(record.role))
        .text("created_at", record.created_at)
        .text_or_null("revoked_at", record.revoked_at)
        .text_if_set("token", token.reveal());
    // Of a new token, -q is to print what opens the platform, not what names it.
    return {.id = token.empty() ? record.id : token.reveal(),
            .token = token.reveal(),
            .record = record,
            .document = document.finish()};
}

std::vector<Field<ShownToken>> token_fields(bool with_token) {
    std::vector<Field<ShownToken>> fields{
        {{"id"}, [](const ShownToken& shown) { return cell(shown.record.id); }},
        {{"name"}, [](const ShownToken& shown) { return cell(shown.record.name); }},
        {{"role"},
         [](const ShownToken& shown) { return cell(std::string(platform::to_string(shown.record.role))); }},
        {{.name = "created_at", .is_time = true},
         [](const ShownToken& shown) { return cell(shown.record.created_at); }},
        {{.name = "revoked_at", .is_time = true},
         [](const ShownToken& shown) { return cell(shown.record.revoked_at); }}};
    if (with_token) {
        fields.push_back(text("token", &ShownToken::token));
    }
    return fields;
}

void add_token_create(Command& command, Services& services) {
    struct Options {
        std::string name;
        std::string role = "admin";
    };
    auto verb = command.subcommand("create", "Make a token, and show it this once");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "Whom or what it is for");
    verb.option("--role", options.role, "What it may do: everything, or only look",
                {.value = "ROLE", .choices = {"admin", "viewer"}});
    verb.example("prevision serve token create alice");
    verb.example("prevision serve token create ci --role viewer -q");
    verb.action([&options, &services] {
        refuse_remote(services);
        const auto made =
            services.embedded().platform().tokens().create(options.name, platform::parse_role(options.role));
        show_object(services, token_fields(true), show(made.record, made.token));
    });
}

void add_token(Command& serve, Services& services) {
    auto command = serve.subcommand("token", "Who may call the served platform", {"tokens"});
    add_token_create(command, services);

    auto list = command.subcommand("list", "List the tokens, without what they are", {"ls"});
    auto& list_options = list.keep<ListOptions>();
    add_list_options(list, list_options, column_names(token_fields(false)));
    list.example("prevision serve token list");
    list.action([&list_options, &services] {
        refuse_remote(services);
        const auto fields = token_fields(false);
        auto listing = make_listing(services, list_options, fields);
        for (const auto& record : services.embedded().platform().tokens().list()) {
            if (!listing.add(to_row(fields, show(record)))) break;
        }
        listing.finish();
        if (listing.count() == 0) say_list_is_empty(services, list_options, "token", "serve token create");
    });

    auto revoke = command.subcommand("revoke", "Take a token's power away, at once");
    auto& name = revoke.keep<std::string>();
    revoke.argument("NAME", name, "Its name or id", true, {.completes = Completes::token});
    revoke.example("prevision serve token revoke alice");
    revoke.action([&name, &services] {
        refuse_remote(services);
        const auto record = services.embedded().platform().tokens().revoke(name);
        show_done(services, token_fields(false), show(record),
                  fmt::format("revoked the token '{}'", record.name));
    });
}

void add_limits(Command& command, ServeOptions& options) {
    command.option("--max-header", options.max_header, "The largest header of a request (16K)",
                   {.value = "SIZE"});
    command.option("--max-body", options.max_body, "The largest JSON body (4M)", {.value = "SIZE"});
    command.option("--max-upload", options.max_upload, "The largest file (16G)", {.value = "SIZE"});
    command.option("--header-timeout", options.header_timeout, "For a whole header to come (10s)",
                   {.value = "TIME"});
    command.option("--body-timeout", options.body_timeout, "For more of a body to come (20s)",
                   {.value = "TIME"});
    command.option("--idle-timeout", options.idle_timeout, "Between two requests (60s)", {.value = "TIME"});
    command.option("--write-timeout", options.write_timeout, "For a client to take a piece (30s)",
                   {.value = "TIME"});
    command.option("--drain-timeout", options.drain_timeout, "For what runs to end after SIGTERM (10s)",
                   {.value = "TIME"});
    command.option("--keep-alive", options.keep_alive, "Between two comments of an event stream (15s)",
                   {.value = "TIME"});
}

}  // namespace

void add_serve(Command& root, Services& services) {
    auto command = root.subcommand("serve", "Serve the embedded platform to a team, over HTTP");
    auto& options = command.keep<ServeOptions>();
    command.option("--listen", options.listen, "Where to listen", {.value = "HOST:PORT"});
    command.option("--tls-cert", options.certificate, "The certificate, with its chain",
                   {.value = "FILE", .completes = Completes::file});
    command.option("--tls-key", options.key, "Its key", {.value = "FILE", .completes = Completes::file});
    command.flag("--insecure-http", options.insecure_http, "Listen wider than this machine without TLS");
    command.option("--log", options.log, "The access log, on stderr",
                   {.value = "FORM", .choices = {"text", "json", "none"}});
    add_limits(command, options);
    command.example("prevision serve token create alice");
    command.example("prevision serve");
    command.example("prevision serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem --log json");
    command.action([&options, &services] { run_serve(options, services); });
    add_token(command, services);
}

}  // namespace prevision::cli
