#pragma once

#include "sources/registry.hpp"

namespace prevision::sources {

/// Files over SSH.
const Engine& sftp_engine();

}  // namespace prevision::sources
