#include "platform/state.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.hpp"
#include "platform/connection.hpp"
#include "platform/taking.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

// A system that does not answer must leave workers for the others.
constexpr std::size_t most_calls_of_a_connector = 16;
constexpr std::size_t most_jobs_of_a_token = 32;

/// Error invalid when another user could have put the home there, or could change what is in it.
void check_owner(std::filesystem::path home) {
    // "HOME/" and "HOME/." name what a link leads to; the link itself is looked at too.
    while (home.has_relative_path() && (home.filename().empty() || home.filename() == "."))
        home = home.parent_path();
    struct stat link {};
    struct stat status {};
    if (::lstat(home.c_str(), &link) != 0 || ::stat(home.c_str(), &status) != 0) return;
    const auto is_trusted = [](uid_t user) { return user == ::geteuid() || user == 0; };
    const bool is_link = S_ISLNK(link.st_mode);
    if (is_link && !(is_trusted(link.st_uid) && is_trusted(status.st_uid))) {
        throw Error(ErrorClass::invalid,
                    fmt::format("the home {} is a link to a folder of another user", home.string()),
                    "set PREVISION_HOME to a folder of your own");
    }
    if (!is_trusted(status.st_uid) && ::geteuid() != 0) {
        throw Error(ErrorClass::invalid, fmt::format("the home {} belongs to another user", home.string()),
                    "set PREVISION_HOME to a folder of your own");
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        throw Error(ErrorClass::invalid,
                    fmt::format("other users can write to the home {} (mode {:04o})", home.string(),
                                static_cast<unsigned>(status.st_mode & 07777U)),
                    fmt::format("chmod go-w {}", home.string()));
    }
}

/// Calls `each` with the files beside `file` that are named NAME.DIGITS and then the suffix.
void for_each_beside(
    const std::filesystem::path& file, std::string_view suffix,
    const std::function<void(const std::filesystem::path&, const std::string& digits)>& each) {
    const auto prefix = file.filename().string() + ".";
    std::error_code failure;
    for (auto entry = std::filesystem::directory_iterator(file.parent_path(), failure);
         !failure && entry != end(entry); entry.increment(failure)) {
        const auto name = entry->path().filename().string();
        if (!name.starts_with(prefix) || !name.ends_with(suffix) ||
            name.size() <= prefix.size() + suffix.size())
            continue;
        const auto digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
        // A temporary file of a new key has its name in its own: KEY.DIGITS.new.DIGITS.part.
        const auto inner = digits.find(".new.");
        const auto all =
            inner == std::string::npos ? digits : digits.substr(0, inner) + digits.substr(inner + 5);
        if (all.find_first_not_of("0123456789abcdef") == std::string::npos) each(entry->path(), digits);
    }
}

constexpr std::string_view part_suffix = ".part";     // of an AtomicFile
constexpr std::string_view next_key_suffix = ".new";  // of Vault::rekey

/// Removes temporary files that a killed process left beside the file. Newer ones may still be written.
void sweep_parts(const std::filesystem::path& file) {
    constexpr auto old = std::chrono::minutes(10);
    for_each_beside(file, part_suffix, [&](const std::filesystem::path& part, const std::string&) {
        std::error_code ignored;
        const auto age = std::filesystem::file_time_type::clock::now() - last_write_time(part, ignored);
        if (!ignored && age > old) std::filesystem::remove_all(part, ignored);
    });
}

/// Removes the keys of changes that were interrupted before they were committed. One that was committed is the key of
/// the secrets, and stays.
void sweep_keys(ConnectorTable& connectors, const std::filesystem::path& key_file) {
    bool found = false;
    for_each_beside(key_file, next_key_suffix, [&](const auto&, const auto&) { found = true; });
    if (!found) return;
    connectors.while_no_key_changes([&](const std::optional<std::string>& known) {
        for_each_beside(key_file, next_key_suffix,
                        [&](const std::filesystem::path& key, const std::string& fingerprint) {
                            std::error_code ignored;
                            if (fingerprint != known) std::filesystem::remove(key, ignored);
                        });
    });
}

