#pragma once

#include <memory>

#include "sources/file_writer.hpp"
#include "sources/files/session.hpp"
#include "sources/source.hpp"

namespace prevision::sources {

/// A source of files over a session.
std::unique_ptr<Source> make_file_source(std::unique_ptr<FileSession> session, Cancellation& cancellation);

/// Writes files over a session.
std::unique_ptr<FileWriter> make_file_writer(std::unique_ptr<FileSession> session);

// What an engine's table holds, from the function that opens a session.
template <auto open_session>
std::unique_ptr<Source> open_file_source(const Connection& connection, Cancellation& cancellation) {
    return make_file_source(open_session(connection, cancellation), cancellation);
}
template <auto open_session>
std::unique_ptr<FileWriter> open_file_writer(const Connection& connection, Cancellation& cancellation) {
    return make_file_writer(open_session(connection, cancellation));
}

/// Error invalid, naming the field, when a location cannot be right for a server of files.
void check_file_location(const Location& location);

}  // namespace prevision::sources
