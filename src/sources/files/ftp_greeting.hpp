#pragma once

#include "core/cancellation.hpp"
#include "core/file.hpp"
#include "sources/files/session.hpp"

namespace prevision::sources {

/// Opens a connection and reads its greeting up to the last line, so that the next line is "220 ...": past what may stand
/// before it and libcurl does not understand, "120 Service ready in N minutes" (RFC 959, section 5.4) and lines of a
/// greeting over many lines that begin with another number. A closed descriptor when the greeting does not come within
/// the server's connect timeout. Not for implicit TLS, where a greeting comes encrypted. Errors as net::resolve and
/// net::connect, and the cancellation's.
FileDescriptor connect_to_greeting(const FileServer& server, Cancellation& cancellation);

}  // namespace prevision::sources