std::filesystem::path make_home(const std::filesystem::path& home) {
    check_owner(home);
    try {
        create_private_directory(home);
    } catch (const Error& error) {
        throw Error(error.error_class(), error.what(), "set PREVISION_HOME to another folder");
    }
    return home;
}

/// Binds a sealed secret to one field of one connector.
std::string secret_context(const std::string& connector_id, const std::string& field) {
    return fmt::format("{}/{}", connector_id, field);
}

void remember_host_key(State& state, const std::string& connector_id, const sources::Caller& caller) {
    const auto learned = caller.host_key();
    if (!learned) return;
    const auto connector = state.connectors.find(connector_id);
    if (!connector || connector->options.contains("host_key")) return;
    state.connectors.update(connector_id,
                            [&](model::Connector& changed, const auto&, const auto&) {
                                // emplace keeps a key that another process stored first.
                                changed.options.emplace("host_key", *learned);
                            },
                            {});
}

}  // namespace

State::State(const Settings& settings)
    : clock(*settings.clock),
      environment(settings.environment),
      reach{.own = {settings.home, settings.vault_key_file.value_or(settings.home / "vault.key")}},
      limits(settings.limits),
      store(make_home(settings.home) / "prevision.db", clock),
      tokens(store, clock),
      projects(store),
      connectors(store),
      datasources(store),
      datasets(store),
      exporters(store),
      vault(settings.vault_key_file.value_or(settings.home / "vault.key"),
            [this] { return connectors.key_fingerprint(); }),
      guesses(clock),
      jobs(
          datasets, settings.home / "datasets",
          [this](const model::Dataset& dataset, const std::filesystem::path& file, Cancellation& cancellation,
                 const Jobs::Observer& observer) {
              return take_snapshot(*this, dataset, file, cancellation, observer);
          },
          [this](const std::string& id) {
              const auto dataset = datasets.find_same(id);
              if (dataset)
                  events.publish({.name = "DATASET_UPDATE", .id = id, .project_id = dataset->project_id});
          }),
      exports(exporters, jobs, [this](const model::Export& ended) {
          const auto exporter = exporters.find(ended.exporter_id);
          if (exporter)
              events.publish({.name = "EXPORT_UPDATE", .id = ended.id, .project_id = exporter->project_id});
      }) {
    jobs.recover();
    sweep_parts(settings.home / "prevision.db");
    sweep_parts(vault.key_file());
    try {
        sweep_keys(connectors, vault.key_file());
    } catch (const Error&) {
        return;  // the store cannot be written, which the first command that must write reports
    }
}

std::vector<std::filesystem::path> State::leftovers() {
    auto found = jobs.leftovers();
    const auto add = [&](const std::filesystem::path& file, const std::string&) { found.push_back(file); };
    for_each_beside(reach.own.at(0) / "prevision.db", part_suffix, add);
    for_each_beside(vault.key_file(), part_suffix, add);
    return found;
}

void State::confine(const Confinement& confinement) {
    auto& folders = reach.folders.emplace();
    for (const auto& folder : confinement.file_folders) {
        std::error_code failure;
        const auto real = std::filesystem::canonical(folder, failure);
        if (failure || !std::filesystem::is_directory(real, failure)) {
            throw Error(ErrorClass::usage,
                        fmt::format("--allow-files: {} is not a folder that can be read", folder.string()),
                        "name an existing folder");
        }
        folders.push_back(real);
    }
    connector_calls.emplace(most_calls_of_a_connector);
    token_jobs.emplace(most_jobs_of_a_token);
    reach.hosts = net::HostRules(confinement.hosts);
    reach.ambient_credentials = confinement.ambient_credentials;
    if (!reach.ambient_credentials) environment = sources::without_credentials(environment);
}

model::Connector get_connector(State& state, const std::string& id) {
    return found(state.connectors.find(id), "connector", id);
}

model::Datasource get_datasource(State& state, const std::string& id) {
    return found(state.datasources.find(id), "datasource", id);
}

model::Exporter get_exporter(State& state, const std::string& id) {
    return found(state.exporters.find(id), "exporter", id);
}

std::string seal_secret(State& state, const std::string& connector_id, const std::string& field,
                        const Secret& secret) {
    return state.vault.seal(secret, secret_context(connector_id, field));
}

