#include "platform/http/handlers/handlers.hpp"

namespace prevision::platform {

void add_event_routes(Router& router) {
    router.add("GET", "/events", [](const RoutedCall& /*routed*/) {
        Answer answer;
        answer.content_type = "text/event-stream";
        answer.headers.push_back({.name = "Cache-Control", .value = "no-cache"});
        answer.events = true;
        return answer;
    });
}

}  // namespace prevision::platform
