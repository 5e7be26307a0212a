#pragma once

#include "sources/engine.hpp"

namespace prevision::sources {

/// MySQL and MariaDB.
const Engine& mysql_engine();

}  // namespace prevision::sources
