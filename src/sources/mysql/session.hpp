#pragma once

#include <string>

#include "sources/mysql/client.hpp"

namespace prevision::sources::mysql {

enum class SessionUse { read, write };

/// Sets every session variable that changes what a statement yields or how it is written, whatever the
/// server's configuration or its init_connect says. The table in session.cpp lists them with reasons. A wait
/// for a lock ends after the target's `wait_limit`. Changes the client's purpose.
void prepare_session(Client& client, SessionUse use, const Target& target);

/// Gives the session the zone of the connector, in which views and requests see times. Returns what follows a
/// point in time then: "Z", the offset of a zone that is one, or nothing for a zone with a name, whose offset
/// depends on the time.
std::string use_time_zone(Client& client, const Target& target);

}  // namespace prevision::sources::mysql
