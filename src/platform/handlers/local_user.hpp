#pragma once

#include "model/json.hpp"

namespace prevision::platform {

/// The embedded platform has one user, who needs no account.
inline constexpr std::string_view local_user_id = "000000000000000000000001";

inline void write_local_user(model::JsonWriter& writer) {
    writer.StartObject();
    model::write_text(writer, "_id", local_user_id);
    model::write_text(writer, "username", "local");
    model::write_text(writer, "role", "admin");
    writer.EndObject();
}

}  // namespace prevision::platform
