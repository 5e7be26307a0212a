#pragma once

#include <string>
#include <string_view>

namespace prevision {

/// Takes bytes as they stream, in pieces of any size: a body, a file, stdout. One thread at a time.
class ByteSink {
  public:
    virtual ~ByteSink() = default;

    /// May throw: the producer then gives up and passes the exception on.
    virtual void write(std::string_view bytes) = 0;

    /// False when more bytes change nothing. A producer that can stop early asks after each write.
    [[nodiscard]] virtual bool wants_more() const { return true; }
};

/// Keeps what it is given.
class StringSink final : public ByteSink {
  public:
    void write(std::string_view bytes) override { text += bytes; }

    std::string text;
};

/// Passes bytes on to a sink, which must outlive it, and remembers whether any came.
class WatchedSink final : public ByteSink {
  public:
    explicit WatchedSink(ByteSink& sink) : sink_(sink) {}

    void write(std::string_view bytes) override {
        begun_ = true;
        sink_.write(bytes);
    }
    [[nodiscard]] bool wants_more() const override { return sink_.wants_more(); }
    [[nodiscard]] bool begun() const { return begun_; }

  private:
    ByteSink& sink_;
    bool begun_ = false;
};

}  // namespace prevision
