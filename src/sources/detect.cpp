#include "sources/detect.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <sys/socket.h>

#include "core/text.hpp"
#include "net/socket.hpp"
#include "sources/check.hpp"
#include "sources/field.hpp"
#include "sources/host.hpp"
#include "sources/registry.hpp"
#include "sources/stages.hpp"

namespace prevision::sources {

namespace {

using namespace std::chrono_literals;

// How long to wait for the greeting of a server that speaks first.
constexpr auto patience = 500ms;
constexpr std::size_t greeting_limit = 512;

// Schemes that name a transport rather than a system.
constexpr std::array<std::string_view, 4> neutral_schemes{"http", "https", "tcp", "ssl"};

// The ports of well-known systems that have no engine.
struct ForeignPort {
    int port;
    std::string_view title;
};
constexpr std::array<ForeignPort, 2> foreign_ports{{{1433, "SQL Server"}, {1521, "Oracle Database"}}};

std::vector<std::string> engine_names() {
    std::vector<std::string> names;
    for (const auto& engine : engines()) names.emplace_back(engine.name);
    return names;
}

std::string choose_engine_hint() {
    return fmt::format("name it with --engine (one of: {})", join(engine_names(), ", "));
}

const Engine& engine_named(const std::string& name) {
    if (const auto* engine = find_engine(name)) return *engine;
    const auto names = engine_names();
    const auto meant = closest(name, names);
    refuse_field(
        "engine", fmt::format("there is no engine '{}'", name),
        meant ? fmt::format("did you mean {}?", *meant) : fmt::format("one of: {}", join(names, ", ")));
}

const Engine* tell_by_name_or_scheme(const Connection& connection, const Host& host) {
    const Engine* by_scheme = find_engine_by_scheme(host.scheme);
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
    const Engine& named = engine_named(connection.engine);
    if (by_scheme != nullptr && by_scheme != &named) {
        refuse_field("engine", fmt::format("it is {}, and the host's scheme '{}' is {}'s", named.name,
                                           host.scheme, by_scheme->name));
    }
    return &named;
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

/// The engine whose protocol the bytes are; nullptr for another's.
const Engine* recognize(std::string_view received, bool was_asked) {
    for (const auto& engine : engines()) {
        if (engine.recognizes == nullptr || (!engine.question.empty() && !was_asked)) continue;
        if (engine.recognizes(received)) return &engine;
    }
    return nullptr;
}

/// Waits for the server's greeting, and sends an engine's question when none comes. Only one question can be
/// sent: a second one would come in the middle of the first one's protocol.
const Engine& hear_engine(const std::vector<net::Address>& addresses, const std::string& place,
                          std::chrono::milliseconds timeout, Cancellation& cancellation) {
    const auto socket = net::connect(addresses, place, timeout, cancellation);
    const auto first = std::min<std::chrono::milliseconds>(patience, timeout / 2);
    auto received = net::read_greeting(socket, greeting_limit, first, cancellation);
    const Engine* engine = recognize(received, false);
    if (received.empty()) {
        const auto asking =
            std::ranges::find_if(engines(), [](const auto& each) { return !each.question.empty(); });
        const auto question = asking->question;
        if (::send(socket.get(), question.data(), question.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
            received = net::read_greeting(socket, greeting_limit, timeout - first, cancellation);
        engine = recognize(received, true);
    }
    if (engine != nullptr) return *engine;
    refuse_field("engine",
                 fmt::format("cannot find out which system answers at {}: {}", place,
                             received.empty() ? "it sends nothing" : "its greeting is not a known system's"),
                 choose_engine_hint());
}

/// Connects to the server to find out what it is; `observer` gets the stages.
const Engine& ask_engine(const std::string& host, int port, const net::HostRules& rules,
                         std::chrono::milliseconds timeout, Cancellation& cancellation,
                         const StageObserver& observer) {
    auto place = format_address(host, port);
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

/// The port that is given, else those of the systems that can be recognized by their answer.
std::vector<int> ports_to_try(const Connection& connection, const Host& host) {
    if (const auto port = choose_port(connection.port, host)) return {*port};
    std::vector<int> ports;
    for (const auto& engine : engines()) {
        if (engine.recognizes != nullptr && engine.type == connection.type)
            ports.push_back(*engine.default_port);
    }
    return ports;
}

}  // namespace

const Engine* tell_engine(const Connection& connection) {
    if (!connection.type.empty()) check_type(connection.type);
    const Host host = connection.host.empty() ? Host{} : parse_host(connection.host);
    const auto port = choose_port(connection.port, host);
    const Engine* engine = tell_by_name_or_scheme(connection, host);
    if (engine != nullptr && !connection.type.empty() && engine->type != connection.type) {
        refuse_field("engine", fmt::format("{} is of type {}, and the connector's type is {}", engine->name,
                                           engine->type, connection.type));
    }
    if (engine == nullptr) engine = tell_by_type(connection.type);
    if (engine == nullptr && port) engine = tell_by_port(*port, connection.type);
    return engine;
}

const Engine& detect_engine(const Connection& connection, Cancellation& cancellation,
                            const StageObserver& failure) {
    if (const Engine* told = tell_engine(connection)) return *told;
    if (connection.host.empty()) refuse_field("host", "it is empty");
    const Host host = parse_host(connection.host);
    const auto ports = ports_to_try(connection, host);
    const auto timeout = connection.connect_timeout / static_cast<int>(ports.size());
    std::optional<Error> first_error;
    std::vector<Stage> first_stages;
    for (const int port : ports) {
        std::vector<Stage> stages;
        try {
            const auto& engine = ask_engine(host.name, port, connection.reach.hosts, timeout, cancellation,
                                            [&](const Stage& stage) { stages.push_back(stage); });
            auto known = connection;
            known.engine = engine.name;
            check_connection(known);
            return engine;
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

}  // namespace prevision::sources
