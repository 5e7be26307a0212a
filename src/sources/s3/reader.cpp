#include "sources/s3/reader.hpp"

#include <chrono>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/stream_position.hpp"
#include "core/text.hpp"
#include "sources/s3/ranges.hpp"

namespace prevision::sources::s3 {

namespace {

/// The size of the first request: it holds all of a small object, and tells the size of a large one.
constexpr std::uint64_t first_range = std::uint64_t{256} << 10U;

/// Parallel ranges are faster over a long distance, where one connection is slow. One single answer is faster from a service that
/// needs long for each request. So both ways are tried and timed at the beginning of a large object.
constexpr std::uint64_t worth_a_trial = std::uint64_t{256} << 20U;
constexpr std::uint64_t trial = std::uint64_t{32} << 20U;

/// Thrown, also through libcurl, when the sink has enough.
struct EnoughRead {};

class Reader {
  public:
    Reader(Client& client, const std::string& bucket, const std::string& key, ContentSink& sink,
           Cancellation& cancellation)
        : client_(client), sink_(sink), cancellation_(cancellation) {
        object_.bucket = bucket;
        object_.key = key;
    }

    void read() {
        try {
            read_beginning();
            // A part that is as long as it was asked for may not be all.
            if (is_complete() && object_.size < asked_) return;
            try {
                if (!size_known_) throw WholeObject();
                read_rest();
            } catch (const WholeObject&) {
                read_again();
            }
        } catch (const EnoughRead&) {
            return;
        }
    }

  private:
    void read_beginning();
    void get_beginning(bool in_range);
    void begin(const Head& head);
    void read_rest();
    void read_side_by_side(std::uint64_t end);
    void read_in_one(std::uint64_t end);
    void get_until(std::uint64_t end);
    void read_again();
    void get_again();
    [[nodiscard]] bool is_complete() const {
        return ended_ || (size_known_ && position_.delivered() == object_.size);
    }
    void deliver(std::string_view bytes);

