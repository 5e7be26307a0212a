#include "cli/services.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "cli/lookup.hpp"
#include "cli/platform/choice.hpp"
#include "core/id.hpp"
#include "core/text.hpp"
#include "platform/platform.hpp"
#include "transport/http_transport.hpp"

namespace prevision::cli {

namespace {

/// The path, with "***" for the value of each query field whose name suggests a secret.
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

Connection::Connection() = default;
Connection::~Connection() = default;

Services::Services(Io& io, const GlobalOptions& options, Cancellation& cancellation, Connect connect)
    : Console(io, options, cancellation), connect_(std::move(connect)), embedded_(io.environment) {}

Services::~Services() = default;

std::unique_ptr<Connection> Services::open_connection() {
    auto opened = std::make_unique<Connection>();
    const auto remote =
        choose_platform(options(), io(), cancellation(), [this](const std::string& text) { warn(text); });
    if (remote) {
        remember(remote->token);
        opened->transport = connect_to(remote->url, remote->token);
        opened->url = remote->url;
        opened->project = remote->project;
    } else {
        opened->embedded = open_embedded(io().environment, options().time_limit(), options().silence_limit());
        opened->transport = platform::make_local_transport(*opened->embedded);
    }
    return opened;
}

Connection& Services::connection() {
    if (!connection_) {
        connection_ = open_connection();
        auto settings = client_settings(connection_->embedded != nullptr);
        if (options().verbose) {
            settings.trace = [this](const api::Trace& trace) {
                this->trace(fmt::format("{} {} -> {} ({} ms)", trace.method, mask_query(trace.path),
                                        trace.outcome, trace.elapsed.count()));
            };
        }
        connection_->client =
            std::make_unique<api::Client>(*connection_->transport, cancellation(), settings);
    }
    return *connection_;
}

std::unique_ptr<Connection> Services::connect_again() {
    auto opened = open_connection();
    opened->client = std::make_unique<api::Client>(*opened->transport, cancellation(),
                                                   client_settings(opened->embedded != nullptr));
    return opened;
}

std::unique_ptr<transport::Transport> Services::connect_to(const std::string& url, const Secret& token) {
    if (connect_) return connect_(url, token);
    return transport::make_http_transport({.url = url,
                                           .token = token,
                                           .user_agent = "prevision/" PREVISION_VERSION,
                                           .stall_timeout = options().time_limit(),
                                           .environment = io().environment});
}

void Services::check_token(const std::string& url, const Secret& token) {
    const auto transport = connect_to(url, token);
    api::Client(*transport, cancellation(), client_settings(false)).check_token();
}

api::ClientSettings Services::client_settings(bool is_embedded) {
    api::ClientSettings settings;
    settings.retry.retries = options().retries;
    settings.retry.timeout = options().time_limit();
    settings.retry.clock = &io().clock;
    // In process larger pages cost nothing and save calls. A remote platform chooses its own size.
    if (is_embedded) settings.rows_per_page = 10'000;
    return settings;
}

api::Client& Services::client() { return *connection().client; }

void Services::while_ending(const std::function<void(api::Client&)>& action) {
    constexpr std::chrono::seconds limit{3};
    auto& connected = connection();
    auto settings = client_settings(connected.embedded != nullptr);
    auto& timeout = settings.retry.timeout;
    if (timeout.count() == 0 || timeout > limit) timeout = limit;
    api::Client client(*connected.transport, never_, settings);
    action(client);
}

void Services::tidy(const std::string& what, const std::function<void(api::Client&)>& action) {
    try {
        while_ending(action);
    } catch (const Error& error) {
        warn(fmt::format("cannot {}: {}", what, error.what()));
    }
}

const std::string& Services::project_id() {
    if (project_id_) return *project_id_;
    auto named = options().project.empty() ? io().environment.get("PREVISION_PROJECT") : options().project;
    const auto& connected = connection();
    if (!named && !connected.project.empty()) named = connected.project;
    if (named) {
        // An id is not looked up: that saves a request, and the call that uses a wrong one refuses it.
        project_id_ = is_id(*named) ? *named : find<model::Project>(client(), {}, *named).id;
        return *project_id_;
    }
    if (connected.embedded) {
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

/// The embedded platform's own, made again when it was deleted.
std::string Services::default_project() {
    try {
        return find<model::Project>(client(), {}, "default").id;
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::not_found) throw;
        return client().create_project({.name = "default"}).id;
    }
}

bool Services::is_embedded() { return connection().embedded != nullptr; }

const std::string& Services::platform_url() { return connection().url; }

void Services::write_in_bulk(const std::function<void()>& action) {
    if (connection().embedded) {
        connection().embedded->write_in_bulk(action);
    } else {
        action();
    }
}

void Services::keep_jobs_running() {
    if (connection().embedded) cli::keep_jobs_running(*connection().embedded);
}

}  // namespace prevision::cli
