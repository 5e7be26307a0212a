#pragma once

#include "model/json.hpp"

namespace prevision::platform {

/// The embedded platform has one user, who needs no account.
inline constexpr std::string_view local_user_id = "000000000000000000000001";

inline void write_user(model::JsonWriter& writer, std::string_view id, std::string_view name,
                       std::string_view role) {
    writer.StartObject();
    model::write_text(writer, "_id", id);
    model::write_text(writer, "username", name);
    model::write_text(writer, "role", role);
    writer.EndObject();
}

inline void write_local_user(model::JsonWriter& writer) {
    write_user(writer, local_user_id, "local", "admin");
}

}  // namespace prevision::platform