    Client& client_;
    ContentSink& sink_;
    Cancellation& cancellation_;
    Object object_;
    bool size_known_ = false;
    std::uint64_t asked_ = 0;   // how many bytes of it the first answer could have
    ByteSink* file_ = nullptr;  // from the first answer on
    StreamPosition position_;
    bool ended_ = false;  // an object whose size is not known came to its end
};

// Until a byte has come, the whole request is retried; after that, `read_rest` reads the rest.
void Reader::read_beginning() {
    bool in_range = true;
    const Patience patience(client_.endpoint().wait_limit);
    for (int failures = 1;; ++failures) {
        try {
            get_beginning(in_range);
            return;
        } catch (const WholeObject&) {
            in_range = false;
        } catch (const Failure& failure) {
            if (in_range && failure.refusal().status == 416) {  // an empty object has no range
                in_range = false;
                continue;
            }
            if (file_ != nullptr && failure.transient() && failure.reached()) return;
            if (file_ != nullptr || !failure.reached() || patience.has_ended() ||
                !wait_before_retry(failure, failures, cancellation_))
                throw;
        }
    }
}

void Reader::get_beginning(bool in_range) {
    Request request{.purpose = object_.purpose(), .bucket = object_.bucket, .key = object_.key};
    if (in_range) request.range = ByteRange{0, first_range - 1};
    const auto take_head = [&](const Head& answer) {
        if (file_ != nullptr) return;
        if (!in_range) object_.check_whole(answer);
        begin(answer);
    };
    const auto head = client_.get(request, [&](const Head& answer, std::string_view bytes) {
        take_head(answer);
        deliver(bytes);
    });
    take_head(head);
    ended_ = !size_known_;
}

void Reader::begin(const Head& head) {
    object_.etag = head.etag;
    object_.modified = head.modified;
    const auto size = head.status == 206 ? head.object_size : head.length;
    asked_ = head.status == 206 ? first_range : std::numeric_limits<std::uint64_t>::max();
    // A part that does not say of what, or is not the first one: all of it is asked for instead.
    if (head.status == 206 && (!size || head.range_first != 0U)) throw WholeObject();
    size_known_ = size.has_value();
    object_.size = size.value_or(0);
    const auto name = object_.key.substr(object_.key.rfind('/') + 1);
    file_ = &sink_.file(
        {.name = name, .size = size, .modified = head.modified, .path = object_.key, .etag = head.etag});
}

void Reader::deliver(std::string_view bytes) {
    position_.deliver(bytes);
    if (size_known_ && position_.delivered() > object_.size) throw object_.longer();
    file_->write(bytes);
    if (!file_->wants_more()) throw EnoughRead();
}

void Reader::read_rest() {
    if (object_.size - position_.delivered() > worth_a_trial) {
        const auto time_of = [&](void (Reader::*way)(std::uint64_t)) {
            const auto start = std::chrono::steady_clock::now();
            (this->*way)(position_.delivered() + trial);
            return std::chrono::steady_clock::now() - start;
        };
        const auto side_by_side = time_of(&Reader::read_side_by_side);
        if (time_of(&Reader::read_in_one) < side_by_side) {
            read_in_one(object_.size);
            return;
        }
    }
    read_side_by_side(object_.size);
}

void Reader::read_side_by_side(std::uint64_t end) {
    const auto first = position_.resume_at();
    position_.come_from(first);
    Ranges ranges(client_.endpoint(), object_, first, end, cancellation_);
    for (auto bytes = ranges.next(); !bytes.empty(); bytes = ranges.next()) {
        auto fresh = bytes;
        if (!position_.skip_known(fresh)) throw WholeObject();
        if (!fresh.empty()) deliver(fresh);
    }
}

void Reader::read_in_one(std::uint64_t end) {
    for (int failures = 1; position_.delivered() < end; ++failures) {
        const auto before = position_.delivered();
        try {
            get_until(end);
        } catch (const Failure& failure) {
            if (position_.delivered() > before) failures = 1;
            object_.wait_after(failure, failures, cancellation_);
        }
    }
}

void Reader::get_until(std::uint64_t end) {
    const auto first = position_.resume_at();
    position_.come_from(first);
    bool checked = false;
    client_.get({.purpose = object_.purpose(),
                 .bucket = object_.bucket,
                 .key = object_.key,
                 .range = ByteRange{first, object_.last_to_ask(end)},
                 .if_match = object_.required_tag()},
                [&](const Head& head, std::string_view bytes) {
                    if (!std::exchange(checked, true)) object_.check(head, first);
                    if (!position_.skip_known(bytes)) throw WholeObject();
                    if (!bytes.empty()) deliver(bytes);
                });
    if (position_.delivered() < end) {
        throw Failure(object_.purpose(), "the service sends less than was asked for", {}, true, true);
    }
}

/// Reads all of it again, for a service that cannot send a part, and delivers what is missing.
void Reader::read_again() {
    for (int failures = 1; !is_complete(); ++failures) {
        const auto before = position_.delivered();
        try {
            get_again();
        } catch (const Failure& failure) {
            if (position_.delivered() > before) failures = 1;
            object_.wait_after(failure, failures, cancellation_);
        }
    }
}

void Reader::get_again() {
    position_.come_from(0);
    client_.get({.purpose = object_.purpose(),
                 .bucket = object_.bucket,
                 .key = object_.key,
                 .if_match = object_.required_tag()},
                [&](const Head& head, std::string_view bytes) {
                    object_.check_whole(head);
                    if (size_known_) object_.check_version(head);
                    if (!position_.skip_known(bytes)) {
                        throw Error(ErrorClass::integrity,
                                    object_.purpose() + ": it was replaced while it was read",
                                    "read it again");
                    }
                    if (!bytes.empty()) deliver(bytes);
                });
    if (size_known_ && position_.delivered() < object_.size)
        throw Failure(object_.purpose(), "the service sends less than it has", {}, true, true);
    ended_ = !size_known_;
}

}  // namespace

void read_object(Client& client, const std::string& bucket, const std::string& key, ContentSink& sink,
                 Cancellation& cancellation) {
    Reader(client, bucket, key, sink, cancellation).read();
}

}  // namespace prevision::sources::s3
