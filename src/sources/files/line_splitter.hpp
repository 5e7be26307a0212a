#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.hpp"

namespace prevision::sources {

/// Cuts bytes into lines as they come, and passes on each that is not empty, without its line end.
class LineSplitter {
  public:
    explicit LineSplitter(std::function<void(std::string_view)> take) : take_(std::move(take)) {}

    /// Error unreachable when a line is longer than any in a listing.
    void write(std::string_view bytes) {
        for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
            pending_ += bytes.substr(0, end);
            finish();
            bytes.remove_prefix(end + 1);
        }
        pending_ += bytes;
        if (pending_.size() > longest_line) {
            throw Error(ErrorClass::unreachable,
                        "the server's answer is not a listing: a line of it does not end");
        }
    }

    /// Passes on the last line, which may have no line end.
    void finish() {
        std::string_view line = pending_;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) take_(line);
        pending_.clear();
    }

  private:
    static constexpr std::size_t longest_line = std::size_t{64} * 1024;
    std::function<void(std::string_view)> take_;
    std::string pending_;
};

}  // namespace prevision::sources
