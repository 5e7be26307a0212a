#include "sources/s3/ranges.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"

namespace prevision::sources::s3 {

namespace {

constexpr std::size_t part_size = std::size_t{4} << 20U;
constexpr std::size_t window = 4;  // parts in memory, and connections

// libcurl gives 16 KiB at a time, which is too little to wake the reader for.
constexpr std::size_t worth_waking = std::size_t{256} << 10U;

std::uint64_t parts_of(std::uint64_t bytes) { return bytes / part_size + (bytes % part_size == 0 ? 0 : 1); }

// The same object may have its tag in the strong and in the weak form (RFC 9110, section 8.8.3.2).
std::string_view without_weakness(std::string_view etag) {
    if (etag.starts_with("W/")) etag.remove_prefix(2);
    return etag;
}

}  // namespace

std::string Object::purpose() const { return fmt::format("cannot read the object '{}/{}'", bucket, key); }

std::string Object::required_tag() const { return etag.starts_with("W/") ? "" : etag; }

void Object::check(const Head& head, std::uint64_t first) const {
    check_version(head);
    if (head.status == 200 || head.range_first != first) throw WholeObject();
}

void Object::check_whole(const Head& head) const {
    if (head.status == 200) return;
    throw Error(ErrorClass::integrity,
                fmt::format("{}: asked for all of it, the service sends a part", purpose()),
                "ask the service's administrator: a proxy on the way may do that");
}

Error Object::longer() const {
    return {ErrorClass::integrity,
            fmt::format("{}: the service says that it has {} bytes, and sends more", purpose(),
                        format_count(size)),
            "another program may write to it: try again when none does"};
}

void Object::check_version(const Head& head) const {
    const bool other_tag =
        !etag.empty() && !head.etag.empty() && without_weakness(etag) != without_weakness(head.etag);
    const auto whole = head.status == 200 ? head.length : head.object_size;
    const bool other_size = whole && *whole != size;
    const bool other_time = etag.empty() && !head.modified.empty() && head.modified != modified;
    if (other_tag || other_size || other_time) {
        throw Error(ErrorClass::integrity, fmt::format("{}: it was replaced while it was read", purpose()),
                    "read it again");
    }
}

void Object::wait_after(const Failure& failure, int failures, Cancellation& cancellation) const {
    if (failure.error_class() == ErrorClass::not_found) {
        throw Error(ErrorClass::integrity, fmt::format("{}: it was deleted while it was read", purpose()));
    }
    if (!wait_before_retry(failure, failures, cancellation)) throw Failure(failure);
}

Ranges::Ranges(const Endpoint& endpoint, const Object& object, std::uint64_t begin, std::uint64_t end,
               Cancellation& cancellation)
    : endpoint_(endpoint),
      object_(object),
      begin_(begin),
      end_(end),
      parts_(parts_of(end - begin)),
      cancellation_(cancellation),
      slots_(static_cast<std::size_t>(std::min<std::uint64_t>(parts_, window))) {
    for (auto& slot : slots_) slot.bytes = std::make_unique_for_overwrite<char[]>(part_size);
    subscription_ = std::make_unique<Cancellation::Subscription>(cancellation_, [this] { stop(); });
    try {
        for (std::size_t i = 0; i < slots_.size(); ++i) threads_.emplace_back([this] { work(); });
    } catch (...) {
        stop();
        for (auto& thread : threads_) thread.join();
        throw;
    }
}

Ranges::~Ranges() {
    subscription_.reset();
    stop();
    for (auto& thread : threads_) thread.join();
}

void Ranges::stop() {
    stopped_.cancel();
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
}

std::uint64_t Ranges::first_of(std::uint64_t part) const { return begin_ + part * part_size; }

std::size_t Ranges::size_of(std::uint64_t part) const {
    return static_cast<std::size_t>(std::min<std::uint64_t>(part_size, end_ - first_of(part)));
}

std::string_view Ranges::next() {
    std::unique_lock lock(mutex_);
    if (head_ == parts_) return {};
    slot_of(head_).taken += std::exchange(lent_, 0);
    if (slot_of(head_).taken == size_of(head_)) {
        slot_of(head_).taken = slot_of(head_).filled = 0;
        ++head_;
        changed_.notify_all();
        if (head_ == parts_) return {};
    }
    auto& slot = slot_of(head_);
    const auto enough = std::min(slot.taken + worth_waking, size_of(head_));
    changed_.wait(lock, [&] { return slot.filled >= enough || failure_ || stopped_.cancelled(); });
    cancellation_.check();
    if (failure_) std::rethrow_exception(failure_);
    lent_ = slot.filled - slot.taken;
    return {slot.bytes.get() + slot.taken, lent_};
}

bool Ranges::claim(std::uint64_t& part) {
    std::unique_lock lock(mutex_);
    changed_.wait(
        lock, [&] { return claimed_ == parts_ || claimed_ < head_ + slots_.size() || stopped_.cancelled(); });
    if (claimed_ == parts_ || stopped_.cancelled()) return false;
    part = claimed_++;
    return true;
}

void Ranges::work() {
    try {
        Client client(endpoint_, stopped_);
        std::uint64_t part = 0;
        while (claim(part)) fetch(client, part);
    } catch (...) {
        {
            const std::lock_guard lock(mutex_);
            if (!stopped_.cancelled()) failure_ = std::current_exception();
        }
        stop();
    }
}

void Ranges::fetch(Client& client, std::uint64_t part) {
    std::size_t filled = 0;
    for (int failures = 1; filled < size_of(part); ++failures) {
        const auto before = filled;
        try {
            fetch_once(client, part, filled);
        } catch (const Failure& failure) {
            if (filled > before) failures = 1;  // it makes progress
            object_.wait_after(failure, failures, stopped_);
        }
    }
    publish(part, filled);
}

void Ranges::publish(std::uint64_t part, std::size_t filled) {
    const std::lock_guard lock(mutex_);
    auto& slot = slot_of(part);
    slot.filled = filled;
    if (part == head_ && (filled == size_of(part) || filled - slot.taken >= worth_waking))
        changed_.notify_all();
}

void Ranges::fetch_once(Client& client, std::uint64_t part, std::size_t& filled) {
    const auto size = size_of(part);
    // After a cut some bytes come again, and must be the same.
    const auto begin = filled - static_cast<std::size_t>(std::min<std::uint64_t>(filled, overlap_size));
    const auto first = first_of(part) + begin;
    const auto end = first_of(part) + size;
    char* const bytes = slot_of(part).bytes.get();
    auto at = begin;
    client.get({.purpose = object_.purpose(),
                .bucket = object_.bucket,
                .key = object_.key,
                .range = ByteRange{first, object_.last_to_ask(end)},
                .if_match = object_.required_tag()},
               [&](const Head& head, std::string_view received) {
                   if (at == begin) object_.check(head, first);
                   if (received.size() > size - at) {
                       if (end == object_.size) throw object_.longer();
                       throw WholeObject();
                   }
                   const auto known = std::min(received.size(), filled - std::min(at, filled));
                   if (std::memcmp(bytes + at, received.data(), known) != 0) throw WholeObject();
                   std::memcpy(bytes + at + known, received.data() + known, received.size() - known);
                   at += received.size();
                   if (at <= filled) return;
                   filled = at;
                   // The last byte is given away when the whole answer has come, and not more.
                   publish(part, std::min(filled, size - 1));
               });
    if (filled < size) {
        throw Failure(object_.purpose(), "the service sends less than was asked for", {}, true, true);
    }
}

}  // namespace prevision::sources::s3
