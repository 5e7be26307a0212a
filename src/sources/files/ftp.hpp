#pragma once

#include "sources/registry.hpp"

namespace prevision::sources {

/// FTP, and FTPS with explicit or implicit TLS.
const Engine& ftp_engine();

}  // namespace prevision::sources
