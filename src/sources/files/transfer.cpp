#include "sources/files/transfer.hpp"

#include <fmt/format.h>

#include "core/stream_position.hpp"
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
        sink_ = &open(version_);
        while (!attempt()) cancellation_.check();
    }

  private:
    /// Returns whether the file is complete, or the sink has enough.
    bool attempt() {
        const auto before = position_.delivered();
        begin_ = 0;
        try {
            if (cut_) check_version(file_.look());
            const auto ending = fetch();
            if (ending == Ending::enough) return true;
            if (ending == Ending::other_bytes) return false;
            check_version(file_.look());
        } catch (const Error& error) {
            note_cut(error, before);
            return false;
        }
        return check_end(before);
    }

    enum class Ending { end_of_file, enough, other_bytes };

    /// Fetches what is missing, after some bytes that came before: a server may send other bytes than those at
    /// the place that it was asked for.
    Ending fetch() {
        begin_ = cannot_resume_ || try_beginning_ || !version_.size ? 0 : position_.resume_at();
        position_.come_from(begin_);
        auto ending = Ending::end_of_file;
        file_.fetch(begin_, [&](std::string_view bytes) {
            if (!position_.skip_known(bytes)) {
                ending = Ending::other_bytes;
                return false;
            }
            if (bytes.empty()) return true;
            give(bytes);
            if (sink_->wants_more()) return true;
            ending = Ending::enough;
            return false;
        });
        if (ending != Ending::other_bytes) return ending;
        if (begin_ == 0) throw changed("it begins otherwise");
        cannot_resume_ = true;
        return ending;
    }

    void give(std::string_view bytes) {
        position_.deliver(bytes);
        try_beginning_ = false;
        sink_works_ = false;
        sink_->write(bytes);
        sink_works_ = true;
    }

    /// The stream ended without an error: whether that is the end of the file.
    bool check_end(std::uint64_t before) {
        if (!version_.size || position_.delivered() == *version_.size) return true;
        const bool again = cut_ && ended_at_ == position_.delivered();
        if (position_.delivered() > *version_.size || again) {
            throw Error(ErrorClass::integrity,
                        fmt::format("cannot read {}: the server says that it has {}, and sends {}",
                                    file_.title(), describe(version_), format_count(position_.delivered())),
                        "another program may write to it: try again when none does");
        }
        ended_at_ = position_.delivered();
        note_cut(Error(ErrorClass::unreachable, "the transfer ended early"), before);
        return false;
    }

    /// Waits before the next attempt, or throws when there is none.
    void note_cut(const Error& error, std::uint64_t before) {
        if (!sink_works_ || is_cancelled(error) || error.error_class() == ErrorClass::integrity) throw error;
        const bool moved = position_.delivered() > before;
        failures_ = moved ? 1 : failures_ + 1;
        // A server may refuse to go on in the middle of a file, in any way.
        const bool may_refuse_middle = begin_ > 0 && !moved && (!error.retryable() || failures_ > 2);
        if (!error.retryable() && !may_refuse_middle) throw error;
        if (may_refuse_middle) try_beginning_ = true;
        cut_ = true;
        if (policy_.wait(failures_, cancellation_)) return;
        throw Error(ErrorClass::unreachable,
                    fmt::format("cannot read {}: cut off after {} of {}: {}", file_.title(),
                                format_count(position_.delivered()), describe(version_), error.what()),
                    error.hint());
    }

    void check_version(const FileVersion& now) const {
        if (now != version_) throw changed(fmt::format("it is {}", describe(now)));
    }

    [[nodiscard]] Error changed(const std::string& now) const {
        return {ErrorClass::integrity,
                fmt::format("cannot read {}: it changed while it was read: it was {}, and now {}",
                            file_.title(), describe(version_), now),
                "try again when no program writes to it"};
    }

    DistantFile& file_;
    Cancellation& cancellation_;
    const RetryPolicy& policy_;
    FileVersion version_;
    ByteSink* sink_ = nullptr;
    StreamPosition position_;  // of what the sink has
    std::uint64_t begin_ = 0;  // where in the file the attempt began
    std::optional<std::uint64_t> ended_at_;
    int failures_ = 0;
    bool cut_ = false;
    bool cannot_resume_ = false;  // the server sends other bytes than those in the middle
    bool try_beginning_ = false;  // it may be unable to; until bytes come
    bool sink_works_ = true;      // false while the sink is called: what is thrown then is its own
};

}  // namespace

bool is_cancelled(const Error& error) {
    return error.error_class() == ErrorClass::interrupted || error.error_class() == ErrorClass::terminated;
}

void transfer_file(DistantFile& file, const std::function<ByteSink&(const FileVersion& version)>& open,
                   Cancellation& cancellation, const RetryPolicy& policy) {
    Transfer(file, cancellation, policy).run(open);
}

}  // namespace prevision::sources
