#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prevision {

/// How far a stream came that may be cut and resumed. Keeps its last bytes: a system may send other bytes than
/// those behind the place that it was asked for, so some are read again and compared.
class StreamPosition {
  public:
    /// How many bytes have been delivered.
    [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

    /// Where to resume: some bytes before that.
    [[nodiscard]] std::uint64_t resume_at() const { return delivered_ - tail_.size(); }

    /// The bytes that come next stand at that place, which is not behind `delivered`.
    void come_from(std::uint64_t place) { at_ = place; }

    /// Takes off those of the next bytes that were delivered before. False when they are not the same, as far as
    /// the last ones are known.
    bool skip_known(std::string_view& bytes);

    /// Counts bytes that are new.
    void deliver(std::string_view bytes);

  private:
    std::uint64_t delivered_ = 0;
    std::uint64_t at_ = 0;
    std::string tail_;
};

}  // namespace prevision
