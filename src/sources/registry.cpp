#include "sources/registry.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/check.hpp"
#include "sources/field.hpp"
#include "sources/files/ftp.hpp"
#include "sources/files/sftp.hpp"
#include "sources/mysql/mysql.hpp"
#include "sources/postgres/postgres.hpp"
#include "sources/s3/s3.hpp"
#include "sources/sqlite/sqlite.hpp"

namespace prevision::sources {

namespace {

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

const Engine& choose_engine(const Connection& connection, Cancellation& cancellation,
                            const StageObserver& failure) {
    check_connection(connection);
    return detect_engine(connection, cancellation, failure);
}

std::unique_ptr<Source> open_source(const Connection& connection, Cancellation& cancellation,
                                    const StageObserver& failure) {
    return choose_engine(connection, cancellation, failure).open(connection, cancellation);
}

}  // namespace prevision::sources
