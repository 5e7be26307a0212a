#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/platform.hpp"
#include "server/connection.hpp"

namespace prevision::server {

/// How a client finds the end of a body.
enum class Framing {
    length,   ///< Content-Length
    chunked,  ///< chunks, ending with an empty one
    close,    ///< the connection is closed
    none,     ///< no body
};

/// Status line and header fields, with the empty line.
std::string response_head(const platform::Answer& answer, Framing framing, std::uint64_t length,
                          bool keep_alive);

/// One chunk of a chunked body; an empty one ends the body.
std::string chunk_of(std::string_view bytes);

/// Sends a body that a worker thread writes: each write waits until the client has taken the piece. The head goes
/// with the first piece, so that a failure before it can still be answered.
class StreamSink final : public ByteSink {
  public:
    StreamSink(std::shared_ptr<Connection> connection, const platform::Answer& answer, bool http_1_0,
               bool keep_alive, std::chrono::milliseconds write_time);

    /// Throws Error unreachable when the client has closed or is too slow.
    void write(std::string_view bytes) override;

    /// Ends the body; call it once all was written.
    void end();

    [[nodiscard]] bool begun() const { return begun_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] Framing framing() const { return framing_; }

  private:
    void begin();
    void send(const std::string& bytes);

    std::shared_ptr<Connection> connection_;
    const platform::Answer& answer_;
    Framing framing_;
    bool keep_alive_;
    std::chrono::milliseconds write_time_;
    bool begun_ = false;
    std::uint64_t bytes_ = 0;
    std::string pending_;  ///< small pieces are sent together
};

}  // namespace prevision::server
