#include "platform/platform.hpp"

#include <exception>

#include "platform/http/answers.hpp"
#include "platform/http/handlers/handlers.hpp"

namespace prevision::platform {

struct Platform::Parts {
    explicit Parts(const Settings& settings) : state(settings) {
        Routes routes(router, state);
        add_version_routes(routes);
        add_project_routes(routes);
        add_connector_routes(routes);
        add_browse_routes(routes);
        add_datasource_routes(routes);
        add_freshness_routes(routes);
        add_dataset_routes(routes);
        add_prune_routes(routes);
        add_exporter_routes(routes);
        add_export_routes(routes);
    }

    State state;
    Router router;
};

Platform::Platform(const Settings& settings) : parts_(std::make_unique<Parts>(settings)) {}

Platform::~Platform() = default;

namespace {

/// Tells a client in a header that the platform knows `unique_name` and `name`, when its call has one of them.
Answer mark_unique_names(const Call& call, Answer answer) {
    const Query query(call.query);
    if (query.get("unique_name") || query.get("name"))
        answer.headers.push_back({.name = "Prevision-Unique-Name", .value = "true"});
    return answer;
}

}  // namespace

Answer Platform::handle(const Call& call) {
    try {
        return mark_unique_names(call, parts_->router.route(call));
    } catch (const Error& error) {
        // The caller has given up and reads no answer.
        if (error.error_class() == ErrorClass::interrupted || error.error_class() == ErrorClass::terminated)
            throw;
        return mark_unique_names(call, failure_answer(error));
    } catch (const std::exception& error) {
        return failure_answer(Error(ErrorClass::internal, error.what()));
    }
}

Pace Platform::pace_of(const Call& call) const { return parts_->router.pace_of(call); }

EventBus& Platform::events() { return parts_->state.events; }

Tokens& Platform::tokens() { return parts_->state.tokens; }

void Platform::write_in_bulk(const std::function<void()>& action) {
    parts_->state.store.write_in_bulk(action);
}

std::size_t Platform::running_jobs() {
    return parts_->state.jobs.running() + parts_->state.exports.running();
}

void Platform::hand_jobs_to(const std::function<void(const std::string& id)>& launch) {
    parts_->state.jobs.hand_over_to(launch);
    parts_->state.exports.hand_over_to(launch);
}

Platform::VaultStatus Platform::vault_status() {
    auto& state = parts_->state;
    const auto secrets = state.connectors.count_secrets();
    return {.key_file = state.vault.key_file(),
            .fingerprint = secrets == 0 ? "" : state.vault.fingerprint(),
            .secrets = secrets};
}

void Platform::rekey_vault() { platform::rekey_vault(parts_->state); }

std::vector<std::filesystem::path> Platform::leftovers() { return parts_->state.leftovers(); }

StoredContent Platform::stored_content() { return parts_->state.jobs.stored_content(); }

State& Platform::state() { return parts_->state; }

void Platform::confine(const Confinement& confinement) { parts_->state.confine(confinement); }

void Platform::run_pending(const std::string& id, Cancellation& cancellation) {
    if (!run_pending_export(parts_->state, id, cancellation))
        parts_->state.jobs.run_pending(id, cancellation);
}

}  // namespace prevision::platform
