#pragma once

#include <functional>
#include <memory>

#include "sources/file_writer.hpp"
#include "sources/files/session.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// A source of files over a session.
std::unique_ptr<Source> make_file_source(std::unique_ptr<FileSession> session, Cancellation& cancellation);

/// Writes files over a session.
std::unique_ptr<FileWriter> make_file_writer(std::unique_ptr<FileSession> session);

/// Error invalid, naming the field, when a location cannot be right for a server of files.
void check_file_location(const Location& location);

}  // namespace prevision::sources
