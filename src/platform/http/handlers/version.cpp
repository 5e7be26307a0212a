#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/local_user.hpp"

namespace prevision::platform {

namespace {

Answer show_version(State& /*state*/, const RoutedCall& /*routed*/) {
    return json_answer(model::JsonObject()
                           .text("name", "prevision")
                           .text("version", PREVISION_VERSION)
                           .text("api", "v1")
                           .finish());
}

Answer show_profile(State& /*state*/, const RoutedCall& routed) {
    const auto& caller = routed.call.caller;
    return json_answer(
        caller ? encode_user(caller->id, caller->name, to_string(caller->role), caller->project_id)
               : encode_local_user());
}

Answer follow_events(State& /*state*/, const RoutedCall& /*routed*/) {
    Answer answer;
    answer.content_type = "text/event-stream";
    answer.headers.push_back({.name = "Cache-Control", .value = "no-cache"});
    answer.events = true;
    return answer;
}

}  // namespace

void add_version_routes(Routes& routes) {
    routes.add("GET", "/version", show_version);
    routes.add("GET", "/profile", show_profile);
    routes.add("GET", "/events", follow_events);
}

}  // namespace prevision::platform
