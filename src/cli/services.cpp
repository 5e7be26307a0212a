#include "cli/services.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "cli/lookup.hpp"
#include "cli/platform/choice.hpp"
#include "config/paths.hpp"
#include "core/child_process.hpp"
#include "core/id.hpp"
#include "core/text.hpp"
#include "platform/platform.hpp"
#include "render/renderer.hpp"
#include "transport/http_transport.hpp"

namespace prevision::cli {

struct Services::Parts final : Session {
    api::Client& client() override { return *main_client; }

    std::unique_ptr<platform::Platform> embedded;  ///< null where the platform is remote
    std::unique_ptr<transport::Transport> transport;
    std::string url;      ///< of a remote one
    std::string project;  ///< that the profile names; may be empty
    std::unique_ptr<api::Client> main_client;
    std::unique_ptr<api::Client> tidying_client;
};

namespace {

platform::Settings embedded_settings(const Environment& environment) {
    platform::Settings settings{.home = config::platform_home(environment), .environment = environment};
    if (const auto key = environment.get("PREVISION_VAULT_KEY_FILE")) settings.vault_key_file = *key;
    return settings;
}

/// Runs this program again, on its own and without a terminal, to take one snapshot.
void launch_snapshot_worker(const std::string& dataset_id) {
    constexpr auto none = ChildCommand::Stream::null;
    try {
        start_child({.program = "/proc/self/exe",
                     .arguments = {"prevision", std::string(snapshot_worker_command), dataset_id},
                     .input = none,
                     .output = none,
                     .error = none,
                     .group = ChildCommand::Group::session});
    } catch (const Error& error) {
        throw Error(ErrorClass::internal,
                    fmt::format("cannot start a process for the snapshot: {}", error.what()));
    }
}

/// A path whose query may hold a secret: of a name that says so the value is not shown.
std::string mask_query(const std::string& path) {
    constexpr std::array<std::string_view, 5> words{"password", "token", "secret", "key", "credential"};
    const auto query = path.find('?');
    if (query == std::string::npos) return path;
    std::string masked = path.substr(0, query);
    char before = '?';
    for (const auto& field : split(path.substr(query + 1), '&')) {
        const auto name = field.substr(0, field.find('='));
        const auto lower = to_lower(name);
        const bool is_secret = std::ranges::any_of(
            words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
        masked += before + (is_secret ? name + "=***" : field);
        before = '&';
    }
    return masked;
}

}  // namespace

Services::Services(Io& io, const GlobalOptions& options, Cancellation& cancellation)
    : io_(io), options_(options), cancellation_(cancellation) {}

Services::~Services() = default;

render::Settings Services::render_settings() const { return cli::render_settings(options_, io_); }

std::unique_ptr<Services::Parts> Services::make_parts() {
    auto parts = std::make_unique<Parts>();
    const auto remote =
        choose_platform(options_, io_, cancellation_, [this](const std::string& text) { message(text); });
    if (remote) {
        remember(remote->token);
        parts->transport = connect_to(remote->url, remote->token);
        parts->url = remote->url;
        parts->project = remote->project;
    } else {
        parts->embedded = std::make_unique<platform::Platform>(embedded_settings(io_.environment));
        parts->transport = platform::make_local_transport(*parts->embedded);
    }
    return parts;
}

void Services::connect() {
    if (!parts_) parts_ = make_parts();
}

std::unique_ptr<transport::Transport> Services::connect_to(const std::string& url, const Secret& token) {
    return transport::make_http_transport({.url = url,
                                           .token = token,
                                           .user_agent = "prevision/" PREVISION_VERSION,
                                           .stall_timeout = options_.time_limit(),
                                           .environment = io_.environment});
}

void Services::check_token(const std::string& url, const Secret& token) {
    const auto transport = connect_to(url, token);
    api::Client(*transport, cancellation_, client_settings()).check_token();
}

api::ClientSettings Services::client_settings() {
    api::ClientSettings settings;
    settings.retry.retries = options_.retries;
    settings.retry.timeout = options_.time_limit();
    settings.retry.clock = &io_.clock;
    // Nothing travels: larger pages are fewer calls. Elsewhere the size is the server's to choose.
    if (parts_ && parts_->embedded) settings.rows_per_page = 1000;
    if (options_.verbose) {
        settings.trace = [this](const api::Trace& trace) {
            message(fmt::format("{} {} -> {} ({} ms)", trace.method, mask_query(trace.path), trace.outcome,
                                trace.elapsed.count()));
        };
    }
    return settings;
}

api::Client& Services::client() {
    connect();
    if (!parts_->main_client) {
        parts_->main_client =
            std::make_unique<api::Client>(*parts_->transport, cancellation_, client_settings());
    }
    return *parts_->main_client;
}

api::Client& Services::tidying_client() {
    connect();
    if (!parts_->tidying_client) {
        // Whoever interrupted a command does not wait long for its end.
        constexpr std::chrono::seconds limit{3};
        auto settings = client_settings();
        auto& timeout = settings.retry.timeout;
        if (timeout.count() == 0 || timeout > limit) timeout = limit;
        parts_->tidying_client = std::make_unique<api::Client>(*parts_->transport, never_, settings);
    }
    return *parts_->tidying_client;
}

void Services::tidy(const std::string& what, const std::function<void(api::Client&)>& action) {
    try {
        action(tidying_client());
    } catch (const Error& error) {
        message(fmt::format("warning: cannot {}: {}", what, error.what()));
    }
}

const std::string& Services::project_id() {
    if (project_id_) return *project_id_;
    auto named = options_.project.empty() ? io_.environment.get("PREVISION_PROJECT") : options_.project;
    connect();
    if (!named && !parts_->project.empty()) named = parts_->project;
    if (named) {
        // An id is taken at its word: one request less, and a wrong one is refused by the call that uses it.
        project_id_ = is_id(*named) ? *named : find_project(client(), *named).id;
        return *project_id_;
    }
    if (parts_->embedded) {
        project_id_ = default_project();
        return *project_id_;
    }
    std::vector<model::Project> projects;
    client().list_projects([&](model::Project project) {
        projects.push_back(std::move(project));
        return projects.size() < 2;
    });
    if (projects.size() != 1) {
        throw Error(ErrorClass::usage,
                    projects.empty() ? "the platform has no project yet"
                                     : "the platform has several projects: name one",
                    projects.empty()
                        ? "prevision project create NAME"
                        : "--project NAME, or PREVISION_PROJECT; 'prevision project list' shows them");
    }
    project_id_ = projects.front().id;
    return *project_id_;
}

/// The embedded platform's own, made again where somebody has deleted it.
std::string Services::default_project() {
    try {
        return find_project(client(), "default").id;
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::not_found) throw;
        return client().create_project({.name = "default"}).id;
    }
}

void Services::remember(const Secret& secret) { secrets_.push_back(secret); }

std::string Services::hide_secrets(std::string text) const {
    for (const auto& secret : secrets_) {
        const auto& hidden = secret.reveal();
        if (hidden.empty()) continue;
        for (auto at = text.find(hidden); at != std::string::npos; at = text.find(hidden, at + 3))
            text.replace(at, hidden.size(), "***");
    }
    return text;
}

platform::Platform& Services::embedded_platform() {
    if (!served_) served_ = std::make_shared<platform::Platform>(embedded_settings(io_.environment));
    return *served_;
}

std::vector<std::string> Services::token_names() {
    std::vector<std::string> names;
    for (const auto& token : embedded_platform().tokens().list()) {
        if (token.revoked_at.empty()) names.push_back(token.name);
    }
    return names;
}

std::filesystem::path Services::embedded_home() const { return config::platform_home(io_.environment); }

std::unique_ptr<Session> Services::open_session() {
    auto settings = client_settings();
    settings.trace = {};  // it would write to stderr from several threads at once
    auto parts = make_parts();
    parts->main_client = std::make_unique<api::Client>(*parts->transport, cancellation_, settings);
    return parts;
}

bool Services::is_embedded() {
    connect();
    return parts_->embedded != nullptr;
}

const std::string& Services::platform_url() {
    connect();
    return parts_->url;
}

void Services::keep_snapshots_running() {
    connect();
    if (parts_->embedded) parts_->embedded->hand_snapshots_to(launch_snapshot_worker);
}

void Services::take_pending_snapshot(const std::string& dataset_id) {
    platform::Platform embedded(embedded_settings(io_.environment));
    embedded.take_pending_snapshot(dataset_id, cancellation_);
}

void Services::message(const std::string& text) {
    io_.err.write(render::printable(hide_secrets(text)) + "\n");
    io_.err.flush();
}

}  // namespace prevision::cli
