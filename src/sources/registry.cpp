#include "sources/registry.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "net/socket.hpp"
#include "sources/files/ftp.hpp"
#include "sources/files/sftp.hpp"
#include "sources/host.hpp"
#include "sources/mysql/mysql.hpp"
#include "sources/postgres/postgres.hpp"
#include "sources/s3/s3.hpp"
#include "sources/server_answer.hpp"
#include "sources/sqlite/sqlite.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace {

// Schemes that name a way of reaching a host rather than a system: they say nothing about the engine.
constexpr std::array<std::string_view, 4> neutral_schemes{"http", "https", "tcp", "ssl"};

// The ports of systems that are known and have no engine.
struct ForeignPort {
    int port;
    std::string_view title;
};
constexpr std::array<ForeignPort, 2> foreign_ports{{{1433, "SQL Server"}, {1521, "Oracle Database"}}};

[[noreturn]] void refuse(std::string_view field, const std::string& why, std::string hint = {}) {
    throw Error(ErrorClass::invalid, fmt::format("invalid {}: {}", field, why), std::move(hint));
}

std::string engine_names() {
    std::vector<std::string> names;
    for (const auto& engine : engines()) names.emplace_back(engine.name);
    return join(names, ", ");
}

std::string choose_engine_hint() { return fmt::format("say it with --engine (one of: {})", engine_names()); }

const Engine* find_by_scheme(std::string_view scheme) {
    for (const auto& engine : engines()) {
        if (std::ranges::find(engine.schemes, scheme) != engine.schemes.end()) return &engine;
    }
    return nullptr;
}

void check_type(std::string_view type) {
    std::vector<std::string> types;
    for (const auto& engine : engines()) {
        if (engine.type == type) return;
        if (std::ranges::find(types, engine.type) == types.end()) types.emplace_back(engine.type);
    }
    if (type.empty()) refuse("type", "it is empty", fmt::format("one of: {}", join(types, ", ")));
    refuse("type", fmt::format("no connection of type '{}' can be made here", type),
           fmt::format("one of: {}", join(types, ", ")));
}

void check_engine_has_type(const Engine& engine, std::string_view type) {
    if (engine.type == type) return;
    refuse("engine",
           fmt::format("{} is of type {}, and the connector's type is {}", engine.title, engine.type, type));
}

const Engine* tell_by_name_or_scheme(const Connection& connection, const Host& host) {
    const Engine* by_scheme = find_by_scheme(host.scheme);
    if (by_scheme == nullptr && !host.scheme.empty() &&
        std::ranges::find(neutral_schemes, host.scheme) == neutral_schemes.end()) {
        refuse("host", fmt::format("its scheme '{}' names no system that is known here", host.scheme),
               choose_engine_hint());
    }
    if (connection.engine.empty()) {
        // Only a file has a path and no host.
        return by_scheme == nullptr && host.name.empty() && !host.path.empty() ? find_by_scheme("sqlite")
                                                                               : by_scheme;
    }
    const Engine* named = find_engine(connection.engine);
    if (named == nullptr) {
        refuse("engine", fmt::format("there is no engine '{}'", connection.engine),
               fmt::format("one of: {}", engine_names()));
    }
    if (by_scheme != nullptr && by_scheme != named) {
        refuse("engine", fmt::format("it is {}, and the host's scheme '{}' is {}'s", named->name, host.scheme,
                                     by_scheme->name));
    }
    return named;
}

const Engine* tell_by_type(std::string_view type) {
    const auto serves = [&](const Engine& engine) { return engine.type == type; };
    const auto first = std::ranges::find_if(engines(), serves);
    return std::ranges::count_if(engines(), serves) == 1 ? &*first : nullptr;
}

const Engine* tell_by_port(int port, std::string_view type) {
    for (const auto& engine : engines()) {
        if ((type.empty() || engine.type == type) && engine.default_port == port) return &engine;
    }
    for (const auto& foreign : foreign_ports) {
        if (foreign.port != port) continue;
        refuse("port", fmt::format("{} is the port of {}, which has no engine here", port, foreign.title),
               fmt::format("if another system answers there, {}", choose_engine_hint()));
    }
    return nullptr;
}

bool holds(std::string_view choices, std::string_view value) {
    const auto parts = split(choices, '|');
    return std::ranges::find(parts, value) != parts.end();
}

// The connection's fields and options by the names that an engine's table has for them; empty is not set.
std::map<std::string, std::string> given_options(const Connection& connection) {
    auto given = connection.options;
    given["host"] = connection.host;
    given["username"] = connection.username;
    given["port"] = connection.port ? "given" : "";
    given["password"] = connection.password.empty() ? "" : "given";
    given["private_key"] = connection.private_key.empty() ? "" : "given";
    return given;
}

