#include "sources/registry.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "net/socket.hpp"
#include "sources/check.hpp"
#include "sources/field.hpp"
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

// Schemes that name a transport rather than a system.
constexpr std::array<std::string_view, 4> neutral_schemes{"http", "https", "tcp", "ssl"};

// The ports of well-known systems that have no engine.
struct ForeignPort {
    int port;
    std::string_view title;
};
constexpr std::array<Option, 1> gcp_options{{
    {.name = "googleCredentials",
     .help = "service account, a JSON object",
     .required = true,
     .secret = true,
     .is_object = true,
     .file_flag = "credentials"},
}};

constexpr std::array<KeptType, 4> kept{{{.type = "GCP", .connector_options = gcp_options, .is_offered = true},
                                        {.type = "HIVE", .connector_options = {}},
                                        {.type = "HBASE", .connector_options = {}},
                                        {.type = "HDFS", .connector_options = {}}}};

constexpr std::array<ForeignPort, 2> foreign_ports{{{1433, "SQL Server"}, {1521, "Oracle Database"}}};

std::string engine_names() {
    std::vector<std::string> names;
    for (const auto& engine : engines()) names.emplace_back(engine.name);
    return join(names, ", ");
}

std::string choose_engine_hint() { return fmt::format("name it with --engine (one of: {})", engine_names()); }

[[noreturn]] void refuse_engine(const std::string& name) {
    std::vector<std::string> names;
    for (const auto& engine : engines()) names.emplace_back(engine.name);
    const auto meant = closest(name, names);
    refuse_field(
        "engine", fmt::format("there is no engine '{}'", name),
        meant ? fmt::format("did you mean {}?", *meant) : fmt::format("one of: {}", join(names, ", ")));
}

// Tools add the name of a driver to the scheme: "postgresql+psycopg2".
const Engine* find_by_scheme(std::string_view scheme) {
    scheme = scheme.substr(0, scheme.find('+'));
    for (const auto& engine : engines()) {
        if (std::ranges::find(engine.schemes, scheme) != engine.schemes.end()) return &engine;
    }
    return nullptr;
}

void check_engine_has_type(const Engine& engine, std::string_view type) {
    if (engine.type == type) return;
    refuse_field("engine", fmt::format("{} is of type {}, and the connector's type is {}", engine.title,
                                       engine.type, type));
}

const Engine* tell_by_name_or_scheme(const Connection& connection, const Host& host) {
    const Engine* by_scheme = find_by_scheme(host.scheme);
    if (by_scheme == nullptr && !host.scheme.empty() &&
        std::ranges::find(neutral_schemes, host.scheme) == neutral_schemes.end()) {
        refuse_field("host", fmt::format("its scheme '{}' names no known system", host.scheme),
                     choose_engine_hint());
    }
    if (connection.engine.empty()) {
        // Only a file has a path and no host.
        if (by_scheme != nullptr || !host.name.empty() || host.path.empty()) return by_scheme;
        const auto file = std::ranges::find_if(engines(), &Engine::is_file);
        return file == engines().end() ? nullptr : &*file;
    }
    const Engine* named = find_engine(connection.engine);
    if (named == nullptr) {
        refuse_engine(connection.engine);
    }
    if (by_scheme != nullptr && by_scheme != named) {
        refuse_field("engine", fmt::format("it is {}, and the host's scheme '{}' is {}'s", named->name,
                                           host.scheme, by_scheme->name));
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
        refuse_field("port",
                     fmt::format("{} is the port of {}, which has no engine here", port, foreign.title),
                     fmt::format("if another system answers there, {}", choose_engine_hint()));
    }
    return nullptr;
}

const Engine& hear_engine(const std::vector<net::Address>& addresses, const std::string& place,
                          std::chrono::milliseconds timeout, Cancellation& cancellation) {
    const auto socket = net::connect(addresses, place, timeout, cancellation);
    const auto answer = hear_server(socket, timeout, cancellation);
    if (answer.engine != nullptr) return *answer.engine;
    refuse_field("engine",
                 fmt::format("cannot find out which system answers at {}: {}", place,
                             answer.is_silent ? "it sends nothing" : "its greeting is not a known system's"),
                 choose_engine_hint());
}