Secret open_secret(State& state, const std::string& connector_id, const std::string& field) {
    const auto context = secret_context(connector_id, field);
    const auto sealed = state.connectors.find_secret(connector_id, field);
    if (!sealed) return {};
    try {
        return state.vault.open(*sealed, context);
    } catch (const Error& error) {
        // Another process may have changed the key between the two steps, and sealed the secret anew.
        const auto again = state.connectors.find_secret(connector_id, field);
        if (error.error_class() != ErrorClass::integrity || !again || *again == *sealed) throw;
        return state.vault.open(*again, context);
    }
}

void rekey_vault(State& state) {
    state.vault.rekey([&](const VaultKey& now, const VaultKey& next, const std::function<void()>& keep) {
        state.connectors.reseal(
            now.fingerprint(), next.fingerprint(), keep,
            [&](const std::string& id, const std::string& field, const std::string& sealed) {
                const auto context = secret_context(id, field);
                return next.seal(now.open(sealed, context), context);
            });
    });
}

namespace {

/// The connection with the secrets opened, by field.
sources::Connection with_secrets(State& state, const SealedConnector& sealed) {
    const auto open = [&](const std::string& field) {
        const auto secret = sealed.secrets.find(field);
        if (secret == sealed.secrets.end()) return Secret();
        return state.vault.open(secret->second, secret_context(sealed.connector.id, field));
    };
    auto connection = connection_of(sealed.connector, open("password"), state.reach, state.environment);
    for (const auto* option : sources::secret_options()) {
        const std::string field(option->name);
        if (field != "password") connection.secrets[field] = open(field);
    }
    return connection;
}

}  // namespace

OpenedConnector open_connector(State& state, const std::string& connector_id) {
    const auto read = [&] {
        return found(state.connectors.find_sealed(connector_id), "connector", connector_id);
    };
    auto sealed = read();
    require_engine(sealed.connector);
    sources::Connection connection;
    try {
        connection = with_secrets(state, sealed);
    } catch (const Error& error) {
        // Another process may have changed the key meanwhile, and sealed the secrets anew.
        auto again = read();
        if (error.error_class() != ErrorClass::integrity || again.secrets == sealed.secrets) throw;
        connection = with_secrets(state, again);
        sealed = std::move(again);
    }
    connection.wait_limit = state.limits.wait;
    connection.silence_limit = state.limits.silence;
    if (state.limits.wait.count() > 0)
        connection.connect_timeout = std::min(connection.connect_timeout, state.limits.wait);
    return {std::move(sealed.connector), std::move(connection)};
}

sources::Connection open_connection(State& state, const std::string& connector_id) {
    return open_connector(state, connector_id).connection;
}

std::optional<Slots::Slot> take_slot(State& state, const std::string& connector_id) {
    if (!state.connector_calls) return std::nullopt;
    auto slot = state.connector_calls->take(connector_id);
    if (slot) return slot;
    throw Error(ErrorClass::unreachable,
                fmt::format("{} calls use the connector already", most_calls_of_a_connector),
                "try again later")
        .with_status(503);
}

std::shared_ptr<const void> take_job_slots(State& state, const std::string& connector_id,
                                           const std::optional<Caller>& caller) {
    using Held = std::pair<std::optional<Slots::Slot>, std::optional<Slots::Slot>>;
    if (!state.token_jobs || !caller) return nullptr;
    auto token = state.token_jobs->take(caller->id);
    if (!token) {
        throw Error(ErrorClass::unreachable,
                    fmt::format("{} snapshots and exports of the token '{}' run already",
                                most_jobs_of_a_token, caller->name),
                    "try again later")
            .with_status(503);
    }
    auto connector = take_slot(state, connector_id);
    return std::make_shared<Held>(std::move(token), std::move(connector));
}

void use_source(State& state, const std::string& connector_id, const sources::Caller& caller,
                const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        const auto reason = error.error_class();
        if (reason != ErrorClass::auth && reason != ErrorClass::unreachable) {
            remember_host_key(state, connector_id, caller);
        }
        throw;
    } catch (...) {
        // The reader of the data stopped it.
        remember_host_key(state, connector_id, caller);
        throw;
    }
    remember_host_key(state, connector_id, caller);
}

}  // namespace prevision::platform