void check_options(const Engine& engine, const Connection& connection) {
    const auto given = given_options(connection);
    for (const auto& [name, value] : given) {
        if (value.empty()) continue;
        const auto option = std::ranges::find(engine.connector_options, name, &Option::name);
        if (option == engine.connector_options.end()) {
            refuse(name, fmt::format("{} takes none", engine.title), "leave it out");
        }
        if (!option->choices.empty() && !holds(option->choices, value)) {
            refuse(name, fmt::format("'{}' is none of {}", value, join(split(option->choices, '|'), ", ")));
        }
    }
    for (const auto& option : engine.connector_options) {
        const auto value = given.find(std::string(option.name));
        if (option.required && (value == given.end() || value->second.empty())) {
            refuse(option.name, fmt::format("{} needs one", engine.title));
        }
    }
}

const Engine& hear_engine(const std::vector<net::Address>& addresses, const std::string& place,
                          std::chrono::milliseconds timeout, Cancellation& cancellation) {
    const auto socket = net::connect(addresses, place, timeout, cancellation);
    const auto answer = hear_server(socket, timeout, cancellation);
    if (const Engine* engine = find_engine(answer.engine)) return *engine;
    refuse(
        "engine",
        fmt::format("cannot tell which system answers at {}: {}", place,
                    answer.is_silent ? "it says nothing of itself" : "it greets as none that is known here"),
        choose_engine_hint());
}

/// Calls the server to hear what it is, the stages of which are told to `observer`.
const Engine& ask_engine(const std::string& host, int port, std::chrono::milliseconds timeout,
                         Cancellation& cancellation, const StageObserver& observer) {
    std::string place = fmt::format("{}:{}", host, port);
    std::vector<net::Address> addresses;
    run_stage(observer, "resolve", [&] {
        addresses = net::resolve(host, port);
        return place;
    });
    const Engine* engine = nullptr;
    run_stage(observer, "connect", [&] {
        engine = &hear_engine(addresses, place, timeout, cancellation);
        return std::string(engine->title);
    });
    return *engine;
}

}  // namespace

std::span<const Engine> engines() {
    static const std::array<Engine, 6> table{mysql_engine(), postgres_engine(), sqlite_engine(),
                                             ftp_engine(),   sftp_engine(),     s3_engine()};
    return table;
}

const Engine* find_engine(std::string_view name) {
    for (const auto& engine : engines()) {
        if (engine.name == name) return &engine;
    }
    return find_by_scheme(name);
}

const Engine* tell_engine(const Connection& connection) {
    if (!connection.type.empty()) check_type(connection.type);
    const Host host = connection.host.empty() ? Host{} : parse_host(connection.host);
    const auto port = choose_port(connection.port, host);
    const Engine* engine = tell_by_name_or_scheme(connection, host);
    if (engine != nullptr && !connection.type.empty()) check_engine_has_type(*engine, connection.type);
    if (engine == nullptr) engine = tell_by_type(connection.type);
    if (engine == nullptr && port) engine = tell_by_port(*port, connection.type);
    return engine;
}

const Engine& detect_engine(const Connection& connection, Cancellation& cancellation,
                            const StageObserver& failure) {
    if (const Engine* told = tell_engine(connection)) return *told;
    if (connection.host.empty()) refuse("host", "it is empty");
    const Host host = parse_host(connection.host);
    // Where no port is given, the ports of those that can be told by how they answer.
    std::vector<int> ports{*mysql_engine().default_port, *postgres_engine().default_port};
    if (const auto port = choose_port(connection.port, host)) ports = {*port};
    const auto timeout = connection.connect_timeout / static_cast<int>(ports.size());
    std::optional<Error> first_error;
    std::vector<Stage> first_stages;
    for (const int port : ports) {
        std::vector<Stage> stages;
        try {
            return ask_engine(host.name, port, timeout, cancellation,
                              [&](const Stage& stage) { stages.push_back(stage); });
        } catch (const Error& error) {
            cancellation.check();
            if (first_error) continue;
            first_error = error;
            first_stages = stages;
        }
    }
    if (failure) std::ranges::for_each(first_stages, failure);
    throw Error(*first_error);
}

std::unique_ptr<Source> open_source(const Connection& connection, Cancellation& cancellation,
                                    const StageObserver& failure) {
    check_connection(connection);
    return detect_engine(connection, cancellation, failure).open(connection, cancellation);
}

void check_connection(const Connection& connection) {
    check_type(connection.type);
    const Engine* engine = tell_engine(connection);
    if (engine != nullptr) {
        check_options(*engine, connection);
        if (engine->check_connection != nullptr) engine->check_connection(connection);
        return;
    }
    if (connection.host.empty()) refuse("host", "it is empty", "give --host");
}

}  // namespace prevision::sources
