#include "cli/connector/definition.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/connector/check.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"
#include "platform/connection.hpp"
#include "sources/host_url.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t credentials_limit = std::size_t{1} << 20U;

/// "S3, SFTP: ...", from the tables of the engines that take it; "tls" of several engines has one help.
std::string help_of(const std::string& name) {
    std::vector<std::string> types;
    std::string help;
    for (const auto& engine : sources::engines()) {
        const auto* option = sources::find_option(engine.connector_options, name);
        if (option == nullptr) continue;
        if (std::ranges::find(types, engine.type) == types.end()) types.emplace_back(engine.type);
        if (!help.empty()) continue;
        help = option->help;
        if (!option->fallback.empty()) help += fmt::format(" (default {})", option->fallback);
    }
    return fmt::format("{}: {}", join(types, ", "), help);
}

/// The type as far as the options tell it; empty where they do not.
std::string told_type(const ConnectorOptions& options) {
    return tell_type(options.type.value_or(""), options.engine.value_or(""), options.host.value_or(""));
}

/// What an option takes in the systems that the others leave to choose from.
std::vector<std::string> choices_of(const std::string& name, const ConnectorOptions& options) {
    const auto type = told_type(options);
    std::vector<std::string> choices;
    for (const auto& engine : sources::engines()) {
        if (!type.empty() && engine.type != type) continue;
        if (options.engine && sources::find_engine(*options.engine) != &engine) continue;
        const auto* option = sources::find_option(engine.connector_options, name);
        if (option == nullptr) continue;
        for (const auto& choice : split(option->choices, '|')) {
            if (std::ranges::find(choices, choice) == choices.end()) choices.push_back(choice);
        }
    }
    return choices;
}

std::string upper_case(std::string text) {
    for (auto& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return text;
}

std::string type_of(const ConnectorOptions& options) {
    const auto failure = fmt::format("cannot create the connector '{}'", options.name);
    std::string type;
    try {
        type = told_type(options);
    } catch (const Error& error) {
        throw error.with_message(fmt::format("{}: {}", failure, error.what()));
    }
    if (!type.empty()) return type;
    throw Error(ErrorClass::usage, failure + ": --type is missing",
                fmt::format("--type {}; 'prevision connector types' tells what each takes",
                            join(platform::connector_types(), ", ")));
}

std::optional<Secret> password_of(const ConnectorOptions& options, Services& services, bool ask) {
    if (options.typed_password) return options.typed_password;
    auto secret = read_secret(options.secret, services);
    if (secret || !ask || !options.username || options.username->empty()) return secret;
    if (options.private_key_file) return secret;
    if (!may_prompt(services.options(), services.io())) return secret;
    return prompt_for_secret(
        fmt::format("Password of {} on {}", *options.username, options.host.value_or("the platform")),
        services);
}

/// Whether the help shows an option: without a type all of them, else what the type takes.
std::function<bool()> taken_by(const ConnectorOptions& options, const std::string& name) {
    return [&options, name] {
        if (!options.type && !options.engine) return true;
        return takes(options.type ? upper_case(*options.type) : "", options.engine.value_or(""), name);
    };
}

/// The service account, where there is one or there must be.
Secret credentials_of(const ConnectorOptions& options, bool required) {
    constexpr auto* hint = "--credentials-file names the JSON file of a service account";
    if (!options.credentials_file) {
        if (!required) return {};
        throw Error(ErrorClass::invalid, "invalid --credentials-file: it is missing, and GCP needs it", hint);
    }
    Secret credentials(read_file(*options.credentials_file, credentials_limit));
    if (trim(credentials.reveal()).empty()) {
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid --credentials-file: {} is empty", *options.credentials_file), hint);
    }
    try {
        model::parse_json_object(credentials.reveal());
    } catch (const Error& error) {
        throw Error(
            ErrorClass::invalid,
            fmt::format("invalid --credentials-file: {}: {}", *options.credentials_file, error.what()), hint);
    }
    return credentials;
}

}  // namespace

bool ConnectorOptions::bare() const {
    return !type && !engine && !host && !port && !username && !secret.given() && !credentials_file &&
           !private_key_file &&
           std::ranges::none_of(own, [](const auto& option) { return option.second.has_value(); });
}

std::string flag_of(std::string_view option) {
    // A secret comes from a file or stdin rather than from the command line.
    if (option == "password") return "--password-stdin";
    if (option == "private_key") return "--private-key-file";
    std::string flag = "--" + std::string(option);
    std::ranges::replace(flag, '_', '-');
    return flag;
}

std::string tell_type(const std::string& type, const std::string& engine, const std::string& host) {
    if (!type.empty()) return upper_case(type);
    sources::Connection connection;
    connection.engine = engine;
    connection.host = host;
    const auto* told = sources::tell_engine(connection);
    return told == nullptr ? std::string() : std::string(told->type);
}

