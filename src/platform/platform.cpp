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
        add_datasource_routes(routes);
        add_dataset_routes(routes);
        add_exporter_routes(routes);
    }

    State state;
    Router router;
};

Platform::Platform(const Settings& settings) : parts_(std::make_unique<Parts>(settings)) {}

Platform::~Platform() = default;

Answer Platform::handle(const Call& call) {
    try {
        return parts_->router.route(call);
    } catch (const Error& error) {
        // The caller has given up: it wants no answer.
        if (error.error_class() == ErrorClass::interrupted || error.error_class() == ErrorClass::terminated)
            throw;
        return failure_answer(error);
    } catch (const std::exception& error) {
        return failure_answer(Error(ErrorClass::internal, error.what()));
    }
}

bool Platform::may_take_long(const Call& call) const { return parts_->router.may_take_long(call); }

EventBus& Platform::events() { return parts_->state.events; }

Tokens& Platform::tokens() { return parts_->state.tokens; }

void Platform::write_in_bulk(const std::function<void()>& action) {
    parts_->state.store.write_in_bulk(action);
}

std::size_t Platform::running_jobs() { return parts_->state.jobs.running(); }

void Platform::hand_snapshots_to(std::function<void(const std::string& dataset_id)> launch) {
    parts_->state.jobs.hand_over_to(std::move(launch));
}

void Platform::take_pending_snapshot(const std::string& dataset_id, Cancellation& cancellation) {
    parts_->state.jobs.run_pending(dataset_id, cancellation);
}

}  // namespace prevision::platform
