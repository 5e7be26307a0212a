#include "sources/registry.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/check.hpp"
#include "sources/files/ftp.hpp"
#include "sources/files/sftp.hpp"
#include "sources/mysql/mysql.hpp"
#include "sources/postgres/postgres.hpp"
#include "sources/s3/s3.hpp"
#include "sources/sqlite/sqlite.hpp"

namespace prevision::sources {

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
    const auto found = std::ranges::find(engines(), name, &Engine::name);
    return found == engines().end() ? find_engine_by_scheme(name) : &*found;
}

const Engine* find_engine_by_scheme(std::string_view scheme) {
    scheme = scheme.substr(0, scheme.find('+'));
    for (const auto& engine : engines()) {
        if (std::ranges::find(engine.schemes, scheme) != engine.schemes.end()) return &engine;
    }
    return nullptr;
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
    for (const auto& engine : engines()) {
        for (const auto& option : engine.connector_options) {
            if (option.secret || std::ranges::find(common, option.name) != common.end() ||
                std::ranges::find(names, option.name) != names.end())
                continue;
            names.emplace_back(option.name);
        }
    }
    return names;
}

void check_type(std::string_view type) {
    const auto types = engine_types();
    if (std::ranges::find(types, type) != types.end()) return;
    refuse_field("type", type.empty() ? "it is empty" : fmt::format("'{}' has no engine here", type),
                 fmt::format("one of: {}", join(types, ", ")));
}

std::unique_ptr<Source> open_source(const Connection& connection, Cancellation& cancellation,
                                    const StageObserver& failure) {
    check_connection(connection);
    return detect_engine(connection, cancellation, failure).open(connection, cancellation);
}

}  // namespace prevision::sources
