#include "sources/files/transfer.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace prevision::sources {

namespace {

std::string describe(const FileVersion& version) {
    std::string text = version.size ? fmt::format("{} bytes", format_count(*version.size)) : "unknown size";
    if (!version.modified.empty()) text += fmt::format(" of {}", version.modified);
    return text;
}

/// One reading of a file, over as many attempts as it takes.
class Transfer {
  public:
    Transfer(DistantFile& file, Cancellation& cancellation, const RetryPolicy& policy)
        : file_(file), cancellation_(cancellation), policy_(policy) {}

    void run(const std::function<ByteSink&(const FileVersion& version)>& open) {
        version_ = file_.look();
        auto& sink = open(version_);
        while (!attempt(sink)) {
            cancellation_.check();
        }
    }

  private:
    /// Returns whether the file is complete.
    bool attempt(ByteSink& sink) {
        const auto before = offset_;
        try {
            if (cut_) check_version(file_.look());
            bool wanted = true;
            file_.fetch(offset_, [&](std::string_view bytes) {
                offset_ += bytes.size();
                sink_works_ = false;
                sink.write(bytes);
                sink_works_ = true;
                wanted = sink.wants_more();
                return wanted;
            });
            if (!wanted) return true;
            check_version(file_.look());
        } catch (const Error& error) {
            note_cut(error, offset_ > before);
            return false;
        }
        // The stream ended without an error before the end of the file.
        if (version_.size && offset_ < *version_.size) {
            note_cut(Error(ErrorClass::unreachable, "the transfer ended early"), offset_ > before);
            return false;
        }
        if (version_.size && offset_ > *version_.size) throw changed(fmt::format("{} bytes came", offset_));
        return true;
    }

    /// Waits before the next attempt, or throws when there is none.
    void note_cut(const Error& error, bool moved) {
        if (!error.retryable() || !sink_works_) throw error;
        cut_ = true;
        failures_ = moved ? 1 : failures_ + 1;
        if (policy_.wait(failures_, cancellation_)) return;
        throw Error(ErrorClass::unreachable,
                    fmt::format("cannot read {}: cut off after {} of {}: {}", file_.title(),
                                format_count(offset_), describe(version_), error.what()),
                    error.hint());
    }

    void check_version(const FileVersion& now) const {
        if (now != version_) throw changed(describe(now));
    }

    [[nodiscard]] Error changed(const std::string& now) const {
        return {ErrorClass::integrity,
                fmt::format("cannot read {}: it changed while it was read: it was {}, and is {}",
                            file_.title(), describe(version_), now),
                "try again when no program writes to it"};
    }

    DistantFile& file_;
    Cancellation& cancellation_;
    const RetryPolicy& policy_;
    FileVersion version_;
    std::uint64_t offset_ = 0;
    int failures_ = 0;
    bool cut_ = false;
    bool sink_works_ = true;  // false while the sink is called: what is thrown then is its own
};

}  // namespace

void transfer_file(DistantFile& file, const std::function<ByteSink&(const FileVersion& version)>& open,
                   Cancellation& cancellation, const RetryPolicy& policy) {
    Transfer(file, cancellation, policy).run(open);
}

}  // namespace prevision::sources
