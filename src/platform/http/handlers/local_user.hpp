#pragma once

#include "model/json_builder.hpp"

namespace prevision::platform {

/// The user of the embedded platform. It needs no account.
inline constexpr std::string_view local_user_id = "000000000000000000000001";

inline std::string encode_user(std::string_view id, std::string_view name, std::string_view role) {
    return model::JsonObject().text("_id", id).text("username", name).text("role", role).finish();
}

inline std::string encode_local_user() { return encode_user(local_user_id, "local", "admin"); }

}  // namespace prevision::platform
