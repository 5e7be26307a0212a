#include "platform/http/answers.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/local_user.hpp"

namespace prevision::platform {

namespace {

Answer show_version(const RoutedCall& /*routed*/) {
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    writer.StartObject();
    model::write_text(writer, "name", "prevision");
    model::write_text(writer, "version", PREVISION_VERSION);
    model::write_text(writer, "api", "v1");
    writer.EndObject();
    return json_answer({buffer.GetString(), buffer.GetSize()});
}

Answer show_profile(const RoutedCall& routed) {
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    if (const auto& caller = routed.call.caller) {
        write_user(writer, caller->id, caller->name, to_string(caller->role));
    } else {
        write_local_user(writer);
    }
    return json_answer({buffer.GetString(), buffer.GetSize()});
}

}  // namespace

void add_version_routes(Router& router) {
    router.add("GET", "/version", show_version);
    router.add("GET", "/profile", show_profile);
}

}  // namespace prevision::platform
