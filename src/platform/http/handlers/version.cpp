#include "platform/http/answers.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/local_user.hpp"

namespace prevision::platform {

namespace {

Answer show_version(const RoutedCall& /*routed*/) {
    return json_answer(model::JsonObject()
                           .text("name", "prevision")
                           .text("version", PREVISION_VERSION)
                           .text("api", "v1")
                           .finish());
}

Answer show_profile(const RoutedCall& routed) {
    const auto& caller = routed.call.caller;
    return json_answer(caller ? encode_user(caller->id, caller->name, to_string(caller->role))
                              : encode_local_user());
}

}  // namespace

void add_version_routes(Router& router) {
    router.add("GET", "/version", show_version);
    router.add("GET", "/profile", show_profile);
}

}  // namespace prevision::platform
