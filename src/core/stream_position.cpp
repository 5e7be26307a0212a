#include "core/stream_position.hpp"

#include <algorithm>

namespace prevision {

namespace {

/// Small enough that a connection which never lasts for long still gets on.
constexpr std::size_t tail_size = std::size_t{16} * 1024;

}  // namespace

bool StreamPosition::skip_known(std::string_view& bytes) {
    while (at_ < delivered_ && !bytes.empty()) {
        const bool in_tail = at_ >= resume_at();
        const auto end = in_tail ? delivered_ : resume_at();
        const auto known =
            bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), end - at_)));
        if (in_tail && std::string_view(tail_).substr(static_cast<std::size_t>(at_ - resume_at()),
                                                      known.size()) != known) {
            return false;
        }
        at_ += known.size();
        bytes.remove_prefix(known.size());
    }
    return true;
}

void StreamPosition::deliver(std::string_view bytes) {
    delivered_ += bytes.size();
    at_ = delivered_;
    const auto fresh = bytes.substr(bytes.size() - std::min(bytes.size(), tail_size));
    const auto kept = std::min(tail_.size(), tail_size - fresh.size());
    tail_.erase(0, tail_.size() - kept);
    tail_ += fresh;
}

}  // namespace prevision
