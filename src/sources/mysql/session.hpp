#pragma once

#include <chrono>

#include "sources/mysql/client.hpp"

namespace prevision::sources::mysql {

enum class SessionUse { read, write };

/// Sets every session variable that changes what a statement yields or how it is written, whatever the
/// server's configuration or its init_connect says. The table in session.cpp lists them with reasons. A wait
/// for a lock ends after `longest_lock`.
void prepare_session(Client& client, SessionUse use, std::chrono::milliseconds longest_lock);

}  // namespace prevision::sources::mysql
