#include "platform/platform.hpp"

#include <exception>

#include "platform/http/answers.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/router.hpp"
#include "platform/services.hpp"

namespace prevision::platform {

struct Platform::Parts {
    explicit Parts(const Settings& settings) : services(settings) {
        add_version_routes(router);
        add_project_routes(router, services);
        add_connector_routes(router, services);
        add_datasource_routes(router, services);
        add_dataset_routes(router, services);
        add_event_routes(router);
        add_exporter_routes(router, services);
    }

    Services services;
    Router router;
};

Platform::Platform(const Settings& settings) : parts_(std::make_unique<Parts>(settings)) {}

Platform::~Platform() = default;

Answer Platform::handle(const Call& call) {
    try {
        return parts_->router.route(call);
    } catch (const Error& error) {
        // That the caller gave up is no answer to give to it.
        if (error.error_class() == ErrorClass::interrupted || error.error_class() == ErrorClass::terminated)
            throw;
        return failure_answer(error);
    } catch (const std::exception& error) {
        return failure_answer(Error(ErrorClass::internal, error.what()));
    }
}

bool Platform::may_take_long(const Call& call) const { return parts_->router.may_take_long(call); }

EventBus& Platform::events() { return parts_->services.events; }

Tokens& Platform::tokens() { return parts_->services.tokens; }

std::size_t Platform::running_jobs() { return parts_->services.jobs.running(); }

void Platform::hand_snapshots_to(std::function<void(const std::string& dataset_id)> launch) {
    parts_->services.jobs.hand_over_to(std::move(launch));
}

void Platform::take_pending_snapshot(const std::string& dataset_id, Cancellation& cancellation) {
    parts_->services.jobs.run_pending(dataset_id, cancellation);
}

}  // namespace prevision::platform
