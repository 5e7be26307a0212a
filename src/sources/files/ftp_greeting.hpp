#pragma once

#include "core/cancellation.hpp"
#include "core/file.hpp"
#include "sources/files/session.hpp"

namespace prevision::sources {

/// Opens a connection, and reads past the lines "120 Service ready in N minutes" (RFC 959, section 5.4), so that the
/// greeting is the next line. A closed descriptor when the greeting does not come within the server's connect timeout.
/// Errors as net::resolve and net::connect, and the cancellation's.
FileDescriptor connect_past_waits(const FileServer& server, Cancellation& cancellation);

}  // namespace prevision::sources
