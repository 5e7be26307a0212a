#pragma once

#include "sources/engine.hpp"

namespace prevision::sources {

/// Files over SSH.
const Engine& sftp_engine();

}  // namespace prevision::sources
