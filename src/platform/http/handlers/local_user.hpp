#pragma once

#include "model/json_builder.hpp"

namespace prevision::platform {

/// The user of the embedded platform. It needs no account.
inline constexpr std::string_view local_user_id = "000000000000000000000001";

/// The project is the only one that the user may use; empty for all.
inline std::string encode_user(std::string_view id, std::string_view name, std::string_view role,
                               std::string_view project_id = {}) {
    return model::JsonObject()
        .text("_id", id)
        .text("username", name)
        .text("role", role)
        .text_if_set("project_id", project_id)
        .finish();
}

inline std::string encode_local_user() { return encode_user(local_user_id, "local", "admin"); }

}  // namespace prevision::platform