/// Connects to the server to find out what it is; `observer` gets the stages.
const Engine& ask_engine(const std::string& host, int port, const net::HostRules& rules,
                         std::chrono::milliseconds timeout, Cancellation& cancellation,
                         const StageObserver& observer) {
    std::string place = fmt::format("{}:{}", host, port);
    std::vector<net::Address> addresses;
    run_stage(observer, "resolve", [&] {
        addresses = net::resolve(host, port, rules);
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

const Option* find_option(std::span<const Option> options, std::string_view name) {
    const auto found = std::ranges::find(options, name, &Option::name);
    return found == options.end() ? nullptr : &*found;
}

const Engine* find_engine(std::string_view name) {
    for (const auto& engine : engines()) {
        if (engine.name == name) return &engine;
    }
    return find_by_scheme(name);
}

std::vector<std::string> engine_types() {
    std::vector<std::string> types;
    for (const auto& engine : engines()) {
        if (std::ranges::find(types, engine.type) == types.end()) types.emplace_back(engine.type);
    }
    return types;
}

std::vector<std::string> engine_option_names() {
    constexpr std::array<std::string_view, 3> common{"host", "port", "username"};
    std::vector<std::string> names;
    for (const auto& [type, option] : connector_options()) {
        if (option->secret || std::ranges::find(common, option->name) != common.end() ||
            std::ranges::find(names, option->name) != names.end())
            continue;
        names.emplace_back(option->name);
    }
    return names;
}

bool is_engine_option(std::string_view name) {
    static const auto names = engine_option_names();
    return std::ranges::find(names, name) != names.end();
}

std::span<const KeptType> kept_types() { return kept; }

const KeptType* find_kept_type(std::string_view type) {
    const auto found = std::ranges::find(kept, type, &KeptType::type);
    return found == kept.end() ? nullptr : &*found;
}

std::vector<TypedOption> connector_options() {
    std::vector<TypedOption> all;
    for (const auto& engine : engines()) {
        for (const auto& option : engine.connector_options) all.push_back({engine.type, &option});
    }
    for (const auto& type : kept) {
        for (const auto& option : type.connector_options) all.push_back({type.type, &option});
    }
    return all;
}

std::vector<const Option*> secret_options() {
    std::vector<const Option*> secrets;
    for (const auto& [type, option] : connector_options()) {
        if (option->secret && std::ranges::find(secrets, option->name, &Option::name) == secrets.end())
            secrets.push_back(option);
    }
    return secrets;
}

bool writes_tables(std::string_view type) {
    return std::ranges::any_of(engines(), [&](const Engine& engine) {
        return engine.type == type && engine.open_table_writer != nullptr;
    });
}

void check_type(std::string_view type) {
    const auto types = engine_types();
    if (std::ranges::find(types, type) != types.end()) return;
    refuse_field("type", type.empty() ? "it is empty" : fmt::format("'{}' has no engine here", type),
                 fmt::format("one of: {}", join(types, ", ")));
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
    if (connection.host.empty()) refuse_field("host", "it is empty");
    const Host host = parse_host(connection.host);
    std::vector<int> ports;
    if (const auto port = choose_port(connection.port, host)) {
        ports = {*port};
    } else {
        // Without a port, try those of the systems that can be recognised by their answer.
        for (const auto& engine : engines()) {
            if (engine.recognizes != nullptr && engine.type == connection.type)
                ports.push_back(*engine.default_port);
        }
    }
    const auto timeout = connection.connect_timeout / static_cast<int>(ports.size());
    std::optional<Error> first_error;
    std::vector<Stage> first_stages;
    for (const int port : ports) {
        std::vector<Stage> stages;
        try {
            return ask_engine(host.name, port, connection.reach.hosts, timeout, cancellation,
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

}  // namespace prevision::sources