void add_connector_options(Command& verb, ConnectorOptions& options, bool exists) {
    verb.argument("NAME", options.name, exists ? "Its name or id" : "The connector's name", true,
                  {.completes = exists ? Completes::connector : Completes::nothing});
    verb.option("--type", options.type,
                fmt::format("{}; told from the engine or the host where they say it",
                            join(platform::connector_types(), ", ")),
                {.value = "TYPE", .suggestions = platform::connector_types()});
    verb.option("--engine", options.engine, "The kind of system: " + join(engine_names(), ", "),
                {.value = "ENGINE",
                 .suggest = [&options] { return engine_names(told_type(options)); },
                 .shown = taken_by(options, "engine")});
    verb.option(
        "--host", options.host,
        "A host name, or a URL: mysql://db.example.com, postgres://db.example.com, sqlite:///data/shop.db",
        {.value = "HOST", .shown = taken_by(options, "host")});
    verb.option("--port", options.port, "The port; the engine's own without it",
                {.value = "N", .shown = taken_by(options, "port")});
    verb.option("--username", options.username, "Who logs in; for S3 the access key",
                {.value = "NAME", .shown = taken_by(options, "username")});
    add_secret_options(verb, options.secret, true, taken_by(options, "password"));
    verb.option(
        "--credentials-file", options.credentials_file, "GCP: the service account's JSON file",
        {.value = "FILE", .completes = Completes::file, .shown = taken_by(options, "google_credentials")});
    verb.option("--private-key-file", options.private_key_file,
                "SFTP: the private key to log in with; the password is its passphrase",
                {.value = "FILE", .completes = Completes::file, .shown = taken_by(options, "private_key")});
    for (const auto& name : sources::engine_option_names()) {
        verb.option(flag_of(name), options.own[name], help_of(name),
                    {.value = upper_case(flag_of(name).substr(2)),
                     .suggest = [&options, name] { return choices_of(name, options); },
                     .shown = taken_by(options, name)});
    }
}

void take_apart_host(ConnectorOptions& options, Services& services) {
    if (!options.host) return;
    const auto url = sources::split_host_url(*options.host);
    if (!url) return;
    const auto refuse_twice = [](bool is_given, std::string_view what) {
        if (!is_given) return;
        throw Error(ErrorClass::usage, fmt::format("the {} is given twice: in --host, and by itself", what),
                    "leave it out of --host");
    };
    refuse_twice(url->username && options.username, "user name");
    refuse_twice(url->password && options.secret.given(), "password");
    auto& tls = options.own["tls"];
    refuse_twice(!url->tls.empty() && tls, "encryption");
    options.host = url->host;
    if (url->username) options.username = url->username;
    if (!url->tls.empty()) tls = url->tls;
    if (url->password) {
        SecretOptions typed;
        typed.value = url->password->reveal();
        options.typed_password = read_secret(typed, services);
    }
    if (!url->database.empty()) {
        services.message(fmt::format(
            "warning: the database '{}' in --host is left out: a connector has none, give the datasource --database",
            url->database));
    }
}

model::Connector without_secrets(const ConnectorOptions& options) {
    model::Connector connector;
    connector.name = options.name;
    connector.type = type_of(options);
    connector.host = options.host.value_or("");
    connector.port = options.port;
    connector.username = options.username.value_or("");
    if (options.engine) connector.options["engine"] = *options.engine;
    for (const auto& [name, value] : options.own) {
        if (value) connector.options[name] = *value;
    }
    return connector;
}

model::Connector to_connector(const ConnectorOptions& options, Services& services) {
    auto connector = without_secrets(options);
    if (options.private_key_file)
        connector.private_key = Secret(read_file(*options.private_key_file, credentials_limit));
    connector.google_credentials = credentials_of(options, connector.type == "GCP");
    // Checked before a password is asked for, and with it after that.
    const bool asks = !connector.username.empty() && !options.private_key_file &&
                      may_prompt(services.options(), services.io());
    const bool gives_password =
        options.secret.given() || asks || (options.typed_password && !options.typed_password->empty());
    check_definition(connector, gives_password, command_line_place("connector", connector.name), services);
    connector.password = password_of(options, services, true).value_or(Secret());
    return connector;
}

std::string to_changes(const ConnectorOptions& options, Services& services) {
    model::JsonObject changes;
    if (options.type) changes.text("type", upper_case(*options.type));
    changes.text_if_given("engine", options.engine)
        .text_if_given("host", options.host)
        .value_if_given("port", options.port)
        .text_if_given("username", options.username);
    for (const auto& [name, value] : options.own) changes.text_if_given(name, value);
    if (options.private_key_file)
        changes.text("private_key", read_file(*options.private_key_file, credentials_limit));
    if (const auto password = password_of(options, services, false))
        changes.text("password", password->reveal());
    if (options.credentials_file) changes.text("googleCredentials", credentials_of(options, true).reveal());
    if (changes.empty())
        throw Error(ErrorClass::usage, "nothing to change was given",
                    "see 'prevision connector update --help'");
    return changes.finish();
}

}  // namespace prevision::cli
