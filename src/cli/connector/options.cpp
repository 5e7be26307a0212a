#include "cli/connector/options.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cli/connector/check.hpp"
#include "cli/connector/secrets.hpp"
#include "cli/github_actions.hpp"
#include "cli/secret_command.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/connection.hpp"
#include "sources/host_url.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

/// "; ftp also: implicit": the values of an option that the first engine with it does not have.
std::string further_choices(const std::string& name) {
    std::vector<std::string> known;
    std::string text;
    for (const auto& engine : sources::engines()) {
        const auto* option = sources::find_option(engine.connector_options, name);
        if (option == nullptr) continue;
        const bool first = known.empty();
        std::vector<std::string> further;
        for (const auto& choice : split(option->choices, '|')) {
            if (std::ranges::find(known, choice) == known.end()) further.push_back(choice);
        }
        if (!first && !further.empty())
            text += fmt::format("; {} also: {}", engine.name, join(further, ", "));
        known.insert(known.end(), further.begin(), further.end());
    }
    return text;
}

/// "S3, SFTP: ...", from the tables of the engines that take it; the help is the first engine's.
std::string help_of(const std::string& name) {
    std::vector<std::string> types;
    std::string help;
    for (const auto& [type, option] : sources::connector_options()) {
        if (option->name != name) continue;
        if (std::ranges::find(types, type) == types.end()) types.emplace_back(type);
        if (!help.empty()) continue;
        help = option->help;
        if (!option->fallback.empty()) help += fmt::format(" (default {})", option->fallback);
    }
    return fmt::format("{}: {}{}", join(types, ", "), help, further_choices(name));
}

/// The type, as far as the options name it; else empty.
std::string told_type(const ConnectorOptions& options) {
    return tell_type(options.type.value_or(""), options.engine.value_or(""), options.host.value_or(""));
}

/// The values of an option in the systems that the other options allow.
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

std::string type_of(const ConnectorOptions& options) {
    const auto place = command_line_place("connector", options.name);
    std::string type;
    check_at(place, [&] { type = told_type(options); });
    if (!type.empty()) return type;
    throw Error(ErrorClass::usage, place.where("") + ": --type is missing",
                fmt::format("--type {}; 'prevision connector types' shows what each takes",
                            join(platform::connector_types(), ", ")));
}

/// Whether the help shows an option: without a type all of them, else what the type takes.
std::function<bool()> taken_by(const ConnectorOptions& options, const std::string& name) {
    return [&options, name] {
        if (!options.type && !options.engine) return true;
        return takes(options.type ? upper_case(*options.type) : "", options.engine.value_or(""), name);
    };
}

}  // namespace

bool ConnectorOptions::bare() const {
    return !type && !engine && !host && !port && !username && !secret.given() && !gives_secret_file(*this) &&
           std::ranges::none_of(own, [](const auto& option) { return option.second.has_value(); });
}

std::string flag_of(std::string_view option) {
    // A file or stdin is safer for a secret than the command line.
    if (option == "password") return "--password-stdin";
    const auto secrets = sources::secret_options();
    const auto secret = std::ranges::find(secrets, option, &sources::Option::name);
    auto flag = "--" + (secret == secrets.end() ? std::string(option) : file_field(**secret));
    std::ranges::replace(flag, '_', '-');
    return flag;
}

std::string upper_case(std::string text) {
    for (auto& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return text;
}

std::string tell_type(const std::string& type, const std::string& engine, const std::string& host) {
    if (!type.empty()) return upper_case(type);
    sources::Connection connection;
    connection.engine = engine;
    connection.host = host;
    const auto* found = sources::tell_engine(connection);
    return found == nullptr ? std::string() : std::string(found->type);
}

void add_connector_options(Command& verb, ConnectorOptions& options, bool exists) {
    verb.argument("NAME", options.name, exists ? "Its name or id" : "The connector's name", true,
                  {.completes = exists ? Completes::connector : Completes::nothing});
    if (exists) verb.option("--name", options.new_name, "Its new name", {.value = "NAME"});
    verb.option(
        "--type", options.type,
        fmt::format("{}; by default that of the engine or the host", join(platform::connector_types(), ", ")),
        {.value = "TYPE", .suggestions = platform::connector_types()});
    verb.option("--engine", options.engine, "The kind of system: " + join(engine_names(), ", "),
                {.value = "ENGINE",
                 .suggest = [&options] { return engine_names(told_type(options)); },
                 .shown = taken_by(options, "engine")});
    verb.option(
        "--host", options.host,
        "A host name, or a URL: mysql://db.example.com, postgres://db.example.com, sqlite:///data/shop.db",
        {.value = "HOST", .shown = taken_by(options, "host")});
    verb.option("--port", options.port, "The port, by default the engine's",
                {.value = "N", .shown = taken_by(options, "port")});
    verb.option("--username", options.username, "The user to log in as; for S3 the access key",
                {.value = "NAME", .shown = taken_by(options, "username")});
    add_secret_options(verb, options.secret, true, taken_by(options, "password"));
    for (const auto* secret : sources::secret_options()) {
        const std::string name(secret->name);
        if (name == "password") continue;
        verb.option(flag_of(name), options.secret_files[name], help_of(name),
                    {.value = "FILE",
                     .may_be_empty = exists,
                     .completes = Completes::file,
                     .shown = taken_by(options, name)});
    }
    for (const auto& name : sources::engine_option_names()) {
        verb.option(flag_of(name), options.own[name], help_of(name),
                    {.value = upper_case(flag_of(name).substr(2)),
                     .suggest = [&options, name] { return choices_of(name, options); },
                     .shown = taken_by(options, name)});
    }
}

std::optional<int> port_of(const ConnectorOptions& options) {
    if (options.port.value_or("").empty()) return std::nullopt;
    const auto port = parse_integer(*options.port);
    if (!port || *port < std::numeric_limits<int>::min() || *port > std::numeric_limits<int>::max())
        throw Error(ErrorClass::usage, fmt::format("--port: '{}' is not a whole number", *options.port));
    return static_cast<int>(*port);
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
        typed.value = std::string(url->password->reveal());
        options.typed_password = read_secret(typed, services);
    }
    if (!url->database.empty()) {
        services.warn(fmt::format(
            "the database '{}' in --host is left out: a connector has none, give the datasource --database",
            url->database));
    }
}

model::Connector without_secrets(const ConnectorOptions& options) {
    model::Connector connector;
    connector.name = options.name;
    connector.type = type_of(options);
    connector.host = options.host.value_or("");
    connector.port = port_of(options);
    connector.username = options.username.value_or("");
    if (options.engine) connector.options["engine"] = *options.engine;
    for (const auto& [name, value] : options.own) {
        if (value) connector.options[name] = *value;
    }
    return connector;
}

}  // namespace prevision::cli
