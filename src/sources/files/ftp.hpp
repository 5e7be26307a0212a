#pragma once

#include "sources/engine.hpp"

namespace prevision::sources {

/// FTP, and FTPS with explicit or implicit TLS.
const Engine& ftp_engine();

}  // namespace prevision::sources
